package dev.ostiary.connect.oauth;

import dev.ostiary.connect.az.Finished;
import dev.ostiary.connect.az.ProgramPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * In the keychain of the operating system, by its own program: {@code secret-tool} (libsecret) or {@code security} (macOS), which
 * read the secret from standard input. The value is base64, so that neither has anything to quote.
 */
final class KeychainGrants implements Grants {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String SERVICE = "ostiary-connect";
    /** Of {@code security} when there is no such item; {@code secret-tool} says 1. */
    private static final int NOT_FOUND_MAC = 44;

    private final Path program;
    private final boolean mac;
    private final Map<String, String> environment;

    private KeychainGrants(Path program, boolean mac, Map<String, String> environment) {
        this.program = program;
        this.mac = mac;
        this.environment = environment;
    }

    /** The keychain of this session; null when there is none to ask. */
    static @Nullable KeychainGrants find(Map<String, String> environment, String osName) {
        if (osName.startsWith("Mac")) {
            Path security = ProgramPath.find("security", environment);
            return security == null ? null : new KeychainGrants(security, true, environment);
        }
        if (environment.getOrDefault("DBUS_SESSION_BUS_ADDRESS", "").isEmpty()) {
            return null;
        }
        Path secretTool = ProgramPath.find("secret-tool", environment);
        return secretTool == null ? null : new KeychainGrants(secretTool, false, environment);
    }

    @Override
    public @Nullable Grant read(String key) throws IOException, InterruptedException {
        Finished found = mac
                ? run(null, "find-generic-password", "-s", SERVICE, "-a", key, "-w")
                : run(null, "lookup", "service", SERVICE, "key", key);
        if (found.exitCode() == (mac ? NOT_FOUND_MAC : 1) && found.out().isBlank()) {
            return null;
        }
        if (found.exitCode() != 0) {
            throw new IOException("the keychain answers with exit code " + found.exitCode());
        }
        try {
            return Grant.of(Base64.getDecoder().decode(found.out().strip()));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public void write(String key, Grant grant) throws IOException, InterruptedException {
        String secret = Base64.getEncoder().encodeToString(grant.toJson());
        Finished stored = mac
                // Commands on standard input: an argument would be seen by every process of the machine.
                ? run("add-generic-password -U -s " + SERVICE + " -a " + key + " -w " + secret + "\n", "-i")
                : run(secret, "store", "--label=Ostiary connect", "service", SERVICE, "key", key);
        if (stored.exitCode() != 0) {
            throw new IOException("the keychain takes nothing: exit code " + stored.exitCode());
        }
    }

    @Override
    public String place() {
        return "the keychain (" + program.getFileName() + ")";
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
