package dev.ostiary.gateway.server.authorize;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ostiary.gateway.config.AuthorizationSettings.PrincipalClaim;
import dev.ostiary.gateway.policy.PrincipalFacts;
import dev.ostiary.gateway.server.identity.CallerCredential;
import dev.ostiary.gateway.server.identity.Principal;

/**
 * Turns principals into what policies know about them, once per validated token: identity keeps the principal for as long as
 * the token is in use, and this follows it. Any thread.
 */
public final class Callers {

    private final PrincipalClaim claim;

    /** Only the facts are kept: a value that held its principal would keep its own weak key alive. */
    private final Cache<Principal, PrincipalFacts> byPrincipal =
            Caffeine.newBuilder().weakKeys().build();

    /** @param claim the claim that names the Cedar principal */
    public Callers(PrincipalClaim claim) {
        this.claim = claim;
    }

    /** The caller of this principal. */
    public Caller of(Principal principal, CallerCredential credential) {
        return new Caller(principal, byPrincipal.get(principal, this::facts), credential);
    }

    private PrincipalFacts facts(Principal principal) {
        String id = claim == PrincipalClaim.SUB ? principal.subject() : principal.objectId();
        return new PrincipalFacts(id, principal.claims(), principal.groups(), principal.roles());
    }
}
