package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a gateway listens, and what its public origin is then.
 *
 * @param socket address and port
 * @param publicUrl the origin that clients use
 */
record ListenAddress(InetSocketAddress socket, URI publicUrl) {

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    /**
     * Decides. A gateway that is for this machine (its public host is a loopback one) listens on loopback only, at the
     * port of its public URL; with another port that URL follows. Any other gateway listens on all addresses where it has
     * TLS; without, something in front of it ends TLS, and plain HTTP is for this machine alone unless somebody says otherwise.
     *
     * @param declared the public origin, from the command line or the resources
     * @param port as on the command line; 0: a free one; null: not said
     * @param listen as on the command line; null: not said
     * @param encrypted whether the gateway has a certificate of its own
     * @throws CommandFailure when there is no free port
     */
    static ListenAddress of(URI declared, @Nullable Integer port, @Nullable InetAddress listen, boolean encrypted)
            throws CommandFailure {
        boolean local = LOOPBACK.contains(declared.getHost());
        int wanted = port != null
                ? port
                : local && declared.getPort() > 0 ? declared.getPort() : RunningGateways.DEFAULT_PORT;
        int chosen = wanted == 0 ? freePort() : wanted;
        if (!local) {
            InetSocketAddress everywhere = new InetSocketAddress(chosen);
            InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), chosen);
            return new ListenAddress(
                    listen != null ? new InetSocketAddress(listen, chosen) : encrypted ? everywhere : here, declared);
        }
        URI publicUrl = URI.create(declared.getScheme() + "://" + declared.getHost() + ":" + chosen);
        InetAddress address = listen != null ? listen : InetAddress.getLoopbackAddress();
        return new ListenAddress(new InetSocketAddress(address, chosen), publicUrl);
    }

    int port() {
        return socket.getPort();
    }

    /**
     * Looks whether the port can be had, before anything else is started.
     *
     * @throws CommandFailure when it cannot
     */
    void requireFree() throws CommandFailure {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(socket);
        } catch (IOException e) {
            throw CommandFailure.environment(
                    "port " + port() + " cannot be used (" + e.getMessage() + "); choose another one with --port");
        }
    }

    private static int freePort() throws CommandFailure {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        } catch (IOException e) {
            throw CommandFailure.environment("there is no free port: " + e.getMessage());
        }
    }
}
