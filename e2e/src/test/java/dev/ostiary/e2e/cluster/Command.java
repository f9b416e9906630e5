package dev.ostiary.e2e.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.opentest4j.AssertionFailedError;

/** A program that is run to its end: what it prints, or an error with what it printed. */
record Command(List<String> words, Map<String, String> environment, Duration patience) {

    private static final Duration USUAL = Duration.ofMinutes(3);

    static Command of(Map<String, String> environment, String... words) {
        return new Command(List.of(words), environment, USUAL);
    }

    Command and(String... more) {
        List<String> all = new ArrayList<>(words);
        all.addAll(List.of(more));
        return new Command(List.copyOf(all), environment, patience);
    }

    /** Standard output; fails the test when the exit code is not 0. */
    String run() throws IOException, InterruptedException {
        Result result = result();
        if (result.exit() != 0) {
            throw new AssertionFailedError(
                    String.join(" ", words) + " ended with " + result.exit() + "\n" + result.out() + result.err());
        }
        return result.out();
    }

    /** Whatever the exit code is. */
    Result result() throws IOException, InterruptedException {
        Path out = Files.createTempFile("ostiary-cluster", ".out");
        Path err = Files.createTempFile("ostiary-cluster", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(words)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new AssertionFailedError(
                        String.join(" ", words) + " did not end in " + patience + "\n" + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }

    record Result(int exit, String out, String err) {}
}
