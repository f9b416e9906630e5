package dev.ostiary.connect.state;

import dev.ostiary.connect.program.Finished;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keychain of a Linux desktop (freedesktop.org Secret Service), by libsecret's {@code secret-tool}. It reads 8,192 bytes of standard input
 * and refuses more ("password is too long").
 */
final class SecretTool implements KeychainProgram {

    private static final int LONGEST_PART = 7500;

    private final KeychainCommand command;

    private SecretTool(KeychainCommand command) {
        this.command = command;
    }

    /** Null where there is no session to ask, or no program that asks. */
    static @Nullable SecretTool find(Map<String, String> environment) {
        KeychainCommand command =
                environment.getOrDefault("DBUS_SESSION_BUS_ADDRESS", "").isEmpty()
                        ? null
                        : KeychainCommand.find("secret-tool", environment);
        return command == null ? null : new SecretTool(command);
    }

    @Override
    public @Nullable String item(String account) throws IOException, InterruptedException {
        Finished found = command.run(null, "lookup", "service", SERVICE, "key", account);
        // It says nothing at all when there is no such item.
        boolean none =
                found.exitCode() == 1 && found.out().isBlank() && found.err().isBlank();
        return none ? null : done(found).out().strip();
    }

    @Override
    public void store(String account, String text) throws IOException, InterruptedException {
        done(command.run(text, "store", "--label=Ostiary connect", "service", SERVICE, "key", account));
    }

    @Override
    public int longestPart() {
        return LONGEST_PART;
    }

    @Override
    public String name() {
        return "secret-tool";
    }

    /** With what it says of a failure: the Secret Service's, without the secret. */
    private static Finished done(Finished run) throws IOException {
        String said = run.err().lines().findFirst().orElse("");
        if (run.exitCode() != 0 && !said.isEmpty()) {
            throw new IOException("exit code " + run.exitCode() + ", " + said);
        }
        return KeychainCommand.done(run);
    }
}
