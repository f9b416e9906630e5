package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/** What may be written to a service principal ([D] microsoft-graph-docs-contrib serviceprincipal-update.md). */
final class PrincipalProperties {

    private static final Set<String> BOOLEANS = Set.of("accountEnabled", "appRoleAssignmentRequired");
    private static final Set<String> TEXTS = Set.of(
            "description", "displayName", "homepage", "loginUrl", "logoutUrl", "notes", "preferredSingleSignOnMode");
    private static final Set<String> LISTS = Set.of("alternativeNames", "notificationEmailAddresses", "tags");
    private static final Set<String> READ_ONLY = Set.of(
            "id",
            "appId",
            "appDisplayName",
            "appOwnerOrganizationId",
            "createdDateTime",
            "deletedDateTime",
            "servicePrincipalType",
            "signInAudience",
            "appRoles",
            "oauth2PermissionScopes",
            "replyUrls",
            "servicePrincipalNames",
            "keyCredentials",
            "passwordCredentials");

    private PrincipalProperties() {}

    static boolean known(String name) {
        return BOOLEANS.contains(name) || TEXTS.contains(name) || LISTS.contains(name) || READ_ONLY.contains(name);
    }

    static void check(String name, JsonNode value) {
        if (READ_ONLY.contains(name)) {
            throw GraphException.readOnly(name);
        }
        boolean fits = BOOLEANS.contains(name)
                ? value.isBoolean()
                : LISTS.contains(name)
                        ? value.isArray() && value.valueStream().allMatch(JsonNode::isTextual)
                        : value.isTextual() || value.isNull();
        if (!fits) {
            throw GraphException.invalidValue(name, "ServicePrincipal");
        }
    }
}
