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
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Authenticates with the facade's own access tokens. Made once per configuration; the cache and the revocations it is given
 * outlive it. Needs nothing from anywhere. A token that was seen before costs one SHA-256 and a few look-ups, right on the event
 * loop. One that was not is read there; only if everything in it is in order, down to the claim that the gateway alone can seal,
 * is its signature verified, which takes ES256 ten times as long as all the rest and is therefore done by {@link Proofs}.
 */
public final class FacadeAuthenticator implements Authenticator {

    private static final Logger LOG = LoggerFactory.getLogger(FacadeAuthenticator.class);
    private static final String SCHEME = "Bearer ";

    private final FacadeTokens tokens;
    private final FacadeTokenCache cache;
    private final Revocations revocations;
    private final Proofs proofs;
    private final Time time;
    private final FacadeRules rules;
    private final Map<String, FacadeAdmission> admissions;

    /**
     * @param snapshot one with Entra settings and the facade
     * @param cache shared by all configurations of a process
     * @param proofs where signatures are verified
     */
    public FacadeAuthenticator(
            Snapshot snapshot,
            FacadeTokens tokens,
            FacadeTokenCache cache,
            Revocations revocations,
            Proofs proofs,
            Time time) {
        EntraSettings entra = snapshot.entra();
        FacadeSettings facade = snapshot.authorization().facade();
        if (entra == null || facade == null) {
            throw new IllegalArgumentException("the snapshot has no Entra settings or no facade");
        }
        this.tokens = tokens;
        this.cache = cache;
        this.revocations = revocations;
        this.proofs = proofs;
        this.time = time;
        this.rules = new FacadeRules(snapshot.publicUrl().toString(), entra.tenantId(), facade.deny(), entra.claims());
        Map<String, FacadeAdmission> byRoute = new HashMap<>();
        for (Route route : snapshot.routes()) {
            byRoute.put(route.name(), new FacadeAdmission(ProtectedResource.of(snapshot, entra, route), route));
        }
        this.admissions = Map.copyOf(byRoute);
    }

    @Override
    public @Nullable Authentication tryNow(Route route, List<String> authorization) {
        Authentication known = ifKnown(route, authorization);
        if (known != null) {
            return known;
        }
        return read(admission(route), authorization) instanceof Reading.Answer(Authentication answer) ? answer : null;
    }

    /**
     * A signature that has to be looked at is looked at elsewhere, after everything else about the token has been found in
     * order; too many at once are answered {@link Authentication.Unavailable}.
     */
    @Override
    public void authenticate(
            Route route, List<String> authorization, Executor callbackExecutor, Consumer<Authentication> then) {
        Authentication known = ifKnown(route, authorization);
        if (known != null) {
            then.accept(known);
            return;
        }
        FacadeAdmission admission = admission(route);
        switch (read(admission, authorization)) {
            case Reading.Answer(Authentication answer) -> then.accept(answer);
            case Reading.ToProve(FacadeTokens.Unproven token) -> {
                String header = authorization.getFirst();
                boolean taken = proofs.run(token.claimed().user().objectId(), () -> {
                    Authentication answer = prove(admission, token, header);
                    callBack(callbackExecutor, () -> then.accept(answer));
                });
                if (!taken) {
                    then.accept(Authentication.Unavailable.busy());
                }
            }
        }
    }

    /** The answer where the very same header was seen before; null otherwise. */
    @Nullable
    Authentication ifKnown(Route route, List<String> authorization) {
        if (authorization.size() != 1 || !authorization.getFirst().startsWith(SCHEME)) {
            return null;
        }
        String header = authorization.getFirst();
        VerificationKey key = tokens.keyOf(header, SCHEME.length());
        if (key == null || header.length() > BearerToken.MAX_CHARS) {
            return null;
        }
        FacadeAdmission admission = admission(route);
        Verified verified = cache.find(TokenDigest.of(header), rules, key);
        if (verified == null) {
            return null;
        }
        return verified.token().expires().toEpochMilli() > time.wallMillis()
                ? admit(admission, verified)
                : EntraClaims.expired().rejection(admission.scope());
    }

    /** What a header comes to before its signature is looked at. */
    private sealed interface Reading {

        record Answer(Authentication answer) implements Reading {}

        record ToProve(FacadeTokens.Unproven token) implements Reading {}
    }

    private Reading read(FacadeAdmission admission, List<String> authorization) {
        return switch (BearerToken.read(authorization)) {
            case BearerToken.Present(String token) -> {
                try {
                    FacadeTokens.Unproven unproven = tokens.read(token, time.wallMillis());
                    Rejected misplaced = admission.misplaced(unproven.claimed());
                    yield misplaced == null ? new Reading.ToProve(unproven) : new Reading.Answer(misplaced);
                } catch (TokenRefused refused) {
                    yield new Reading.Answer(refused.rejection(admission.scope()));
                }
            }
            case BearerToken.Absent(String reason) ->
                new Reading.Answer(new Rejected(401, null, "sign in to use this server", admission.scope(), reason));
            case BearerToken.Malformed(String reason, String description) ->
                new Reading.Answer(new Rejected(400, "invalid_request", description, null, reason));
        };
    }

    /** Looks at the signature, unless another request with the same header has done so while this one waited. */
    private Authentication prove(FacadeAdmission admission, FacadeTokens.Unproven token, String header) {
        boolean usual = header.startsWith(SCHEME) && header.length() <= BearerToken.MAX_CHARS;
        TokenDigest digest = TokenDigest.of(header);
        Verified before = usual ? cache.find(digest, rules, token.key()) : null;
        if (before != null) {
            return admit(admission, before);
        }
        try {
            Verified fresh = rules.accept(token.proven());
            if (usual) {
                cache.add(digest, fresh, rules, token.key(), header.length());
            }
            return admit(admission, fresh);
        } catch (TokenRefused refused) {
            return refused.rejection(admission.scope());
        } catch (RuntimeException e) {
            // Nobody above would answer: this runs as a task of its own.
            LOG.atError().setCause(e).log("a token could not be verified");
            return Authentication.Unavailable.busy();
        }
    }

    private static void callBack(Executor executor, Runnable answer) {
        try {
            executor.execute(answer);
        } catch (RejectedExecutionException shutDown) {
            // The event loop has ended, and with it every request that was on it.
            LOG.atDebug().log("a token was verified after its event loop had ended");
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
