package dev.ostiary.gateway.server.identity;

import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.identity.Authentication.Rejected;
import dev.ostiary.gateway.server.identity.FacadeTokenCache.Verified;
import dev.ostiary.gateway.server.keys.SigningKeys.VerificationKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates with the facade's own access tokens. Made once per configuration; the cache and the revocations it is given
 * outlive it. Needs nothing from anywhere: a token that was seen before costs one SHA-256 and a few look-ups, a new one a
 * signature verification more.
 */
public final class FacadeAuthenticator implements Authenticator {

    private static final String SCHEME = "Bearer ";

    private final FacadeTokens tokens;
    private final FacadeTokenCache cache;
    private final Revocations revocations;
    private final Time time;
    private final FacadeRules rules;
    private final Map<String, FacadeAdmission> admissions;

    /**
     * @param snapshot one with Entra settings and the facade
     * @param cache shared by all configurations of a process
     */
    public FacadeAuthenticator(
            Snapshot snapshot, FacadeTokens tokens, FacadeTokenCache cache, Revocations revocations, Time time) {
        EntraSettings entra = snapshot.entra();
        FacadeSettings facade = snapshot.authorization().facade();
        if (entra == null || facade == null) {
            throw new IllegalArgumentException("the snapshot has no Entra settings or no facade");
        }
        this.tokens = tokens;
        this.cache = cache;
        this.revocations = revocations;
        this.time = time;
        this.rules = new FacadeRules(snapshot.publicUrl().toString(), entra.tenantId(), facade.deny(), entra.claims());
        Map<String, FacadeAdmission> byRoute = new HashMap<>();
        for (Route route : snapshot.routes()) {
            byRoute.put(route.name(), new FacadeAdmission(ProtectedResource.of(snapshot, entra, route), route));
        }
        this.admissions = Map.copyOf(byRoute);
    }

    @Override
    public Authentication tryNow(Route route, List<String> authorization) {
        Authentication known = ifOurs(route, authorization);
        if (known != null) {
            return known;
        }
        FacadeAdmission admission = admission(route);
        return switch (BearerToken.read(authorization)) {
            case BearerToken.Present(String token) -> judge(admission, token);
            case BearerToken.Absent(String reason) ->
                new Rejected(401, null, "sign in to use this server", admission.scope(), reason);
            case BearerToken.Malformed(String reason, String description) ->
                new Rejected(400, "invalid_request", description, null, reason);
        };
    }

    @Override
    public void authenticate(
            Route route, List<String> authorization, Executor callbackExecutor, Consumer<Authentication> then) {
        then.accept(tryNow(route, authorization));
    }

    /** The answer where the token's header is one of the facade's, to the byte; null otherwise. */
    @Nullable
    Authentication ifOurs(Route route, List<String> authorization) {
        if (authorization.size() != 1 || !authorization.getFirst().startsWith(SCHEME)) {
            return null;
        }
        String header = authorization.getFirst();
        VerificationKey key = tokens.keyOf(header, SCHEME.length());
        if (key == null || header.length() > BearerToken.MAX_CHARS) {
            return null;
        }
        FacadeAdmission admission = admission(route);
        TokenDigest digest = TokenDigest.of(header);
        Verified verified = cache.find(digest, rules, key);
        if (verified != null) {
            return verified.token().expires().toEpochMilli() > time.wallMillis()
                    ? admit(admission, verified)
                    : EntraClaims.expired().rejection(admission.scope());
        }
        if (!(BearerToken.read(authorization) instanceof BearerToken.Present(String token))) {
            return null;
        }
        try {
            Verified fresh = rules.accept(tokens.verify(token, time.wallMillis()));
            cache.add(digest, fresh, rules, key, header.length());
            return admit(admission, fresh);
        } catch (TokenRefused refused) {
            return refused.rejection(admission.scope());
        }
    }

    /** The verdict on a token whose header is not spelled as the facade spells it, or came in an unusual way. */
    private Authentication judge(FacadeAdmission admission, String token) {
        try {
            return admit(admission, rules.accept(tokens.verify(token, time.wallMillis())));
        } catch (TokenRefused refused) {
            return refused.rejection(admission.scope());
        }
    }

    private Authentication admit(FacadeAdmission admission, Verified verified) {
        if (revocations.revoked(verified.token().grantId())) {
            return new Rejected(
                    401, "invalid_token", "this sign-in has been ended; sign in again", admission.scope(), "Revoked");
        }
        return admission.admit(verified);
    }

    /** Whether a token is to be judged here. */
    boolean takes(String token) {
        return tokens.claimsToBeOurs(token);
    }

    private FacadeAdmission admission(Route route) {
        FacadeAdmission admission = admissions.get(route.name());
        if (admission == null) {
            throw new IllegalArgumentException("route " + route.name() + " is not of this configuration");
        }
        return admission;
    }
}
