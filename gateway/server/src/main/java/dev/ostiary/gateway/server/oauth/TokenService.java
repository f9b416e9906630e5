package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.identity.FacadeToken;
import dev.ostiary.gateway.server.identity.FacadeTokens;
import dev.ostiary.gateway.server.oauth.EntraSessions.Found;
import dev.ostiary.gateway.server.oauth.GrantSecrets.Presented;
import dev.ostiary.gateway.server.oauth.SealedRecords.Kept;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns codes and refresh tokens into tokens. Everything that can be wrong or unavailable comes first: the grant, the client,
 * the resource, the Entra session, the groups, and whether a token can hold them. Then one compare-and-swap consumes the code
 * or makes the successor of the refresh token, and only then is a token answered. So a failure on the way costs nothing, whoever is faster wins alone, and a
 * crash after the write costs an answer: a refresh is repeated within the grace and gets the very same successor; a code is
 * not, and the client starts over.
 *
 * <p>One write per refresh, and three where Entra has to be asked. Thread-safe; blocks for a bounded time.
 */
final class TokenService {

    private static final int MAX_ATTEMPTS = 20;

    private final GrantService grants;
    private final SealedRecords records;
    private final FacadeTokens tokens;
    private final UserFacts facts;
    private final Map<String, Route> routes;

    /** @param routes by name, of the configuration in force */
    TokenService(GrantService grants, FacadeTokens tokens, UserFacts facts, Map<String, Route> routes) {
        this.grants = grants;
        this.records = grants.records();
        this.tokens = tokens;
        this.facts = facts;
        this.routes = Map.copyOf(routes);
    }

    IssuedTokens issue(TokenRequest.WithCode request)
            throws GrantRefused, TryLaterException, StoreUnavailableException {
        Presented presented = GrantSecrets.readCode(request.code());
        if (presented == null) {
            throw GrantRefused.invalidGrant("MalformedCode", null);
        }
        String id = presented.grantId();
        for (int i = 0; i < MAX_ATTEMPTS; i++) {
            Kept<GrantRecord> kept = genuine(presented, request.client());
            GrantRecord grant = kept.value();
            if (grant.generation() > 0) {
                throw reused(id, grant, request.clientAddress(), "Code");
            }
            Instant now = now();
            if (now.toEpochMilli() >= grant.codeUntil()) {
                throw GrantRefused.invalidGrant("CodeExpired", id);
            }
            if (!grant.redirectUri().equals(request.redirectUri())) {
                throw GrantRefused.invalidGrant("WrongRedirectUri", id);
            }
            if (!Secrets.isDigestOf(grant.codeChallenge(), request.verifier())) {
                throw GrantRefused.invalidGrant("WrongVerifier", id);
            }
            FacadeToken.User user = user(id, grant, request.resource());
            GrantRecord next = grant.rotated(now);
            IssuedTokens issued = issued(id, next, grant.scope(), user);
            if (records.replace(id, kept.version(), next, grants.limits().idleUntil(next, now))) {
                grants.events().record(new GrantEvent.Redeemed(next.whose(id), request.clientAddress()));
                return issued;
            }
        }
        throw new StoreUnavailableException("a grant changed too often while its code was redeemed", null);
    }

    IssuedTokens issue(TokenRequest.WithRefreshToken request)
            throws GrantRefused, TryLaterException, StoreUnavailableException {
        Presented presented = GrantSecrets.readRefreshToken(request.refreshToken());
        if (presented == null) {
            throw GrantRefused.invalidGrant("MalformedRefreshToken", null);
        }
        String id = presented.grantId();
        for (int i = 0; i < MAX_ATTEMPTS; i++) {
            Kept<GrantRecord> kept = genuine(presented, request.client());
            GrantRecord grant = kept.value();
            Instant now = now();
            boolean current = presented.generation() == grant.generation();
            boolean before = presented.generation() == grant.generation() - 1;
            if (!current && !(before && grant.isWithinGrace(GrantLimits.GRACE, now))) {
                throw reused(id, grant, request.clientAddress(), "RefreshToken");
            }
            if (!now.isBefore(GrantLimits.absoluteEnd(grant))) {
                grants.ending().end(id, "TooOld");
                throw GrantRefused.invalidGrant("TooOld", id);
            }
            String scope = scope(id, grant, request.scope());
            FacadeToken.User user = user(id, grant, request.resource());
            if (!current) {
                return issued(id, grant, scope, user);
            }
            GrantRecord next = grant.rotated(now);
            IssuedTokens issued = issued(id, next, scope, user);
            if (records.replace(id, kept.version(), next, grants.limits().idleUntil(next, now))) {
                grants.events().record(new GrantEvent.Rotated(next.whose(id), request.clientAddress()));
                return issued;
            }
        }
        throw new StoreUnavailableException("a grant changed too often while it was refreshed", null);
    }

    /** The grant of a code or refresh token that we made for this client. Nobody learns which of these it was not. */
    private Kept<GrantRecord> genuine(Presented presented, Client client)
            throws GrantRefused, StoreUnavailableException {
        Kept<GrantRecord> kept = records.grant(presented.grantId());
        if (kept == null) {
            throw GrantRefused.invalidGrant("UnknownGrant", null);
        }
        if (!presented.isFrom(kept.value().familyKey())) {
            throw GrantRefused.invalidGrant("Forged", null);
        }
        if (kept.value().ended()) {
            // Whoever ended it may have died before every replica could know.
            grants.ending().complete(presented.grantId());
            throw GrantRefused.invalidGrant("GrantEnded", presented.grantId());
        }
        if (!kept.value().clientId().equals(client.id())) {
            throw GrantRefused.invalidGrant("AnotherClient", presented.grantId());
        }
        return kept;
    }

    private GrantRefused reused(String id, GrantRecord grant, String clientAddress, String what)
            throws StoreUnavailableException {
        grants.events().record(new GrantEvent.Reused(grant.whose(id), clientAddress, what));
        grants.ending().end(id, what + "Reused");
        return GrantRefused.invalidGrant(what + "Reused", id);
    }

    /** What a token may say about the user, for the route and the workload that were granted and no other. */
    private FacadeToken.User user(String id, GrantRecord grant, @Nullable String resource)
            throws GrantRefused, TryLaterException, StoreUnavailableException {
        if (resource != null && !ResourceUri.same(resource, grant.resource())) {
            throw GrantRefused.invalidTarget(id);
        }
        Route route = routes.get(grant.route());
        if (route == null) {
            // It may be back with the next configuration, or known to another replica already.
            throw GrantRefused.invalidTarget(id);
        }
        if (!route.workloadUid().equals(grant.workloadUid())) {
            throw GrantRefused.invalidGrant("WorkloadReplaced", id);
        }
        String owner = records.owner(grant.tenantId(), grant.objectId());
        return switch (grants.sessions().fresh(owner)) {
            case Found.Fresh(SessionRecord session) -> facts.of(session, route.policies());
            case Found.SignInAgain() -> throw GrantRefused.invalidGrant("SignInAgain", id);
            case Found.Ended() -> {
                grants.ending().endAll(owner, "EntraSessionEnded");
                throw GrantRefused.invalidGrant("EntraSessionEnded", id);
            }
        };
    }

    /** What the request asks for, which is at most what was granted (RFC 6749 §6). */
    private static String scope(String id, GrantRecord grant, @Nullable String asked) throws GrantRefused {
        if (asked == null) {
            return grant.scope();
        }
        List<String> granted = Arrays.asList(grant.scope().split(" ", -1));
        List<String> wanted =
                Arrays.stream(asked.split(" ", -1)).distinct().sorted().toList();
        if (!granted.containsAll(wanted)) {
            throw GrantRefused.invalidScope(id);
        }
        return String.join(" ", wanted);
    }

    /** Tokens that nobody has yet. */
    private IssuedTokens issued(String id, GrantRecord grant, String scope, FacadeToken.User user) throws GrantRefused {
        Instant now = now().truncatedTo(ChronoUnit.SECONDS);
        FacadeToken token = new FacadeToken(
                grant.resource(),
                grant.clientId(),
                scope,
                grants.secrets().id(),
                id,
                grant.workloadUid(),
                user,
                now,
                now.plus(grants.limits().accessToken()));
        String access;
        try {
            access = tokens.issue(token);
        } catch (IllegalArgumentException tooLong) {
            throw GrantRefused.tooManyGroups(id);
        }
        String refresh = GrantSecrets.refreshToken(grant.familyKey(), id, grant.generation());
        return new IssuedTokens(access, refresh, grants.limits().accessToken(), scope);
    }

    private Instant now() {
        return grants.clock().instant();
    }
}
