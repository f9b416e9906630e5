package dev.ostiary.entra.emulator.objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Service principals, with what they repeat of their application ([D] microsoft-graph-docs-contrib serviceprincipal.md). */
public final class Principals {

    private final TenantObjects objects;

    /** Of one tenant, under the lock of its directory. */
    public Principals(TenantObjects objects) {
        this.objects = objects;
    }

    /** A service principal as it is now. */
    public ObjectNode current(DirectoryObject principal) {
        return show(principal.json());
    }

    /** A service principal in some version of it, with its application as it is now. */
    public ObjectNode show(ObjectNode principal) {
        ObjectNode shown = principal.deepCopy();
        objects.applicationOf(principal.path("appId").asText()).ifPresent(application -> {
            JsonNode json = application.json();
            String name = application.text("displayName");
            shown.put("displayName", name).put("appDisplayName", name);
            shown.set("appRoles", json.path("appRoles").deepCopy());
            shown.set(
                    "oauth2PermissionScopes",
                    json.path("api").path("oauth2PermissionScopes").deepCopy());
            ArrayNode names = ObjectJson.array(ObjectJson.texts(json.path("identifierUris")));
            shown.set("servicePrincipalNames", names.add(application.text("appId")));
            shown.put("signInAudience", application.text("signInAudience"));
            shown.set("homepage", json.path("web").path("homePageUrl"));
            ArrayNode replies = shown.putArray("replyUrls");
            for (String platform : new String[] {"web", "spa", "publicClient"}) {
                json.path(platform).path("redirectUris").forEach(replies::add);
            }
        });
        return shown;
    }
}
