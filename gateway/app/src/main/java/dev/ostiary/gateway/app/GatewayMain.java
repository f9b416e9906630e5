package dev.ostiary.gateway.app;

import dev.ostiary.gateway.config.Release;
import dev.ostiary.gateway.kubernetes.ClusterClient;
import dev.ostiary.gateway.kubernetes.Replica;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.security.Security;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program of the gateway's container image. Audit lines go to standard output, everything else to standard error. SIGTERM
 * drains, and ends the program with 0; what cannot be used in the environment ends it with 2, a port that is taken with 1.
 */
public final class GatewayMain {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayMain.class);
    private static final int UNUSABLE = 2;

    private GatewayMain() {}

    /** Starts the replica that the environment names; takes no arguments. */
    public static void main(String[] arguments) {
        // The gateway has a cache of names of its own; a pod that was replaced must be found before clients give up.
        Security.setProperty("networkaddress.cache.ttl", "5");
        Security.setProperty("networkaddress.cache.negative.ttl", "1");
        GatewayEnvironment environment;
        try {
            environment = GatewayEnvironment.of(System::getenv);
        } catch (IllegalArgumentException e) {
            LOG.atError().addKeyValue("reason", e.getMessage()).log("the environment cannot be used");
            System.exit(UNUSABLE);
            return;
        }
        Replica replica;
        try {
            replica = Replica.start(new Replica.Settings(
                    environment.me(),
                    environment.listen(),
                    environment.admin(),
                    ClusterClient.ofThisPod(),
                    new FileOutputStream(FileDescriptor.out)));
        } catch (IOException e) {
            LOG.atError().addKeyValue("reason", e.getMessage()).log("the gateway cannot start");
            System.exit(1);
            return;
        }
        LOG.atInfo()
                .addKeyValue("version", Release.THIS.version())
                .addKeyValue("gateway", environment.me().gateway())
                .addKeyValue("pod", environment.me().pod())
                .addKeyValue("admin", replica.adminPort())
                .log("the gateway waits for its configuration");
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(() -> {
                    replica.drain(environment.drainPropagation(), environment.drainDeadline());
                    // Asked to end and ended in order: not the 143 of a program that was killed.
                    Runtime.getRuntime().halt(0);
                }));
        waitForever();
    }

    /** The threads that work are daemons. */
    private static void waitForever() {
        while (true) {
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                LOG.atDebug().log("the main thread has nothing to do");
            }
        }
    }
}
