package dev.ostiary.cli.up;

import dev.ostiary.cli.Terminal;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.UpstreamAuth;
import dev.ostiary.gateway.server.credentials.AssertionKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What workloads check the gateway's assertions with, as a file that they read: a JWK set, written anew when keys change and
 * always whole. It is there as soon as a workload asks for assertions: in the state folder, where it stays, else in a folder
 * that goes with the process. Not thread-safe.
 */
final class AssertionKeysFile implements AutoCloseable {

    static final String NAME = "assertion-keys.json";

    private final @Nullable Path state;
    private final Terminal terminal;
    private @Nullable Path temporary;
    private @Nullable String written;

    /** @param state the state folder; null: there is none */
    AssertionKeysFile(@Nullable Path state, Terminal terminal) {
        this.state = state;
        this.terminal = terminal;
    }

    /** Brings the file up to date. Never throws: that it cannot be written is said, and workloads refuse to be called. */
    void publish(RuntimeConfig config) {
        boolean wanted = config.snapshot().routes().stream()
                .anyMatch(route -> route.upstreamAuth() instanceof UpstreamAuth.IdentityAssertion);
        if (!wanted) {
            return;
        }
        try {
            boolean first = written == null;
            Path file = file(config.keys());
            if (first) {
                terminal.hint("Workloads check assertions with the keys in " + file);
            }
        } catch (IOException | RuntimeException e) {
            terminal.warning("the keys for assertions cannot be written: " + e.getMessage());
        }
    }

    /** The file, with these keys in it. */
    Path file(KeyRing ring) throws IOException {
        String keys = AssertionKeys.jwks(ring);
        Path folder = folder();
        if (!keys.equals(written)) {
            OwnerOnly.write(folder, NAME, keys.getBytes(StandardCharsets.UTF_8));
            written = keys;
        }
        return folder.resolve(NAME);
    }

    private Path folder() throws IOException {
        if (state != null) {
            return state;
        }
        if (temporary == null) {
            temporary = Files.createTempDirectory("ostiary-assertion-keys");
        }
        return temporary;
    }

    @Override
    public void close() {
        if (temporary == null) {
            return;
        }
        try {
            Files.deleteIfExists(temporary.resolve(NAME));
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // Public keys of a gateway that is gone.
            temporary.toFile().deleteOnExit();
        }
    }
}
