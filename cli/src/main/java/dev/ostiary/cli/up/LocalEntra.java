package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.token.SigningKeys;
import dev.ostiary.gateway.config.EntraSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The tenant that stands in where the resources name none. Its address and keys stay the same as long as this object lives, also
 * when the routes that it knows change, and with a state folder they outlive it; so tokens and sign-ins stay valid. Not safe for
 * concurrent use.
 */
final class LocalEntra implements AutoCloseable {

    private static final int KEY_BYTES = 32;

    private final int port;
    private final @Nullable EmulatorFile file;
    private final SecretKey refreshTokens;
    private @Nullable SigningKeys keys;
    private List<String> routes = List.of();
    private @Nullable EntraEmulator emulator;

    private LocalEntra(int port, @Nullable EmulatorFile file, SecretKey refreshTokens, @Nullable SigningKeys keys) {
        this.port = port;
        this.file = file;
        this.refreshTokens = refreshTokens;
        this.keys = keys;
    }

    /**
     * Reserves an address, the one of last time if it is free; nothing listens there yet.
     *
     * @param state the state folder; null: there is none
     */
    static LocalEntra reserve(@Nullable Path state) throws CommandFailure {
        try {
            EmulatorFile file = state == null ? null : new EmulatorFile(state);
            EmulatorFile.Kept kept = file == null ? null : file.read();
            if (kept == null) {
                byte[] key = new byte[KEY_BYTES];
                new SecureRandom().nextBytes(key);
                return new LocalEntra(freePort(0), file, new SecretKeySpec(key, "AES"), null);
            }
            return new LocalEntra(freePort(kept.port()), file, kept.refreshTokens(), kept.keys());
        } catch (IOException e) {
            throw CommandFailure.environment("the built-in tenant cannot start: " + e.getMessage());
        }
    }

    /** This port, or another when it is taken. */
    private static int freePort(int wanted) throws IOException {
        try (ServerSocket probe = new ServerSocket(wanted, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        } catch (BindException taken) {
            return freePort(0);
        }
    }

    /** The registration that gateways without one get. */
    EntraSettings registration() {
        return DemoRegistration.at(origin());
    }

    /** What other commands need to know of it. */
    RunningGateway.Emulator description() {
        return new RunningGateway.Emulator(
                origin(), DemoDirectory.TENANT_ID, List.of("anna", "ben", "carl"), DemoDirectory.DOMAIN);
    }

    /** Serves, with a scope for each of these routes; restarts when they are others than before. */
    void serve(URI publicUrl, List<String> names) throws CommandFailure {
        EntraEmulator running = emulator;
        if (running != null && names.equals(routes)) {
            return;
        }
        Settings settings = Settings.of(DemoDirectory.forGateway(publicUrl.toString(), names))
                .withPort(port)
                .withRefreshTokenKey(refreshTokens);
        if (keys != null) {
            settings = settings.withKeys(keys);
        }
        if (running != null) {
            running.close();
        }
        try {
            EntraEmulator started = EntraEmulator.start(settings);
            emulator = started;
            routes = List.copyOf(names);
            keys = started.keys();
            if (file != null) {
                file.write(new EmulatorFile.Kept(port, started.keys(), refreshTokens));
            }
        } catch (UncheckedIOException e) {
            throw CommandFailure.environment(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw CommandFailure.environment("state cannot be kept: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        if (emulator != null) {
            emulator.close();
        }
    }

    private URI origin() {
        return URI.create("http://localhost:" + port);
    }
}
