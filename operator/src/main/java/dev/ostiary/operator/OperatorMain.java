package dev.ostiary.operator;

import dev.ostiary.operator.OperatorSettings.InvalidSettingException;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator as a process. Ends with 0 when it is told to stop, with 1 when it cannot start, has lost its lease or fails. */
public final class OperatorMain {

    private static final Logger LOG = LoggerFactory.getLogger(OperatorMain.class);

    private static final String UNUSED_PROXY = "http://unused.invalid:1";

    private OperatorMain() {}

    public static void main(String[] args) {
        System.exit(run());
    }

    private static int run() {
        OperatorSettings settings;
        try {
            settings = OperatorSettings.of(System.getenv());
        } catch (InvalidSettingException e) {
            LOG.atError().log("{}", e.getMessage());
            return 1;
        }
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        AtomicBoolean lost = new AtomicBoolean();
        Runnable leadershipLost = () -> {
            lost.set(true);
            told.countDown();
        };
        try (KubernetesClient client =
                        new KubernetesClientBuilder().withConfig(apiServer()).build();
                Operator operator = Operator.start(client, settings, Clock.systemUTC(), leadershipLost)) {
            // The hook only tells; what it tells is done here, in order, while the process waits for the hook.
            Runtime.getRuntime()
                    .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(() -> await(told, ended)));
            LOG.atInfo().addKeyValue("admin", operator.adminAddress()).log("runs");
            told.await();
            return lost.get() ? 1 : 0;
        } catch (IOException | RuntimeException e) {
            LOG.atError().setCause(e).log("the operator cannot run");
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } finally {
            ended.countDown();
        }
    }

    /** How the API server is reached; directly, as {@link dev.ostiary.operator.contact.ListeningClients} sees to. */
    static Config apiServer() {
        return new ConfigBuilder()
                // The API server takes the name of who creates or updates an object from it.
                .withUserAgent("ostiary")
                // The client would read the environment's itself, and refuses one without a port.
                .withHttpProxy(UNUSED_PROXY)
                .withHttpsProxy(UNUSED_PROXY)
                .build();
    }

    private static void await(CountDownLatch told, CountDownLatch ended) {
        told.countDown();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
