package dev.ostiary.gateway.kubernetes;

import dev.ostiary.crds.McpGatewayReplicaSpec.GrantFeed;
import dev.ostiary.gateway.config.ReplicaSettings;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.RuntimeSecret;
import dev.ostiary.gateway.server.GatewayServer;
import dev.ostiary.gateway.server.admin.AdminServer;
import dev.ostiary.gateway.server.admin.Health;
import dev.ostiary.gateway.server.http.TlsFiles;
import dev.ostiary.gateway.server.inspect.Sighting;
import dev.ostiary.gateway.server.registration.RegistrationLog;
import dev.ostiary.gateway.server.registration.RegistrationState;
import dev.ostiary.gateway.server.store.StoreHost;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica of a gateway in a cluster. It starts closed: the port for clients opens when the first complete configuration is
 * enforced, while the admin port answers from the beginning. From then on it enforces what the runtime Secret says, keeps the
 * last that could be enforced, also while the API server is away, and reports what it does.
 *
 * <p>Safe for use by any thread.
 */
public final class Replica implements Health, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    private static final Duration FEED_STALE = Duration.ofSeconds(5);
    private static final Duration FEED_LOOK = Duration.ofSeconds(1);

    /** As many as there are processors. */
    private static final int EVENT_LOOPS = 0;

    /** Long enough for a report of a thousand routes. */
    private static final int CALL_MILLIS = 5_000;

    /**
     * What is fixed for the life of the process.
     *
     * @param me which replica it is
     * @param listen where clients connect; port 0 chooses one
     * @param admin where the platform asks
     * @param api how the API server is reached
     * @param audit where audit lines go
     */
    public record Settings(
            ReplicaIdentity me, InetSocketAddress listen, InetSocketAddress admin, Config api, OutputStream audit) {}

    private final Settings settings;
    private final KubernetesClient client;
    private final ClusterGrants grants;
    private final ReplicaReports reports;
    private final RuntimeSecretWatch watch;
    private final TlsFolder tlsFolder;
    private final AdminServer admin;
    private final Thread feedReader;
    private volatile @Nullable GatewayServer server;
    private volatile @Nullable Duration maxStaleness;
    private volatile @Nullable String stopping;
    private Report report = Report.NOTHING;
    private @Nullable ResourceName tls;

    private Replica(Settings settings, RuntimeSecretWatch.Pace pace) throws IOException {
        this.settings = settings;
        client = ClusterClient.open(settings.api(), CALL_MILLIS);
        grants = new ClusterGrants(settings.api(), settings.me());
        reports = new ReplicaReports(client, settings.me(), pace.backoff());
        watch = new RuntimeSecretWatch(
                client, settings.me().namespace(), settings.me().runtimeSecret(), new Enforcing(), pace);
        tlsFolder = TlsFolder.create();
        admin = AdminServer.start(settings.admin(), this, this::metrics);
        feedReader = Thread.ofVirtual().name("grant-feed").unstarted(this::watchFeed);
    }

    /**
     * Starts one: reports what it can read, then enforces what it finds.
     *
     * @throws IOException when the admin port cannot be bound
     */
    public static Replica start(Settings settings) throws IOException {
        return start(settings, RuntimeSecretWatch.Pace.DEFAULT);
    }

    static Replica start(Settings settings, RuntimeSecretWatch.Pace pace) throws IOException {
        Replica replica = new Replica(settings, pace);
        replica.change(report -> report, true);
        replica.reports.start();
        replica.watch.start();
        replica.feedReader.start();
        return replica;
    }

    /** The port for clients; -1 before there is one. */
    public int port() {
        GatewayServer now = server;
        return now == null ? -1 : now.port();
    }

    /** The port for the platform. */
    public int adminPort() {
        return admin.port();
    }

    @Override
    public @Nullable String notReadyReason() {
        String ending = stopping;
        GatewayServer now = server;
        if (ending != null) {
            return ending;
        }
        if (now == null) {
            return "no configuration yet";
        }
        Duration most = maxStaleness;
        Duration age = watch.staleness();
        if (most != null && age.compareTo(most) > 0) {
            return "no contact with the API server for " + age.toSeconds() + " s; spec.maxStaleness is "
                    + most.toSeconds() + " s";
        }
        return now.notReadyReason();
    }

    @Override
    public String revision() {
        GatewayServer now = server;
        return now == null ? "" : now.revision();
    }

    /**
     * Stops without losing a request, as {@link GatewayServer#drain} does; what is enforced no longer changes.
     *
     * @param propagation how long to go on accepting
     * @param deadline how long requests in progress may take after that
     */
    public void drain(Duration propagation, Duration deadline) {
        stopping = "draining";
        watch.close();
        GatewayServer now;
        synchronized (this) {
            now = server;
        }
        if (now != null) {
            now.drain(propagation, deadline);
        }
        close();
    }

    /** Stops at once: what is open is aborted. */
    @Override
    public void close() {
        stopping = "stopping";
        watch.close();
        feedReader.interrupt();
        reports.close();
        synchronized (this) {
            if (server != null) {
                server.close();
            }
        }
        admin.close();
        tlsFolder.close();
        client.close();
    }

    /** On the watch's thread. */
    private final class Enforcing implements RuntimeSecretWatch.Listener {

        @Override
        public void found(Secret secret) throws IOException {
            RuntimeSecret.Content content;
            try {
                content = RuntimeSecret.read(data(secret));
            } catch (IOException | RuntimeException unreadable) {
                problem("the runtime Secret cannot be read: " + unreadable.getMessage());
                return;
            }
            try {
                enforce(content);
            } catch (IllegalArgumentException unusable) {
                problem("revision " + content.config().revision() + " cannot be enforced: " + unusable.getMessage());
            } catch (RuntimeException unforeseen) {
                // One configuration must not end the following of all later ones.
                LOG.atError().setCause(unforeseen).log("a configuration met a mistake of the gateway's own");
                problem("revision " + content.config().revision() + " cannot be enforced: "
                        + unforeseen.getClass().getSimpleName() + "; see the log of the pod");
            } catch (IOException around) {
                problem(String.valueOf(around.getMessage()));
                throw around;
            }
        }

        @Override
        public void missing() {
            if (server != null) {
                problem("the runtime Secret " + settings.me().runtimeSecret() + " is gone");
            }
        }
    }

    private static Map<String, byte[]> data(Secret secret) {
        Map<String, byte[]> data = new HashMap<>();
        if (secret.getData() != null) {
            secret.getData()
                    .forEach((key, value) -> data.put(key, Base64.getDecoder().decode(value)));
        }
        return data;
    }

    private synchronized void enforce(RuntimeSecret.Content content) throws IOException {
        RuntimeSecret.Content before = report.enforced();
        if (stopping != null || (before != null && before.hash().equals(content.hash()))) {
            change(
                    now -> new Report(now.enforced(), now.closed(), null, now.seen(), now.feed(), now.registration()),
                    true);
            return;
        }
        RuntimeConfig config = content.config();
        ResourceName own =
                new ResourceName(settings.me().namespace(), settings.me().gateway());
        if (!config.snapshot().gateway().equals(own)) {
            throw new IllegalArgumentException(
                    "it is of the gateway " + config.snapshot().gateway());
        }
        ReplicaSettings replica = config.snapshot().replica();
        ResourceName secret = replica == null ? null : replica.tls();
        grants.goWith(replica == null ? null : replica.grantsGoWith());
        GatewayServer running = server;
        if (running == null) {
            TlsFiles files = secret == null ? null : tlsFolder.write(secret, config.credentials());
            running = GatewayServer.start(
                    new GatewayServer.Settings(
                            settings.listen(),
                            files,
                            null,
                            EVENT_LOOPS,
                            new StoreHost(null, grants),
                            this::seen,
                            new RegistrationLog(this::known),
                            settings.audit()),
                    config);
            server = running;
            tls = secret;
        } else {
            if ((secret == null) != (tls == null)) {
                throw new IllegalArgumentException(
                        "spec.tls was " + (secret == null ? "removed" : "added") + ", which needs a new pod");
            }
            running.apply(config);
            if (secret != null) {
                tlsFolder.write(secret, config.credentials());
            }
        }
        maxStaleness = replica == null ? null : replica.maxStaleness();
        Map<String, String> closed = running.closedRoutes();
        change(now -> new Report(content, closed, null, now.seen(), now.feed(), now.registration()), true);
    }

    private void problem(String problem) {
        LOG.atError().addKeyValue("reason", problem).log("the newest configuration is not enforced");
        change(
                now -> new Report(now.enforced(), now.closed(), problem, now.seen(), now.feed(), now.registration()),
                true);
    }

    private void seen(Map<String, Sighting> sightings) {
        change(
                now -> new Report(
                        now.enforced(), now.closed(), now.problem(), sightings, now.feed(), now.registration()),
                false);
    }

    private void known(RegistrationState state) {
        change(now -> new Report(now.enforced(), now.closed(), now.problem(), now.seen(), now.feed(), state), false);
    }

    private synchronized void change(UnaryOperator<Report> how, boolean now) {
        report = how.apply(report);
        reports.report(report.spec(settings.me()), now);
    }

    private void watchFeed() {
        try {
            while (true) {
                Thread.sleep(FEED_LOOK);
                GatewayServer now = server;
                Duration age = now == null ? null : now.grantFeedStaleness();
                GrantFeed feed = age == null ? null : age.compareTo(FEED_STALE) > 0 ? GrantFeed.STALE : GrantFeed.FRESH;
                feed(feed);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void feed(@Nullable GrantFeed feed) {
        if (report.feed() != feed) {
            change(
                    now -> new Report(
                            now.enforced(), now.closed(), now.problem(), now.seen(), feed, now.registration()),
                    false);
        }
    }

    private String metrics() {
        GatewayServer now = server;
        return now == null ? "" : now.metrics();
    }
}
