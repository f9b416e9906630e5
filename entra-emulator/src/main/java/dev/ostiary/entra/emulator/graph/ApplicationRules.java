package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.objects.DirectoryObject;
import dev.ostiary.entra.emulator.objects.Kind;
import dev.ostiary.entra.emulator.objects.LiveDirectory;
import dev.ostiary.entra.emulator.objects.ObjectJson;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Graph accepts of an application: types, then the rules between properties. Texts marked [O] in {@link GraphException} and below
 * were seen in public issues; where no source has Graph's own text, the code is {@code Request_BadRequest} and the text is ours.
 */
final class ApplicationRules {

    /** [D] entra-docs {@code reference-app-manifest.md}, "manifest limits": entries of all lists together. */
    private static final int MAX_ENTRIES = 1_200;

    private static final Set<String> GROUP_CLAIMS =
            Set.of("None", "SecurityGroup", "DirectoryRole", "ApplicationGroup", "All");

    private final LiveDirectory live;
    private final GraphContext context;

    ApplicationRules(LiveDirectory live, GraphContext context) {
        this.live = live;
        this.context = context;
    }

    /**
     * The application after a write.
     *
     * @param before as it is, or the template of a new one
     * @param self the application that is there; null for a new one
     */
    ObjectNode apply(Call call, ObjectNode before, ObjectNode body, @Nullable DirectoryObject self) {
        ObjectNode next = ApplicationShape.over(before, body);
        if (next.path("displayName").asText().isEmpty()) {
            throw GraphException.missing("displayName", "Application");
        }
        uniqueName(call, before, next, self);
        credentials(before, next);
        groupClaims(next);
        audience(next);
        new IdentifierUriRules(context.policy(), call.caller().tenant()).check(before, next);
        unique(call, next, self);
        RedirectRules.check(next);
        PermissionRules.check(before, next);
        preAuthorized(call, next, self);
        if (entries(next) > MAX_ENTRIES) {
            throw tooLarge();
        }
        return next;
    }

    /** [D] entra-docs {@code service-limits}: too many values; [U] text. */
    static GraphException tooLarge() {
        return new GraphException(
                400,
                "Directory_ResourceSizeExceeded",
                "The size of the object has exceeded its limit. Please reduce the number of values and retry your"
                        + " request.");
    }

    private static void unique(Call call, ObjectNode next, @Nullable DirectoryObject self) {
        Set<String> taken = new HashSet<>();
        call.objects()
                .current(Kind.APPLICATION)
                .filter(other -> other != self)
                .forEach(other -> taken.addAll(ObjectJson.texts(other.json().path("identifierUris"))));
        Set<String> own = new HashSet<>();
        for (String uri : ObjectJson.texts(next.path("identifierUris"))) {
            if (taken.contains(uri) || !own.add(uri)) {
                // [O] Azure/pcs-cli #146 and azuread issues.
                throw new GraphException(
                        400,
                        "Request_BadRequest",
                        "Another object with the same value for property identifierUris already exists.",
                        new GraphException.Detail("ObjectConflict", "identifierUris"));
            }
        }
    }

    /**
     * [D] application.md: a name of the client's choice, unique and set once. [O] microsoft/msgraph-bicep-types #137 and #202: answer
     * and text, and that deleted applications keep theirs until they are gone for good.
     */
    private static void uniqueName(Call call, ObjectNode before, ObjectNode next, @Nullable DirectoryObject self) {
        String name = next.path("uniqueName").asText("");
        if (!next.path("uniqueName").equals(before.path("uniqueName"))) {
            if (before.path("uniqueName").isTextual()) {
                throw GraphException.readOnly("uniqueName");
            }
            boolean taken = call.objects()
                            .current(Kind.APPLICATION)
                            .anyMatch(other ->
                                    other != self && other.text("uniqueName").equals(name))
                    || call.objects().deletedApplications().stream()
                            .anyMatch(other ->
                                    other.json().path("uniqueName").asText().equals(name));
            if (taken && !name.isEmpty()) {
                throw new GraphException(
                        400,
                        "Request_BadRequest",
                        "Another object with the same value for property uniqueName already exists.",
                        new GraphException.Detail("ObjectConflict", "uniqueName"));
            }
        }
    }

    private static void groupClaims(ObjectNode next) {
        if (next.path("groupMembershipClaims").isTextual()) {
            for (String name :
                    List.of(next.path("groupMembershipClaims").asText().split("\\s*,\\s*"))) {
                if (!GROUP_CLAIMS.contains(name)) {
                    throw GraphException.invalidValue("groupMembershipClaims", "Application");
                }
            }
        }
    }

    /** [D] application.md: personal accounts need v2 tokens; text [O] in many guides. */
    private static void audience(ObjectNode next) {
        boolean personal = next.path("signInAudience").asText().contains("Personal");
        if (personal && next.path("api").path("requestedAccessTokenVersion").asInt(1) != 2) {
            throw GraphException.badRequest("Property api.requestedAccessTokenVersion is invalid.");
        }
    }

    private void preAuthorized(Call call, ObjectNode next, @Nullable DirectoryObject self) {
        Set<String> permissions = scopeIds(next);
        // [O] in many public issues: ids are looked up in the application as it is stored, and as the replica that
        // answers has it, so
        // that a new scope and its pre-authorisation need two requests.
        permissions.retainAll(
                self == null
                        ? Set.of()
                        : call.view()
                                .byId(Kind.APPLICATION, self.id())
                                .map(seen -> scopeIds(seen.json()))
                                .orElseGet(Set::of));
        Set<String> clients = new HashSet<>();
        for (JsonNode entry : next.path("api").path("preAuthorizedApplications")) {
            String appId = entry.path("appId").asText();
            boolean known = FirstPartyApps.find(appId).isPresent()
                    || FirstPartyApps.OTHER_CLIENTS.contains(appId)
                    || call.objects().applicationOf(appId).isPresent()
                    || live.current().app(call.caller().tenant(), appId).isPresent();
            if (!known) {
                // [U] code and text: no public source was found for them.
                throw new GraphException(
                        400,
                        "InvalidAppId",
                        "Property PreAuthorizedApplication references applications " + appId
                                + " that cannot be found.");
            }
            if (!clients.add(appId)) {
                throw PermissionRules.duplicate("api.preAuthorizedApplications");
            }
            for (String id : ObjectJson.texts(entry.path("delegatedPermissionIds"))) {
                if (!permissions.contains(id)) {
                    throw new GraphException(
                            400,
                            "InvalidValue",
                            "Property api.preAuthorizedApplications.delegatedPermissionIds has a Permission Id that cannot"
                                    + " be found in the AppPermissions sets.",
                            new GraphException.Detail(
                                    "InvalidValue", "api.preAuthorizedApplications.delegatedPermissionIds"));
                }
            }
        }
    }

    private static Set<String> scopeIds(JsonNode application) {
        Set<String> ids = new HashSet<>();
        application
                .path("api")
                .path("oauth2PermissionScopes")
                .forEach(scope -> ids.add(scope.path("id").asText()));
        return ids;
    }

    /** Keeps what answers never show: the keys of certificates. Secrets come from {@code addPassword} alone. */
    private void credentials(ObjectNode before, ObjectNode next) {
        Map<String, JsonNode> passwords = byKeyId(before.path("passwordCredentials"));
        ArrayNode kept = ObjectJson.array(List.of());
        for (JsonNode credential : next.path("passwordCredentials")) {
            JsonNode there = passwords.get(credential.path("keyId").asText());
            if (there == null) {
                // [D] application-addpassword.md is the only way; [U] text.
                throw GraphException.badRequest("New password credentials must be generated with service actions.");
            }
            kept.add(there);
        }
        next.set("passwordCredentials", kept);
        Map<String, JsonNode> keys = byKeyId(before.path("keyCredentials"));
        ArrayNode all = ObjectJson.array(List.of());
        for (JsonNode credential : next.path("keyCredentials")) {
            JsonNode there = keys.get(credential.path("keyId").asText());
            if (there != null && !credential.hasNonNull("key")) {
                all.add(there);
            } else if (there != null && credential.equals(there)) {
                all.add(there);
            } else if (credential instanceof ObjectNode object) {
                all.add(KeyCredentials.complete(object, context));
            }
        }
        next.set("keyCredentials", all);
    }

    private static Map<String, JsonNode> byKeyId(JsonNode credentials) {
        Map<String, JsonNode> byId = new HashMap<>();
        credentials.forEach(credential -> byId.put(credential.path("keyId").asText(), credential));
        return byId;
    }

    private static int entries(JsonNode node) {
        int count = node.isArray() ? node.size() : 0;
        for (JsonNode child : node) {
            count += entries(child);
        }
        return count;
    }
}
