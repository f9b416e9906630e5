package dev.ostiary.connect.state;

import dev.ostiary.connect.program.Finished;
import dev.ostiary.connect.program.ProgramPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs the program of a keychain: what it is to keep goes to its standard input alone, and it has {@value #LIMIT_SECONDS} s, since it may
 * wait for a person to unlock the keychain.
 */
final class KeychainCommand {

    private static final int LIMIT_SECONDS = 30;

    private final Path program;
    private final Map<String, String> environment;

    private KeychainCommand(Path program, Map<String, String> environment) {
        this.program = program;
        this.environment = Map.copyOf(environment);
    }

    /** Null where the program is missing. */
    static @Nullable KeychainCommand find(String name, Map<String, String> environment) {
        Path program = ProgramPath.find(name, environment);
        return program == null ? null : new KeychainCommand(program, environment);
    }

    /**
     * Runs it to its end, whatever that is.
     *
     * @param input ASCII; null: nothing
     * @throws IOException when it cannot be started, or has not ended in time
     */
    Finished run(@Nullable String input, String... arguments) throws IOException, InterruptedException {
        Finished run = Finished.run(
                Stream.concat(Stream.of(program.toString()), Stream.of(arguments))
                        .toList(),
                environment,
                input == null ? null : input.getBytes(StandardCharsets.US_ASCII),
                Duration.ofSeconds(LIMIT_SECONDS),
                line -> {});
        if (run.timedOut()) {
            throw new IOException("no answer within " + LIMIT_SECONDS + " s; is it locked?");
        }
        return run;
    }

    /** Refuses an end that is none: any exit code but 0. */
    static Finished done(Finished run) throws IOException {
        if (run.exitCode() != 0) {
            throw new IOException("exit code " + run.exitCode());
        }
        return run;
    }
}
