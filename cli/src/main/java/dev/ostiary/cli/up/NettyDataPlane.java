package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.server.GatewayServer;
import dev.ostiary.gateway.server.http.TlsFiles;
import dev.ostiary.gateway.server.registration.RegistrationListener;
import dev.ostiary.gateway.server.store.StoreHost;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The gateway server of this release. */
final class NettyDataPlane implements DataPlane {

    /** As many as there are processors. */
    private static final int EVENT_LOOPS = 0;

    /** How long requests in progress may take once the end has been asked for. */
    private static final Duration DRAIN_DEADLINE = Duration.ofSeconds(10);

    private final GatewayServer server;

    private NettyDataPlane(GatewayServer server) {
        this.server = server;
    }

    /**
     * Data planes that look at their app registration.
     *
     * @param registration told what they see
     */
    static Start telling(RegistrationListener registration) {
        return (address, adminPort, state, config, tls, audit) ->
                start(address, adminPort, state, config, tls, registration, audit);
    }

    /**
     * Listens and serves.
     *
     * @param adminPort for probes and metrics; 0 for a free one; null: none
     * @param state the folder that keeps grants; null: nothing is kept
     * @param tls certificate and key, read again when they change; null: plain HTTP
     * @param registration told what is seen of the app registration
     * @param audit where audit lines go; not closed
     * @throws CommandFailure when a port is taken, or the certificate or key cannot be used
     */
    private static DataPlane start(
            ListenAddress address,
            @Nullable Integer adminPort,
            @Nullable Path state,
            RuntimeConfig config,
            @Nullable TlsFiles tls,
            RegistrationListener registration,
            OutputStream audit)
            throws CommandFailure {
        // Unauthenticated, so never on an address that others reach.
        InetSocketAddress admin =
                adminPort == null ? null : new InetSocketAddress(InetAddress.getLoopbackAddress(), adminPort);
        try {
            return new NettyDataPlane(GatewayServer.start(
                    new GatewayServer.Settings(
                            address.socket(),
                            tls,
                            admin,
                            EVENT_LOOPS,
                            new StoreHost(state, null),
                            null,
                            registration,
                            audit),
                    config));
        } catch (IOException | IllegalArgumentException e) {
            throw CommandFailure.environment(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public List<String> apply(RuntimeConfig config) {
        return server.apply(config);
    }

    @Override
    public int adminPort() {
        return server.adminPort();
    }

    @Override
    public void close() {
        // Nobody routes to a single machine, so there is nothing to wait for before the port closes.
        server.drain(Duration.ZERO, DRAIN_DEADLINE);
    }
}
