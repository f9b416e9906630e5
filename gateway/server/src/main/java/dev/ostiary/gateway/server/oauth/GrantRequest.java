package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.entra.SignedIn;

/**
 * What a user has just approved and Entra has vouched for.
 *
 * @param client who asked
 * @param redirectUri where the code goes; the token request must name the same
 * @param codeChallenge S256
 * @param route the route's name
 * @param workloadUid of its workload: a re-created one inherits nothing
 * @param resource the route's URL, which becomes the audience
 * @param scope what was granted, space-separated
 * @param user who, with the Entra session
 */
public record GrantRequest(
        Client client,
        String redirectUri,
        String codeChallenge,
        String route,
        String workloadUid,
        String resource,
        String scope,
        SignedIn user) {}
