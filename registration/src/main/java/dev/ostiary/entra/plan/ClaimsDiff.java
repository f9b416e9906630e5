package dev.ostiary.entra.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.RegistrationOptions.GroupsClaim;
import dev.ostiary.gateway.config.EntraField;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What tokens carry beyond the usual. */
final class ClaimsDiff {

    private static final Set<String> CARRY_GROUPS = Set.of("All", "SecurityGroup", "ApplicationGroup");

    private final DesiredRegistration desired;
    private final ActualRegistration actual;

    ClaimsDiff(DesiredRegistration desired, ActualRegistration actual) {
        this.desired = desired;
        this.actual = actual;
    }

    /** The groups claim. */
    Optional<Change> groups() {
        GroupsClaim kind = desired.groups().kind();
        if (!desired.groups().needed() && kind == null) {
            return Optional.empty();
        }
        String there = actual.at("groupMembershipClaims").asText("");
        Set<String> values = new TreeSet<>();
        for (String value : there.split(",", -1)) {
            String one = value.strip();
            if (!one.isEmpty() && !one.equals("None") && !one.equals("null")) {
                values.add(one);
            }
        }
        String needed = needed(kind, values);
        if (needed == null) {
            return Optional.empty();
        }
        return Optional.of(new Change(
                EntraField.GROUPS_CLAIM,
                "groupMembershipClaims",
                there.equals("null") ? "" : there,
                needed,
                needed.contains(GroupsClaim.ASSIGNED.value())
                        ? "policies read groups; tokens carry those that are assigned to the enterprise application, direct"
                                + " members only, so assign every group that a policy names"
                        : "policies read groups; tokens carry up to 200, and above that none, so that the gateway asks Graph"
                                + " (spec.entra.groups.overage); without the claim nobody is in any group",
                List.of(Diff.update(
                        "groupMembershipClaims",
                        com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.textNode(needed)))));
    }

    private static @Nullable String needed(@Nullable GroupsClaim kind, Set<String> values) {
        if (kind == null ? values.stream().anyMatch(CARRY_GROUPS::contains) : values.contains(kind.value())) {
            return null;
        }
        Set<String> after = new TreeSet<>(values);
        if (kind != null) {
            after.removeAll(CARRY_GROUPS);
        }
        after.add((kind == null ? GroupsClaim.SECURITY : kind).value());
        return String.join(", ", after);
    }

    /** Optional claims of both kinds of tokens. */
    Optional<Change> optional() {
        JsonNode there = actual.at("optionalClaims");
        ObjectNode after = there.isObject() ? there.deepCopy() : Diff.object();
        List<String> missing = new ArrayList<>();
        add(after, "idToken", desired.idTokenClaims(), missing);
        add(after, "accessToken", desired.accessTokenClaims(), missing);
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(new Change(
                        EntraField.OPTIONAL_CLAIMS,
                        "optionalClaims",
                        "",
                        String.join(", ", missing),
                        "policies may read these claims (spec.entra.claims), and idtyp tells apps from users; a claim that is"
                                + " not in the token is absent for policies",
                        List.of(Diff.update("optionalClaims", after))));
    }

    private static void add(ObjectNode after, String token, List<String> needed, List<String> missing) {
        List<String> there = ActualRegistration.elements(after.path(token))
                .map(claim -> claim.path("name").asText())
                .toList();
        for (String name : needed) {
            if (!there.contains(name)) {
                missing.add(token + "." + name);
                ArrayNode claims = after.get(token) instanceof ArrayNode array ? array : after.putArray(token);
                ObjectNode claim = claims.addObject();
                claim.put("name", name);
                claim.put("essential", false);
            }
        }
    }
}
