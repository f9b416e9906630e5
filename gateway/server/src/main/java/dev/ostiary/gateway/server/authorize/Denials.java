package dev.ostiary.gateway.server.authorize;

import dev.ostiary.gateway.policy.Decision;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors.Denial;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors.Missing;
import dev.ostiary.gateway.server.mcp.Target;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts a denial into words for the person who met it: what was refused, why, and what would cure it. Policy text and the
 * names of policies never appear in it. Pure.
 */
final class Denials {

    private Denials() {}

    static Denial of(Target target, Decision decision) {
        List<Missing> missing = new ArrayList<>();
        Decision.Missing would = decision.missing();
        if (would != null) {
            would.groups().forEach(group -> missing.add(new Missing("group", group.objectId(), group.alias())));
            would.roles().forEach(role -> missing.add(new Missing("role", role, null)));
        }
        return switch (decision.cause()) {
            case NOT_PERMITTED, PERMITTED ->
                new Denial(target, "NoPermit", missing.isEmpty() ? "No policy grants it to you" : null, missing);
            case FORBIDDEN -> new Denial(target, "Forbidden", "A policy forbids it", missing);
            case POLICY_ERROR ->
                new Denial(
                        target,
                        "PolicyError",
                        "A policy could not be evaluated, and here that denies; an administrator finds the policy in the"
                                + " audit log",
                        missing);
            case UNREADABLE_ARGUMENTS ->
                new Denial(
                        target,
                        "UnreadableArguments",
                        "The policies depend on an argument whose value they cannot represent",
                        missing);
            case UNREADABLE_REQUEST -> new Denial(target, "UnreadableRequest", "Its name is not valid text", missing);
        };
    }
}
