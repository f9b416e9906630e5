package dev.ostiary.gateway.kubernetes;

import dev.ostiary.crds.McpGatewayReplica;
import dev.ostiary.crds.McpGatewayReplicaSpec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes this replica's {@code McpGatewayReplica}: by server-side apply, owned by its pod so that it goes with it, only when
 * something has changed, and the last state alone. What is urgent is written at once; the rest waits until the last write is a
 * while ago, the longer the larger the report is. A write that fails is tried again with {@link Backoff}.
 *
 * <p>One thread of its own; the methods may be called by any and do not block.
 */
final class ReplicaReports implements AutoCloseable {

    /** Who writes the report, in the API server's books. */
    static final String FIELD_MANAGER = "ostiary-gateway";

    private static final Logger LOG = LoggerFactory.getLogger(ReplicaReports.class);
    private static final Duration PACE = Duration.ofSeconds(1);
    private static final Duration PACE_PER_ROUTE = Duration.ofMillis(5);

    private final KubernetesClient client;
    private final ReplicaIdentity me;
    private final Backoff backoff;
    private @Nullable McpGatewayReplicaSpec wanted;
    private boolean urgent;
    private boolean closed;
    private @Nullable Thread thread;
    private volatile @Nullable McpGatewayReplicaSpec written;

    ReplicaReports(KubernetesClient client, ReplicaIdentity me, Backoff backoff) {
        this.client = client;
        this.me = me;
        this.backoff = backoff;
    }

    /** Starts writing, until {@link #close}. */
    synchronized void start() {
        if (thread == null) {
            thread = Thread.ofVirtual().name("replica-report").start(this::run);
        }
    }

    /**
     * Has a report written, unless the last one was equal.
     *
     * @param now whether somebody waits for it
     */
    synchronized void report(McpGatewayReplicaSpec report, boolean now) {
        wanted = report;
        urgent |= now;
        notifyAll();
    }

    /** What the API server has; null before the first write. */
    @Nullable
    McpGatewayReplicaSpec written() {
        return written;
    }

    @Override
    public void close() {
        Thread writing;
        synchronized (this) {
            closed = true;
            writing = thread;
        }
        if (writing != null) {
            writing.interrupt();
        }
    }

    private void run() {
        int failures = 0;
        long lastNanos = System.nanoTime() - PACE.toNanos();
        try {
            while (true) {
                McpGatewayReplicaSpec next = next(lastNanos);
                if (next == null) {
                    return;
                }
                lastNanos = System.nanoTime();
                if (write(next, failures == 0)) {
                    failures = 0;
                } else {
                    failures++;
                    Thread.sleep(backoff.after(failures));
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until there is something to write that may be written; null when nothing is any more. */
    private synchronized @Nullable McpGatewayReplicaSpec next(long lastNanos) throws InterruptedException {
        while (!closed) {
            McpGatewayReplicaSpec next = wanted;
            if (next == null || next.equals(written)) {
                urgent = false;
                wait();
                continue;
            }
            long pause =
                    PACE.plus(PACE_PER_ROUTE.multipliedBy(next.routes().size())).toNanos();
            long left = lastNanos + pause - System.nanoTime();
            if (urgent || left <= 0) {
                urgent = false;
                return next;
            }
            wait(left / 1_000_000 + 1);
        }
        return null;
    }

    /** The API server's own words: of a report there is nothing to hide. */
    private static String reason(KubernetesClientException e) {
        return e.getStatus() == null
                ? String.valueOf(e.getMessage())
                : e.getCode() + ": " + e.getStatus().getMessage();
    }

    private boolean write(McpGatewayReplicaSpec report, boolean tell) {
        McpGatewayReplica object = new McpGatewayReplica();
        object.setMetadata(new ObjectMetaBuilder()
                .withNamespace(me.namespace())
                .withName(me.pod())
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion("v1")
                        .withKind("Pod")
                        .withName(me.pod())
                        .withUid(me.podUid())
                        .build())
                .build());
        object.setSpec(report);
        try {
            client.resource(object).fieldManager(FIELD_MANAGER).forceConflicts().serverSideApply();
            written = report;
            return true;
        } catch (KubernetesClientException e) {
            if (tell && !Thread.currentThread().isInterrupted()) {
                LOG.atWarn()
                        .addKeyValue("replica", me.pod())
                        .addKeyValue("reason", reason(e))
                        .log("the report of this replica cannot be written yet");
            }
            return false;
        }
    }
}
