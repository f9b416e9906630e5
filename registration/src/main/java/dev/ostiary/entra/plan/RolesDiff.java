package dev.ostiary.entra.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.AppRole;
import dev.ostiary.gateway.config.EntraField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** App roles, with the same rules as {@link ScopesDiff}. */
final class RolesDiff {

    private static final String PATH = "appRoles";

    private final Comparison comparison;
    private final DesiredRegistration desired;
    private final ActualRegistration actual;

    RolesDiff(Comparison comparison) {
        this.comparison = comparison;
        this.desired = comparison.desired();
        this.actual = comparison.actual();
    }

    /** Adds what has to change. */
    void add() {
        Map<String, AppRole> needed = new TreeMap<>();
        desired.appRoles().forEach(role -> needed.put(role.value(), role));
        ArrayNode after = JsonNodeFactory.instance.arrayNode();
        List<String> more = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        List<String> found = new ArrayList<>();
        for (JsonNode there : actual.at(PATH)) {
            String value = there.path("value").asText();
            AppRole role = needed.get(value);
            if (role == null) {
                more.add(value);
                after.add(there);
                continue;
            }
            found.add(value);
            ObjectNode kept = there.deepCopy();
            ArrayNode types = members(role, there.path("allowedMemberTypes"));
            if (types.size() > there.path("allowedMemberTypes").size()) {
                wrong.add(value + " is for "
                        + there.path("allowedMemberTypes").path(0).asText("nobody") + " only");
            }
            if (!there.path("isEnabled").asBoolean(true)) {
                wrong.add(value + " is switched off");
            }
            kept.set("allowedMemberTypes", types);
            kept.put("isEnabled", true);
            after.add(kept);
        }
        List<AppRole> missing = desired.appRoles().stream()
                .filter(role -> !found.contains(role.value()))
                .toList();
        missing.forEach(role -> after.add(role(role)));
        if (!missing.isEmpty() || !wrong.isEmpty()) {
            comparison.change(new Change(
                    EntraField.APP_ROLES,
                    PATH,
                    String.join(", ", wrong),
                    String.join(
                            ", ",
                            missing.isEmpty()
                                    ? List.copyOf(needed.keySet())
                                    : missing.stream().map(AppRole::value).toList()),
                    "policies, or spec.authorization.entraTokens.appOnly, name this role; a role that does not exist can be"
                            + " given to nobody, so that nobody is let in by it",
                    List.of(Diff.update(PATH, after))));
        }
        if (!more.isEmpty() && !needed.isEmpty()) {
            comparison.surplus(
                    EntraField.APP_ROLES,
                    PATH,
                    String.join(", ", more),
                    "not needed by these resources",
                    Removal.disableThenRemove(PATH, after, List.copyOf(needed.keySet())));
        }
    }

    private ObjectNode role(AppRole role) {
        ObjectNode json = Diff.object();
        json.set("allowedMemberTypes", members(role, JsonNodeFactory.instance.arrayNode()));
        json.put("description", role.apps().isEmpty() ? "Policies of the gateway read it." : "It " + role.apps() + ".");
        json.put("displayName", role.value());
        json.put("id", role.id(desired.publicUrl()).toString());
        json.put("isEnabled", true);
        json.put("value", role.value());
        return json;
    }

    private static ArrayNode members(AppRole role, JsonNode there) {
        List<String> types = new ArrayList<>();
        there.forEach(type -> types.add(type.asText()));
        if (role.users() && !types.contains("User")) {
            types.add("User");
        }
        if (!role.apps().isEmpty() && !types.contains("Application")) {
            types.add("Application");
        }
        return Diff.array(types);
    }
}
