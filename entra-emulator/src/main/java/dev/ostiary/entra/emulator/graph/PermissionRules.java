package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Delegated permissions and app roles of an application, which share one name space ([D] microsoft-graph-docs-contrib
 * {@code permissionscope.md} and {@code approle.md}; [O] azure-docs #81899, terraform-provider-azuread #963).
 */
final class PermissionRules {

    /** Letters, digits and these signs; a value must not begin with a dot ([D] permissionscope.md). */
    private static final Pattern VALUE =
            Pattern.compile("(?!\\.)[A-Za-z0-9:!#$%&'()*+,\\-./;<=>?@\\[\\]^_`{|}~]{1,120}");

    private PermissionRules() {}

    static void check(JsonNode before, JsonNode next) {
        List<JsonNode> scopes = list(next.path("api").path("oauth2PermissionScopes"));
        List<JsonNode> roles = list(next.path("appRoles"));
        scopes.forEach(PermissionRules::scope);
        roles.forEach(PermissionRules::role);
        distinct(scopes, "api.oauth2PermissionScopes");
        distinct(roles, "appRoles");
        shared(scopes, roles);
        stillThere(list(before.path("api").path("oauth2PermissionScopes")), scopes);
        stillThere(list(before.path("appRoles")), roles);
    }

    static GraphException duplicate(String property) {
        // [O] terraform-provider-azuread #269.
        return new GraphException(
                400,
                "DuplicateValue",
                "Request contains a property with duplicate values.",
                new GraphException.Detail("DuplicateValue", property));
    }

    private static void scope(JsonNode scope) {
        required(scope, "PermissionScope", "id", "value", "adminConsentDescription", "adminConsentDisplayName");
        value(scope, "PermissionScope");
    }

    private static void role(JsonNode role) {
        required(role, "AppRole", "id", "description", "displayName");
        if (role.path("allowedMemberTypes").isEmpty()) {
            throw GraphException.missing("allowedMemberTypes", "AppRole");
        }
        if (role.path("value").isTextual()) {
            value(role, "AppRole");
        }
    }

    private static void required(JsonNode permission, String type, String... names) {
        for (String name : names) {
            if (permission.path(name).asText("").isEmpty()
                    || permission.path(name).isNull()) {
                throw GraphException.missing(name, type);
            }
        }
    }

    private static void value(JsonNode permission, String type) {
        if (!VALUE.matcher(permission.path("value").asText()).matches()) {
            throw GraphException.invalidValue("value", type);
        }
    }

    private static void distinct(List<JsonNode> permissions, String property) {
        Set<String> ids = new HashSet<>();
        Set<String> values = new HashSet<>();
        for (JsonNode permission : permissions) {
            String value = permission.path("value").asText("");
            boolean repeated = !ids.add(permission.path("id").asText())
                    || (!value.isEmpty() && !permission.path("value").isNull() && !values.add(value));
            if (repeated) {
                throw duplicate(property);
            }
        }
    }

    /** A scope and a role may be the same permission, but then in everything. */
    private static void shared(List<JsonNode> scopes, List<JsonNode> roles) {
        for (JsonNode scope : scopes) {
            for (JsonNode role : roles) {
                boolean sameId = scope.path("id").equals(role.path("id"));
                boolean sameValue = scope.path("value").equals(role.path("value"));
                if (sameId != sameValue) {
                    throw duplicate("appRoles");
                }
            }
        }
    }

    private static void stillThere(List<JsonNode> before, List<JsonNode> next) {
        Map<String, JsonNode> byId = new HashMap<>();
        next.forEach(permission -> byId.put(permission.path("id").asText(), permission));
        for (JsonNode permission : before) {
            JsonNode after = byId.get(permission.path("id").asText());
            if (permission.path("isEnabled").asBoolean(true) && changed(permission, after)) {
                // [O] microsoft-365-agents-toolkit #9420, msgraph-sdk-powershell #1054.
                throw new GraphException(
                        400,
                        "CannotDeleteOrUpdateEnabledEntitlement",
                        "Permission (scope or role) cannot be deleted or updated unless disabled first.");
            }
        }
    }

    private static boolean changed(JsonNode before, @Nullable JsonNode after) {
        return after == null || !Objects.equals(before.path("value"), after.path("value"));
    }

    private static List<JsonNode> list(JsonNode array) {
        List<JsonNode> all = new ArrayList<>();
        array.forEach(all::add);
        return all;
    }
}
