package dev.ostiary.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The kubectl that belongs to the {@link ApiServer}, as its administrator. */
public final class Kubectl {

    private static final int SECONDS = 60;

    private final Path program;
    private final Path kubeconfig;
    private final Path home;

    private Kubectl(Path program, Path kubeconfig, Path home) {
        this.program = program;
        this.kubeconfig = kubeconfig;
        this.home = home;
    }

    /**
     * One for this server.
     *
     * @param folder for its files; the caller's to remove
     */
    public static Kubectl of(ApiServer server, Path folder) {
        try (Stream<Path> versions = Files.list(KubeBinaries.folder().resolve("k8s"))) {
            Path program = versions.map(version -> version.resolve("kubectl"))
                    .filter(Files::isExecutable)
                    .max(Comparator.naturalOrder())
                    .orElseThrow(() -> Level.cannotRun("No kubectl beside the API server's programs."));
            return new Kubectl(program, Files.writeString(folder.resolve("kubeconfig"), server.kubeconfig()), folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it prints. Blocks until it ends, for a minute at most; throws when it fails. */
    public String run(String... arguments) {
        return end(true, arguments);
    }

    /** What it prints when it fails; throws when it does not. */
    public String fail(String... arguments) {
        return end(false, arguments);
    }

    private String end(boolean well, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "--kubeconfig", kubeconfig.toString()));
        command.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile(home, "kubectl", ".txt");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().put("HOME", home.toString());
            Process process = builder.start();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("kubectl " + String.join(" ", arguments) + " does not end");
            }
            String printed = Files.readString(output);
            if ((process.exitValue() == 0) != well) {
                throw new IllegalStateException("kubectl " + String.join(" ", arguments) + " ended with "
                        + process.exitValue() + ": " + printed);
            }
            return printed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
