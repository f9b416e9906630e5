package dev.ostiary.gateway.server.identity;

import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings.Lookup;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.server.entra.GroupLookup.UserCredential;
import dev.ostiary.gateway.server.entra.KeySet;
import dev.ostiary.gateway.server.entra.Renewal;
import dev.ostiary.gateway.server.entra.TenantKeys;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.identity.Authentication.Rejected;
import dev.ostiary.gateway.server.identity.Authentication.Unavailable;
import dev.ostiary.gateway.server.identity.TokenValidator.KeyUnknown;
import dev.ostiary.gateway.server.identity.TokenValidator.Valid;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Authenticates with access tokens that Entra issued for the gateway's registration. Made once per configuration; the keys
 * and the cache it is given outlive it.
 *
 * <p>A token that was seen before costs one SHA-256 and a few look-ups: 1 µs, 6 µs with 200 groups. A new one is verified
 * right on the event loop, in some 35 µs: that is less than a hand-over to another thread and back adds to the request, a
 * user's token is new to a replica about once an hour, and a flood of forged tokens costs the same processor time wherever it
 * is refused. Only a token whose key is not at hand leaves the loop, and waits for keys without holding anything.
 */
public final class EntraAuthenticator implements Authenticator {

    private static final Logger log = LoggerFactory.getLogger(EntraAuthenticator.class);

    // A token of the greatest length with its scheme; what has more blanks than that is not worth remembering.
    private static final int MAX_HEADER_CHARS = BearerToken.MAX_CHARS + "Bearer ".length();

    private final EntraSettings entra;
    private final TokenValidator validator;
    private final TokenCache cache;
    private final TenantKeys keys;
    private final @Nullable GroupsOnDemand groups;
    private final Time time;
    private final Map<String, RouteAdmission> admissions;

    /**
     * @param snapshot one with Entra settings: without them no route is open, and nobody needs authenticating
     * @param keys the tenant's keys, from {@link dev.ostiary.gateway.server.entra.KeySets#use}
     * @param cache shared by all configurations of a process
     */
    public EntraAuthenticator(Snapshot snapshot, TenantKeys keys, TokenCache cache, Time time) {
        this(snapshot, keys, cache, null, time);
    }

    /**
     * @param snapshot one with Entra settings: without them no route is open, and nobody needs authenticating
     * @param keys the tenant's keys, from {@link dev.ostiary.gateway.server.entra.KeySets#use}
     * @param cache shared by all configurations of a process
     * @param groups of the same Entra settings, where they say that Graph is asked for groups that a token leaves out; null:
     *     such tokens are refused where groups matter
     */
    public EntraAuthenticator(
            Snapshot snapshot, TenantKeys keys, TokenCache cache, @Nullable GroupsOnDemand groups, Time time) {
        EntraSettings settings = snapshot.entra();
        if (settings == null) {
            throw new IllegalArgumentException("the snapshot has no Entra settings");
        }
        this.entra = settings;
        this.validator = new TokenValidator(settings);
        this.cache = cache;
        this.keys = keys;
        this.groups = groups;
        this.time = time;
        Map<String, RouteAdmission> byRoute = new HashMap<>();
        for (Route route : snapshot.routes()) {
            byRoute.put(route.name(), new RouteAdmission(snapshot, settings, route));
        }
        this.admissions = Map.copyOf(byRoute);
    }

    /** The answer about a token that was seen before; null when it is new. */
    @Nullable
    Authentication ifKnown(Route route, List<String> authorization) {
        RouteAdmission admission = admission(route);
        if (authorization.size() != 1 || !admission.takesEntraTokens()) {
            return null;
        }
        String header = authorization.getFirst();
        KeySet set = keys.usable();
        if (set == null || header.length() > MAX_HEADER_CHARS) {
            return null;
        }
        TokenDigest digest = TokenDigest.of(header);
        ValidToken known = cache.find(digest, entra, set.generation());
        if (known == null) {
            return null;
        }
        return known.expiresMillis() > time.wallMillis()
                ? admit(admission, known, digest)
                : EntraClaims.expired().rejection(admission.scope());
    }

    /** The verdict on a valid token; null when groups have to be asked for first. */
    private @Nullable Authentication admit(RouteAdmission admission, ValidToken token, TokenDigest digest) {
        GroupsOnDemand.Need need = groups == null ? null : admission.groupsToAsk(token);
        if (need == null || groups == null) {
            return admission.admit(token);
        }
        Rejected refusal = admission.refusalBeforeGroups(token);
        if (refusal != null) {
            return refusal;
        }
        Principal complete = groups.known(digest, need);
        return complete == null ? null : new Authentication.Authenticated(complete);
    }

    @Override
    public @Nullable Authentication tryNow(Route route, List<String> authorization) {
        RouteAdmission admission = admission(route);
        Authentication fromBefore = ifKnown(route, authorization);
        if (fromBefore != null) {
            return fromBefore;
        }
        return switch (BearerToken.read(authorization)) {
            case BearerToken.Present(String token) -> judge(admission, token, authorization.getFirst());
            case BearerToken.Absent(String reason) ->
                new Rejected(401, null, "sign in to use this server", admission.scope(), reason);
            case BearerToken.Malformed(String reason, String description) ->
                new Rejected(400, "invalid_request", description, null, reason);
        };
    }

    @Override
    public void authenticate(
            Route route, List<String> authorization, Executor callbackExecutor, Consumer<Authentication> then) {
        KeySet lookedAt = keys.usable();
        Authentication now = tryNow(route, authorization);
        if (now != null) {
            then.accept(now);
            return;
        }
        if (askForGroups(route, authorization, callbackExecutor, then)) {
            return;
        }
        Renewal renewal = keys.renew(
                lookedAt,
                () -> callBack(callbackExecutor, () -> afterRenewal(route, authorization, callbackExecutor, then)));
        switch (renewal) {
            case Renewal.Pending() -> {
                // The callback above answers.
            }
            case Renewal.Current() -> then.accept(keyUnknown(admission(route)));
            case Renewal.Unavailable(Duration retryAfter) -> then.accept(unavailable(retryAfter));
        }
    }

    /** The answer when keys have just been read, or could not be: nobody waits for them twice. */
    private void afterRenewal(
            Route route, List<String> authorization, Executor callbackExecutor, Consumer<Authentication> then) {
        KeySet lookedAt = keys.usable();
        Authentication answer = tryNow(route, authorization);
        if (answer != null) {
            then.accept(answer);
        } else if (!askForGroups(route, authorization, callbackExecutor, then)) {
            then.accept(
                    switch (keys.renew(lookedAt, null)) {
                        case Renewal.Unavailable(Duration retryAfter) -> unavailable(retryAfter);
                        case Renewal.Current(), Renewal.Pending() -> keyUnknown(admission(route));
                    });
        }
    }

    /** Asks Graph where that is all that is missing: then true, and the answer comes on the executor. */
    private boolean askForGroups(
            Route route, List<String> authorization, Executor callbackExecutor, Consumer<Authentication> then) {
        KeySet set = keys.usable();
        if (groups == null
                || set == null
                || !(BearerToken.read(authorization) instanceof BearerToken.Present(String token))) {
            return false;
        }
        RouteAdmission admission = admission(route);
        ValidToken valid;
        try {
            valid = validator.validate(token, set, time.wallMillis()) instanceof Valid(ValidToken proven)
                    ? proven
                    : null;
        } catch (TokenRefused refused) {
            return false;
        }
        GroupsOnDemand.Need need = valid == null ? null : admission.groupsToAsk(valid);
        if (valid == null || need == null) {
            return false;
        }
        Principal principal = valid.principal();
        boolean onBehalf = entra.groups().lookup() == Lookup.ON_BEHALF_OF;
        groups.ask(
                TokenDigest.of(authorization.getFirst()),
                need,
                principal,
                onBehalf ? new UserCredential.Assertion(token) : null,
                answer -> callBack(
                        callbackExecutor,
                        () -> then.accept(
                                switch (answer) {
                                    case GroupsOnDemand.Known(Principal complete) ->
                                        new Authentication.Authenticated(complete);
                                    case GroupsOnDemand.Refused() -> RouteAdmission.groupsNotTold(principal);
                                    case GroupsOnDemand.NotNow(Duration retryAfter) -> unavailable(retryAfter);
                                })));
        return true;
    }

    /** The verdict on a token that is not known; null when it depends on keys or groups that are not at hand. */
    private @Nullable Authentication judge(RouteAdmission admission, String token, String header) {
        if (!admission.takesEntraTokens()) {
            return admission.noEntraTokens();
        }
        KeySet set = keys.usable();
        long now = time.wallMillis();
        try {
            if (set == null) {
                return admission.audienceRefusal(validator.unproven(token, now));
            }
            return switch (validator.validate(token, set, now)) {
                case Valid(ValidToken valid) -> {
                    TokenDigest digest = TokenDigest.of(header);
                    if (header.length() <= MAX_HEADER_CHARS) {
                        cache.add(digest, valid, entra, set.generation(), token.length());
                    }
                    note(valid.principal());
                    yield admit(admission, valid, digest);
                }
                case KeyUnknown(ValidToken unproven) -> admission.audienceRefusal(unproven);
            };
        } catch (TokenRefused refused) {
            return refused.rejection(admission.scope());
        }
    }

    private static void note(Principal principal) {
        log.atDebug()
                .addKeyValue("uti", principal.tokenId())
                .addKeyValue("tid", principal.tenantId())
                .addKeyValue("oid", principal.objectId())
                .addKeyValue("azp", principal.clientId())
                .log("token validated");
    }

    private RouteAdmission admission(Route route) {
        RouteAdmission admission = admissions.get(route.name());
        if (admission == null) {
            throw new IllegalArgumentException("route " + route.name() + " is not of this configuration");
        }
        return admission;
    }

    private static Rejected keyUnknown(RouteAdmission admission) {
        return new TokenRefused("KeyUnknown").rejection(admission.scope());
    }

    private static Unavailable unavailable(Duration retryAfter) {
        return Unavailable.entra((int) Math.max(1, retryAfter.plusMillis(999).toSeconds()));
    }

    private static void callBack(Executor executor, Runnable answer) {
        try {
            executor.execute(answer);
        } catch (RejectedExecutionException shutDown) {
            // The event loop has ended, and with it every request that was on it.
            log.atDebug().log("an answer came after its event loop had ended");
        }
    }
}
