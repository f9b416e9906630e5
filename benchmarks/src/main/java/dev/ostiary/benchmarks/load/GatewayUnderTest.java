package dev.ostiary.benchmarks.load;

import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.SnapshotCodec;
import dev.ostiary.gateway.server.GatewayServer;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;

/**
 * The gateway as it is, alone in a process, and started as in a cluster, from a snapshot: that of a {@link LoadStage}.
 * Audit lines are made and written, to {@code /dev/null}, so that a run does not fill a disk.
 *
 * <p>Arguments: the stage's folder, the port, the admin port. Ends on SIGTERM with exit code 143, like every JVM.
 */
public final class GatewayUnderTest {

    private GatewayUnderTest() {}

    /** Runs until it is stopped. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length != 3) {
            System.err.println("usage: GatewayUnderTest FOLDER PORT ADMIN-PORT");
            System.exit(2);
        }
        Snapshot snapshot = SnapshotCodec.read(Files.readAllBytes(Path.of(arguments[0], "snapshot.json")));
        RuntimeConfig config =
                RuntimeConfig.of(snapshot, KeyRing.generate(new SecureRandom(), Instant.now()), Credentials.NONE);
        GatewayServer server = GatewayServer.start(
                new GatewayServer.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[1])),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[2])),
                        0,
                        new FileOutputStream("/dev/null")),
                config);
        System.err.println("listening on " + server.port());
        new CountDownLatch(1).await();
    }
}
