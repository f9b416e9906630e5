package dev.ostiary.entra.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.plan.ActualRegistration.Api;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.Permission;
import dev.ostiary.gateway.config.EntraField;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the gateway may do at other APIs: asked for in the registration, consented to at the enterprise application. */
final class PermissionsDiff {

    private static final String PATH = "requiredResourceAccess";
    private static final String CONSENT = "admin consent";

    private final DesiredRegistration desired;
    private final ActualRegistration actual;

    PermissionsDiff(DesiredRegistration desired, ActualRegistration actual) {
        this.desired = desired;
        this.actual = actual;
    }

    /** What the registration asks for. What is there stays, whoever asked for it. */
    Optional<Change> required() {
        ArrayNode after = JsonNodeFactory.instance.arrayNode();
        actual.at(PATH).forEach(api -> after.add(api.deepCopy()));
        List<String> missing = new ArrayList<>();
        Set<String> why = new LinkedHashSet<>();
        for (Permission permission : desired.permissions()) {
            Api api = actual.apis().get(permission.api());
            String id = api == null ? null : api.permission(permission.application(), permission.value());
            if (api != null && id != null && add(after, api.appId(), id, permission.application() ? "Role" : "Scope")) {
                missing.add(text(permission, api));
                why.add(permission.why());
            }
        }
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(new Change(
                        EntraField.PERMISSIONS,
                        PATH,
                        "",
                        String.join(", ", missing),
                        String.join("; ", why) + "; consent in the portal covers only what is listed here",
                        List.of(Diff.update(PATH, after))));
    }

    private static boolean add(ArrayNode after, String appId, String id, String type) {
        ObjectNode entry = null;
        for (JsonNode api : after) {
            if (api.path("resourceAppId").asText().equals(appId)) {
                entry = (ObjectNode) api;
            }
        }
        if (entry == null) {
            entry = after.addObject();
            entry.put("resourceAppId", appId);
        }
        ArrayNode access =
                entry.get("resourceAccess") instanceof ArrayNode there ? there : entry.putArray("resourceAccess");
        for (JsonNode one : access) {
            if (one.path("id").asText().equals(id) && one.path("type").asText().equals(type)) {
                return false;
            }
        }
        ObjectNode one = access.addObject();
        one.put("id", id);
        one.put("type", type);
        return true;
    }

    /** Consents that are missing. */
    List<Change> consents() {
        List<Change> changes = new ArrayList<>();
        // By the API itself: permissions may name one API in several ways, and it has one consent.
        Map<String, Api> apis = new TreeMap<>();
        Map<String, Set<String>> delegated = new TreeMap<>();
        for (Permission permission : desired.permissions()) {
            Api api = actual.apis().get(permission.api());
            String id = api == null ? null : api.permission(permission.application(), permission.value());
            if (api == null || id == null || api.objectId().isEmpty()) {
                continue;
            }
            if (!permission.application()) {
                apis.put(api.objectId(), api);
                delegated
                        .computeIfAbsent(api.objectId(), key -> new TreeSet<>())
                        .add(permission.value());
            } else if (actual.roleAssignments().stream()
                    .noneMatch(one -> one.path("appRoleId").asText().equals(id)
                            && one.path("resourceId").asText().equals(api.objectId()))) {
                changes.add(new Change(
                        permission.ofGraph() ? EntraField.GRAPH_PERMISSIONS : EntraField.PERMISSIONS,
                        CONSENT,
                        "",
                        text(permission, api),
                        permission.why() + "; otherwise those users are refused",
                        List.of(new Step.Assign(api.objectId(), id))));
            }
        }
        apis.forEach((id, api) ->
                delegated(api, delegated.getOrDefault(id, new TreeSet<>())).ifPresent(changes::add));
        return changes;
    }

    private Optional<Change> delegated(Api api, Set<String> scopes) {
        ObjectNode grant = null;
        for (ObjectNode one : actual.delegatedGrants()) {
            if (one.path("resourceId").asText().equals(api.objectId())
                    && one.path("consentType").asText().equals("AllPrincipals")) {
                grant = one;
            }
        }
        Set<String> there = words(grant);
        if (there.containsAll(scopes)) {
            return Optional.empty();
        }
        Set<String> all = new TreeSet<>(there);
        all.addAll(scopes);
        scopes.removeAll(there);
        return Optional.of(new Change(
                EntraField.PERMISSIONS,
                CONSENT,
                "",
                api.name() + " " + String.join(", ", scopes),
                "users of the gateway are not asked one by one, and where they may not consent themselves nobody can sign in:"
                        + " AADSTS65001 or AADSTS90094",
                List.of(new Step.Consent(
                        grant == null ? null : grant.path("id").asText(), api.objectId(), String.join(" ", all)))));
    }

    private static Set<String> words(@Nullable ObjectNode grant) {
        Set<String> words = new TreeSet<>();
        if (grant != null) {
            for (String word : grant.path("scope").asText("").strip().split("\\s+", -1)) {
                if (!word.isEmpty()) {
                    words.add(word);
                }
            }
        }
        return words;
    }

    private static String text(Permission permission, Api api) {
        return api.name() + " " + permission.value() + (permission.application() ? " (application)" : "");
    }
}
