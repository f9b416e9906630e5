package dev.ostiary.gateway.server.authorize;

import dev.ostiary.gateway.config.EntraField;
import dev.ostiary.gateway.policy.Decision;
import dev.ostiary.gateway.server.identity.Principal;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors.Denial;
import dev.ostiary.gateway.server.mcp.JsonRpcErrors.Missing;
import dev.ostiary.gateway.server.mcp.Target;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts a denial into words for the person who met it: what was refused, why, and what would cure it. Policy text and the
 * names of policies never appear in it. Where what is missing may be a mistake in the app registration, the field is named as
 * {@link EntraField} names it everywhere. Pure.
 */
final class Denials {

    private Denials() {}

    static Denial of(Target target, Decision decision, ServedRoute served, Caller caller) {
        List<Missing> missing = new ArrayList<>();
        Decision.Missing would = decision.missing();
        if (would != null) {
            would.groups().forEach(group -> missing.add(new Missing("group", group.objectId(), group.alias())));
            would.roles().forEach(role -> missing.add(new Missing("role", role, null)));
        }
        return switch (decision.cause()) {
            case NOT_PERMITTED, PERMITTED ->
                new Denial(target, "NoPermit", notPermitted(missing, served, caller.principal()), missing);
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

    private static @Nullable String notPermitted(List<Missing> missing, ServedRoute served, Principal caller) {
        List<String> sentences = new ArrayList<>();
        if (missing.isEmpty()) {
            sentences.add("No policy grants it to you");
        }
        // A user in no group and a registration that emits none look alike, so both are said.
        if (caller.groups().isEmpty() && names(missing, "group")) {
            sentences.add("Your sign-in names no groups; if you are in one, an administrator looks at "
                    + EntraField.GROUPS_CLAIM.place());
        }
        if (caller.roles().isEmpty() && names(missing, "role")) {
            sentences.add("Your sign-in names no roles; an administrator looks at " + EntraField.APP_ROLES.place()
                    + " and at who has them");
        }
        List<String> absent = served.claims().stream()
                .filter(claim -> !caller.claims().has(claim))
                .toList();
        if (missing.isEmpty() && !absent.isEmpty()) {
            sentences.add("Your sign-in lacks what policies may read: " + String.join(", ", absent)
                    + "; an administrator looks at " + EntraField.OPTIONAL_CLAIMS.place());
        }
        return sentences.isEmpty() ? null : String.join(". ", sentences);
    }

    private static boolean names(List<Missing> missing, String kind) {
        return missing.stream().anyMatch(one -> one.kind().equals(kind));
    }
}
