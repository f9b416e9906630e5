package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.server.entra.EntraSignIn;
import dev.ostiary.gateway.server.entra.SignedIn;
import dev.ostiary.gateway.server.keys.Sealer;
import dev.ostiary.gateway.server.oauth.SealedRecords.Kept;
import dev.ostiary.gateway.server.store.GrantStore;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What users have granted, in the store. A grant is written before the Entra session that it needs, and its code is answered
 * after both: a crash in between leaves a record that nobody can use and that goes by itself within minutes.
 */
public final class GrantService implements Grants {

    private final SealedRecords records;
    private final EntraSessions sessions;
    private final GrantEnding ending;
    private final GrantLimits limits;
    private final GrantEvents events;
    private final InstantSource clock;
    private final Secrets secrets;

    /**
     * @param sealer for {@code ENCRYPTION}
     * @param gateway whose grants these are: two gateways on one store know nothing of each other's
     */
    public GrantService(
            FacadeSettings settings,
            ResourceName gateway,
            GrantStore store,
            Sealer sealer,
            EntraSignIn entra,
            GrantEvents events,
            InstantSource clock,
            SecureRandom random) {
        this.records = new SealedRecords(store, sealer, gateway);
        this.limits = GrantLimits.of(settings);
        this.sessions = new EntraSessions(records, entra, limits, events, clock);
        this.ending = new GrantEnding(store, records, limits, events, clock);
        this.events = events;
        this.clock = clock;
        this.secrets = new Secrets(random);
    }

    @Override
    public String begin(GrantRequest request) throws StoreUnavailableException {
        Instant now = clock.instant();
        SignedIn user = request.user();
        makeRoom(records.owner(user.tenantId(), user.objectId()));
        String id = secrets.id();
        String familyKey = secrets.secret();
        GrantRecord grant = new GrantRecord(
                user.tenantId(),
                user.objectId(),
                request.client().id(),
                request.client().name(),
                request.route(),
                request.workloadUid(),
                request.resource(),
                request.scope(),
                request.redirectUri(),
                request.codeChallenge(),
                now.plus(GrantLimits.CODE).toEpochMilli(),
                familyKey,
                0,
                now.toEpochMilli(),
                now.toEpochMilli(),
                false);
        if (!records.create(id, grant, limits.unredeemedUntil(now))) {
            throw new IllegalStateException("128 random bits came twice");
        }
        sessions.keep(user, false);
        events.record(new GrantEvent.Made(grant.whose(id)));
        return GrantSecrets.code(familyKey, id);
    }

    /** Ends grants that were not used for the longest time, until there is room for one more. */
    private void makeRoom(String owner) throws StoreUnavailableException {
        List<String> ids = records.grantsOf(owner);
        if (ids.size() < GrantLimits.PER_USER) {
            return;
        }
        Map<String, Long> lastUsed = new HashMap<>();
        for (String id : ids) {
            Kept<GrantRecord> kept = records.grant(id);
            if (kept != null && !kept.value().ended()) {
                lastUsed.put(id, kept.value().rotated());
            }
        }
        List<String> oldestFirst = lastUsed.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .toList();
        for (String id : oldestFirst.subList(0, Math.max(0, oldestFirst.size() - GrantLimits.PER_USER + 1))) {
            ending.end(id, "TooManyGrants");
        }
    }

    @Override
    public List<Listed> of(String tenantId, String objectId) throws StoreUnavailableException {
        List<Listed> listed = new ArrayList<>();
        for (String id : records.grantsOf(records.owner(tenantId, objectId))) {
            Kept<GrantRecord> kept = records.grant(id);
            if (kept != null && !kept.value().ended() && kept.value().generation() > 0) {
                GrantRecord grant = kept.value();
                listed.add(new Listed(
                        id,
                        grant.clientId(),
                        grant.clientName(),
                        grant.route(),
                        Instant.ofEpochMilli(grant.made()),
                        Instant.ofEpochMilli(grant.rotated())));
            }
        }
        return listed;
    }

    @Override
    public void end(String tenantId, String objectId, String grantId) throws StoreUnavailableException {
        if (GrantSecrets.readCode(grantId + ".") == null) {
            return;
        }
        Kept<GrantRecord> kept = records.grant(grantId);
        if (kept != null
                && kept.value().tenantId().equals(tenantId)
                && kept.value().objectId().equals(objectId)) {
            ending.end(grantId, "EndedByUser");
        }
    }

    @Override
    public void remember(SignedIn user) throws StoreUnavailableException {
        sessions.keep(user, true);
    }

    @Override
    public @Nullable String pendingClaims(String tenantId, String objectId) throws StoreUnavailableException {
        return sessions.pendingClaims(records.owner(tenantId, objectId));
    }

    SealedRecords records() {
        return records;
    }

    EntraSessions sessions() {
        return sessions;
    }

    GrantEnding ending() {
        return ending;
    }

    GrantLimits limits() {
        return limits;
    }

    InstantSource clock() {
        return clock;
    }

    GrantEvents events() {
        return events;
    }

    Secrets secrets() {
        return secrets;
    }
}
