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
 * The keychain of macOS, by its program {@code security}, which takes commands on standard input with {@code -i}. It cuts a line after
 * 4,095 bytes and runs both halves as commands (zalando/go-keyring, issues 84 and 153).
 */
final class MacSecurity implements KeychainProgram {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int NOT_FOUND = 44;
    private static final int LONGEST_PART = 3500;

    private final Path program;
    private final Map<String, String> environment;

    private MacSecurity(Path program, Map<String, String> environment) {
        this.program = program;
        this.environment = environment;
    }

    /** Null where the program is missing. */
    static @Nullable MacSecurity find(Map<String, String> environment) {
        Path program = ProgramPath.find("security", environment);
        return program == null ? null : new MacSecurity(program, environment);
    }

    @Override
    public @Nullable String item(String account) throws IOException, InterruptedException {
        Finished found = run(null, "find-generic-password", "-s", SERVICE, "-a", account, "-w");
        if (found.exitCode() == NOT_FOUND) {
            return null;
        }
        requireDone(found);
        return found.out().strip();
    }

    /** A process for each: its exit code is that of the last command. */
    @Override
    public void store(String account, String text) throws IOException, InterruptedException {
        requireDone(run("add-generic-password -U -s " + SERVICE + " -a " + account + " -w " + text + "\n", "-i"));
    }

    @Override
    public int longestPart() {
        return LONGEST_PART;
    }

    @Override
    public String name() {
        return "security";
    }

    private static void requireDone(Finished run) throws IOException {
        if (run.timedOut()) {
            throw new IOException("no answer within " + TIMEOUT.toSeconds() + " s; is it locked?");
        }
        if (run.exitCode() != 0) {
            throw new IOException("exit code " + run.exitCode());
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
