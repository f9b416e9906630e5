package dev.ostiary.gateway.server.oauth;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a client has asked for, checked. Nobody keeps it: it travels sealed, in the consent page and in the {@code state} of
 * the sign-in at Entra.
 *
 * @param id random; what is used once
 * @param expires whole seconds
 * @param clientId who asks
 * @param redirectUri where the answer goes
 * @param state the client's, sent back as it is; null: none
 * @param codeChallenge S256
 * @param route the route's name
 * @param workloadUid of its workload when the client asked
 * @param resource the route's URL
 * @param scope what is granted when the user approves
 */
record Transaction(
        String id,
        Instant expires,
        String clientId,
        String redirectUri,
        @Nullable String state,
        String codeChallenge,
        String route,
        String workloadUid,
        String resource,
        String scope) {

    /** The same request under a new id, for another round. */
    Transaction again(String newId, Instant newExpires) {
        return new Transaction(
                newId, newExpires, clientId, redirectUri, state, codeChallenge, route, workloadUid, resource, scope);
    }

    /** Not the client's state. */
    @Override
    public String toString() {
        return "Transaction[" + id + " " + route + "]";
    }
}
