package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.gateway.config.EntraSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tenant that stands in where the resources name none. Its address and keys stay the same as long as this object
 * lives, also when the routes that it knows change; so tokens stay valid. Not safe for concurrent use.
 */
final class LocalEntra implements AutoCloseable {

    private final int port;
    private List<String> routes = List.of();
    private @Nullable EntraEmulator emulator;

    private LocalEntra(int port) {
        this.port = port;
    }

    /** Reserves an address; nothing listens there yet. */
    static LocalEntra reserve() throws CommandFailure {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new LocalEntra(probe.getLocalPort());
        } catch (IOException e) {
            throw CommandFailure.environment("there is no free port: " + e.getMessage());
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
                .withPort(port);
        if (running != null) {
            settings = settings.withKeys(running.keys());
            running.close();
        }
        try {
            emulator = EntraEmulator.start(settings);
            routes = List.copyOf(names);
        } catch (UncheckedIOException e) {
            throw CommandFailure.environment(String.valueOf(e.getMessage()));
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
