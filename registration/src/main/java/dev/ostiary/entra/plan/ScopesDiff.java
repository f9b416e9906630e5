package dev.ostiary.entra.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.Scope;
import dev.ostiary.gateway.config.EntraField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Delegated permissions. One of the same value keeps its id, to which consents and authorised clients refer; a new one has an id
 * that is the same in every run. Entra removes disabled ones only, so a removal is two writes.
 */
final class ScopesDiff {

    private static final String PATH = "api.oauth2PermissionScopes";
    private static final String WHY =
            "clients ask for this scope, and a token without it opens nothing; otherwise AADSTS650053";

    private final Comparison comparison;
    private final DesiredRegistration desired;
    private final ActualRegistration actual;

    ScopesDiff(Comparison comparison) {
        this.comparison = comparison;
        this.desired = comparison.desired();
        this.actual = comparison.actual();
    }

    /** Adds what has to change, and tells the ids of the desired scopes by value. */
    Map<String, String> ids() {
        Map<String, String> ids = new TreeMap<>();
        ArrayNode after = JsonNodeFactory.instance.arrayNode();
        List<String> needed = desired.scopes().stream().map(Scope::value).toList();
        List<String> more = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (JsonNode there : actual.at(PATH)) {
            String value = there.path("value").asText();
            if (!needed.contains(value)) {
                more.add(value);
                after.add(there);
                continue;
            }
            ids.put(value, there.path("id").asText());
            ObjectNode kept = there.deepCopy();
            if (!there.path("isEnabled").asBoolean(true)) {
                kept.put("isEnabled", true);
                wrong.add(value + " is switched off");
            }
            after.add(kept);
        }
        List<String> missing = new ArrayList<>();
        for (Scope scope : desired.scopes()) {
            if (!ids.containsKey(scope.value())) {
                String id = scope.id(desired.publicUrl()).toString();
                ids.put(scope.value(), id);
                after.add(scope(scope, id));
                missing.add(scope.value());
            }
        }
        if (!missing.isEmpty() || !wrong.isEmpty()) {
            comparison.change(new Change(
                    EntraField.SCOPES,
                    PATH,
                    String.join(", ", wrong),
                    String.join(", ", missing.isEmpty() ? needed : missing),
                    WHY,
                    List.of(Diff.update(PATH, after))));
        }
        if (!more.isEmpty() && !desired.scopes().isEmpty()) {
            surplus(after, more, needed);
        }
        return ids;
    }

    private void surplus(ArrayNode all, List<String> more, List<String> needed) {
        comparison.surplus(
                EntraField.SCOPES,
                PATH,
                String.join(", ", more),
                "not needed by these resources",
                Removal.disableThenRemove(PATH, all, needed));
    }

    private ObjectNode scope(Scope scope, String id) {
        ObjectNode json = Diff.object();
        json.put("adminConsentDescription", "Allows a client to use " + scope.routes() + " as the signed-in user.");
        json.put("adminConsentDisplayName", "Use " + scope.routes());
        json.put("id", id);
        json.put("isEnabled", true);
        json.put("type", "User");
        json.put("userConsentDescription", "Allows a client to use " + scope.routes() + " as you.");
        json.put("userConsentDisplayName", "Use " + scope.routes());
        json.put("value", scope.value());
        return json;
    }
}
