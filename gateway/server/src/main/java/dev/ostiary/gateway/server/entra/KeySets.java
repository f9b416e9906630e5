package dev.ostiary.gateway.server.entra;

import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraSettings;
import java.net.URI;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The key sets of a process, which outlive its configurations: a reload that leaves tenant and egress alone reads nothing
 * anew, and one that changes only the egress keeps the keys at hand until the new way has brought others, so that a broken
 * CA bundle does not sign everybody out. One tenant at a time, as a gateway has one. Thread-safe.
 */
public final class KeySets implements AutoCloseable {

    private final KeySetSettings settings;
    private final Time time;
    private final KeySetMetrics metrics;
    private final AtomicLong generations = new AtomicLong();
    private @Nullable InUse inUse;

    public KeySets(KeySetSettings settings, Time time, KeySetMetrics metrics) {
        this.settings = settings;
        this.time = time;
        this.metrics = metrics;
    }

    /** The keys of this tenant, over this egress; begins the first read and returns at once. Those of before are stopped. */
    public synchronized TenantKeys use(EntraSettings entra, EgressSettings egress) {
        Source source = new Source(entra.discovery(), entra.issuer(), egress);
        InUse before = inUse;
        if (before != null && before.source.equals(source)) {
            return before.keys;
        }
        KeySet seed = null;
        if (before != null && before.source.sameTenant(source)) {
            seed = before.keys.held();
        }
        EntraDocuments documents = new EntraDocuments(egress, settings.documentTimeout());
        TenantKeys keys = new TenantKeys(
                entra.tenantId(), new PublishedKeys(entra, documents), settings, time, metrics, generations, seed);
        inUse = new InUse(source, documents, keys);
        keys.start();
        if (before != null) {
            before.close();
        }
        return keys;
    }

    @Override
    public synchronized void close() {
        if (inUse != null) {
            inUse.close();
        }
    }

    private record Source(URI discovery, String issuer, EgressSettings egress) {
        boolean sameTenant(Source other) {
            return discovery.equals(other.discovery) && issuer.equals(other.issuer);
        }
    }

    private record InUse(Source source, EntraDocuments documents, TenantKeys keys) {
        void close() {
            keys.close();
            documents.close();
        }
    }
}
