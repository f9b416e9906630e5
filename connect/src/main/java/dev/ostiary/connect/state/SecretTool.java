package dev.ostiary.connect.state;

import dev.ostiary.connect.program.Finished;
import dev.ostiary.connect.program.ProgramPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keychain of a Linux desktop (freedesktop.org Secret Service), by libsecret's {@code secret-tool}. It reads 8,192 bytes of standard input
 * and refuses more ("password is too long").
 */
final class SecretTool implements KeychainProgram {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int LONGEST_PART = 7500;

    private final Path program;
    private final Map<String, String> environment;

    private SecretTool(Path program, Map<String, String> environment) {
        this.program = program;
        this.environment = environment;
    }

    /** Null where there is no session to ask, or no program that asks. */
    static @Nullable SecretTool find(Map<String, String> environment) {
        if (environment.getOrDefault("DBUS_SESSION_BUS_ADDRESS", "").isEmpty()) {
            return null;
        }
        Path program = ProgramPath.find("secret-tool", environment);
        return program == null ? null : new SecretTool(program, environment);
    }

    @Override
    public @Nullable String item(String account) throws IOException, InterruptedException {
        Finished found = run(null, "lookup", "service", SERVICE, "key", account);
        // It says nothing at all when there is no such item.
        if (found.exitCode() == 1 && found.out().isBlank() && found.err().isBlank() && !found.timedOut()) {
            return null;
        }
        requireDone(found);
        return found.out().strip();
    }

    @Override
    public void store(String account, String text) throws IOException, InterruptedException {
        requireDone(run(text, "store", "--label=Ostiary connect", "service", SERVICE, "key", account));
    }

    @Override
    public int longestPart() {
        return LONGEST_PART;
    }

    @Override
    public String name() {
        return "secret-tool";
    }

    private static void requireDone(Finished run) throws IOException {
        if (run.timedOut()) {
            throw new IOException("no answer within " + TIMEOUT.toSeconds() + " s; is it locked?");
        }
        if (run.exitCode() != 0) {
            String said = run.err().lines().findFirst().orElse("");
            throw new IOException("exit code " + run.exitCode() + (said.isEmpty() ? "" : ", " + said));
        }
    }

    private Finished run(@Nullable String input, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        return Finished.run(
                command,
                environment,
                input == null ? null : input.getBytes(StandardCharsets.US_ASCII),
                TIMEOUT,
                line -> {});
    }
}
