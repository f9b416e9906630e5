package dev.ostiary.connect.state;

import dev.ostiary.connect.program.Finished;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keychain of macOS, by its program {@code security}, which takes commands on standard input with {@code -i}. It cuts a line after
 * 4,095 bytes and runs both halves as commands (zalando/go-keyring, issues 84 and 153). What it says of a failure may quote the command,
 * and is not passed on.
 */
final class MacSecurity implements KeychainProgram {

    private static final int NOT_FOUND = 44;
    private static final int LONGEST_PART = 3500;

    private final KeychainCommand command;

    private MacSecurity(KeychainCommand command) {
        this.command = command;
    }

    /** Null where the program is missing. */
    static @Nullable MacSecurity find(Map<String, String> environment) {
        KeychainCommand command = KeychainCommand.find("security", environment);
        return command == null ? null : new MacSecurity(command);
    }

    @Override
    public @Nullable String item(String account) throws IOException, InterruptedException {
        Finished found = command.run(null, "find-generic-password", "-s", SERVICE, "-a", account, "-w");
        return found.exitCode() == NOT_FOUND
                ? null
                : KeychainCommand.done(found).out().strip();
    }

    /** A process for each: its exit code is that of the last command. */
    @Override
    public void store(String account, String text) throws IOException, InterruptedException {
        KeychainCommand.done(
                command.run("add-generic-password -U -s " + SERVICE + " -a " + account + " -w " + text + "\n", "-i"));
    }

    @Override
    public int longestPart() {
        return LONGEST_PART;
    }

    @Override
    public String name() {
        return "security";
    }
}
