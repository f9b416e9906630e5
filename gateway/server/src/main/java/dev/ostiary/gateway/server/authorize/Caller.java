package dev.ostiary.gateway.server.authorize;

import dev.ostiary.gateway.policy.PrincipalFacts;
import dev.ostiary.gateway.server.identity.CallerCredential;
import dev.ostiary.gateway.server.identity.Principal;

/**
 * Who is calling, as identity and as policies see it.
 *
 * @param principal the validated token's content
 * @param facts the same for Cedar
 * @param credential by what the gateway may act for the caller, for this exchange only
 */
public record Caller(Principal principal, PrincipalFacts facts, CallerCredential credential) {}
