package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.keys.Sealer;
import dev.ostiary.gateway.server.store.GrantStore;
import dev.ostiary.gateway.server.store.RecordKey;
import dev.ostiary.gateway.server.store.RecordType;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import dev.ostiary.gateway.server.store.StoredRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What users have decided and asked to be remembered, kept for each user, client, redirect target, route, workload and scope;
 * anything else asks anew. Only ever for users whom Entra has vouched for, a bounded number each. Blocks. Thread-safe.
 */
final class Decisions {

    /** How long a decision is remembered. */
    static final Duration LIFETIME = Duration.ofDays(180);

    /** Most decisions of one user; further ones are not remembered. */
    static final int MAX_PER_USER = 200;

    private static final String PURPOSE = "oauth-decision/";
    private static final int MAX_SEALED_CHARS = 1024;
    private static final int ATTEMPTS = 3;

    private final GrantStore store;
    private final Sealer sealer;
    private final InstantSource clock;

    /** @param sealer with the keys for encryption */
    Decisions(GrantStore store, Sealer sealer, InstantSource clock) {
        this.store = store;
        this.sealer = sealer;
        this.clock = clock;
    }

    /** A decision. */
    enum Decision {
        APPROVED,
        DENIED
    }

    /** What the user has decided; null when nothing is remembered. */
    @Nullable
    Decision find(String tenantId, String objectId, Transaction transaction, RedirectUris.Target target)
            throws StoreUnavailableException {
        RecordKey key = key(tenantId, objectId, transaction, target);
        StoredRecord stored = store.get(key);
        if (stored == null) {
            return null;
        }
        byte[] value = sealer.open(PURPOSE + key.id(), stored.value(), MAX_SEALED_CHARS);
        return value == null ? null : read(new String(value, StandardCharsets.US_ASCII));
    }

    /** Remembers a decision; the last one counts. */
    void remember(
            String tenantId, String objectId, Transaction transaction, RedirectUris.Target target, Decision decision)
            throws StoreUnavailableException {
        RecordKey key = key(tenantId, objectId, transaction, target);
        String owner = tenantId + "_" + objectId;
        String value = sealer.seal(PURPOSE + key.id(), decision.name().getBytes(StandardCharsets.US_ASCII));
        Instant expires = clock.instant().plus(LIFETIME);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            StoredRecord stored = store.get(key);
            if (stored != null) {
                if (store.replace(key, stored.version(), value, expires) != null) {
                    return;
                }
            } else if (store.list(RecordType.DECISION, owner).size() >= MAX_PER_USER
                    || store.create(key, owner, value, expires) != null) {
                return;
            }
        }
    }

    /** Forgets a denial that the user has just taken back. */
    void forgetDenial(String tenantId, String objectId, Transaction transaction, RedirectUris.Target target)
            throws StoreUnavailableException {
        if (find(tenantId, objectId, transaction, target) == Decision.DENIED) {
            store.delete(key(tenantId, objectId, transaction, target));
        }
    }

    private static @Nullable Decision read(String name) {
        for (Decision decision : Decision.values()) {
            if (decision.name().equals(name)) {
                return decision;
            }
        }
        return null;
    }

    private static RecordKey key(
            String tenantId, String objectId, Transaction transaction, RedirectUris.Target target) {
        String what = String.join(
                "\n",
                tenantId,
                objectId,
                transaction.clientId(),
                target.key(),
                transaction.workloadUid(),
                transaction.resource(),
                transaction.scope());
        return new RecordKey(RecordType.DECISION, Secrets.digest(what));
    }
}
