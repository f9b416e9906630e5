package dev.ostiary.gateway.server.authorize;

import dev.ostiary.gateway.policy.PrincipalFacts;
import dev.ostiary.gateway.server.identity.Principal;

/**
 * Who is calling, as identity and as policies see it.
 *
 * @param principal the validated token's content
 * @param facts the same for Cedar
 */
public record Caller(Principal principal, PrincipalFacts facts) {}
