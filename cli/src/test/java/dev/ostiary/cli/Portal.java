package dev.ostiary.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.graph.AccessToken;
import dev.ostiary.entra.graph.Exchange;
import dev.ostiary.entra.graph.GraphClient;
import dev.ostiary.entra.graph.GraphException;
import dev.ostiary.entra.graph.LoginException;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Somebody who edits one registration by hand, as the portal does it: over Graph. JSON is written with single quotes. */
final class Portal {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final GraphClient graph;
    private final String appId;
    private final String application;
    private final String principal;

    /** @param token Graph's, of somebody who may do everything */
    Portal(EntraEmulator entra, String token, Exchange exchange, String clientId)
            throws GraphException, InterruptedException {
        try {
            this.graph = new GraphClient(
                    exchange,
                    URI.create(entra.graphOrigin()),
                    AccessToken.of(token, "the emulator"),
                    time -> {},
                    line -> {});
        } catch (LoginException e) {
            throw new AssertionError(e);
        }
        this.appId = clientId;
        this.application = graph.list("/applications?$filter=appId%20eq%20'" + clientId + "'")
                .getFirst()
                .path("id")
                .asText();
        this.principal = principalOf(clientId);
    }

    String appId() {
        return appId;
    }

    /** Members of the application, as they shall be. */
    void change(String members) throws IOException, GraphException, InterruptedException {
        graph.patch("/applications/" + application, json(members));
    }

    /** The application as it is. */
    ObjectNode read() throws GraphException, InterruptedException {
        return graph.get("/applications/" + application);
    }

    /** Members of the enterprise application. */
    void changePrincipal(String members) throws IOException, GraphException, InterruptedException {
        graph.patch("/servicePrincipals/" + principal, json(members));
    }

    void deletePrincipal() throws GraphException, InterruptedException {
        graph.delete("/servicePrincipals/" + principal);
    }

    void delete() throws GraphException, InterruptedException {
        graph.delete("/applications/" + application);
    }

    /** Scopes are switched off before they can be removed. */
    void removeScopes() throws IOException, GraphException, InterruptedException {
        change("{'api':{'preAuthorizedApplications':[]}}");
        switchScopesOff();
        change("{'api':{'oauth2PermissionScopes':[]}}");
    }

    void switchScopesOff() throws GraphException, InterruptedException {
        scopes(scope -> scope.put("isEnabled", false));
    }

    void renameScopes() throws GraphException, InterruptedException {
        switchScopesOff();
        scopes(scope -> scope.put("value", scope.path("value").asText() + "s"));
        scopes(scope -> scope.put("isEnabled", true));
    }

    private void scopes(Consumer<ObjectNode> change) throws GraphException, InterruptedException {
        ObjectNode api = JSON.createObjectNode();
        api.set("oauth2PermissionScopes", read().at("/api/oauth2PermissionScopes"));
        api.path("oauth2PermissionScopes").forEach(scope -> change.accept((ObjectNode) scope));
        graph.patch("/applications/" + application, JSON.createObjectNode().set("api", api));
    }

    /** Likewise roles. */
    void removeRoles() throws IOException, GraphException, InterruptedException {
        ObjectNode body = JSON.createObjectNode();
        body.set("appRoles", read().path("appRoles"));
        body.path("appRoles").forEach(role -> ((ObjectNode) role).put("isEnabled", false));
        graph.patch("/applications/" + application, body);
        change("{'appRoles':[]}");
    }

    void rolesOnlyFor(String type) throws GraphException, InterruptedException {
        ObjectNode body = JSON.createObjectNode();
        body.set("appRoles", read().path("appRoles"));
        body.path("appRoles")
                .forEach(role ->
                        ((ObjectNode) role).putArray("allowedMemberTypes").add(type));
        graph.patch("/applications/" + application, body);
    }

    /**
     * Tries to give the first role, or where there is none the application itself, to somebody, who is named by object id, or by
     * client id.
     */
    boolean assign(String who) throws GraphException, InterruptedException {
        JsonNode role = read().path("appRoles").path(0);
        List<ObjectNode> app = graph.list("/servicePrincipals?$filter=appId%20eq%20'" + who + "'");
        ObjectNode body = JSON.createObjectNode();
        body.put("principalId", app.isEmpty() ? who : app.getFirst().path("id").asText());
        body.put("resourceId", principal);
        body.put("appRoleId", role.path("id").asText("00000000-0000-0000-0000-000000000000"));
        try {
            graph.post("/servicePrincipals/" + principal + "/appRoleAssignedTo", body);
            return true;
        } catch (GraphException refused) {
            return false;
        }
    }

    /** Takes back what administrators consented to: delegated permissions, or app roles. */
    void withdraw(String links) throws GraphException, InterruptedException {
        for (ObjectNode link : graph.list("/servicePrincipals/" + principal + "/" + links)) {
            String id = link.path("id").asText();
            graph.delete(
                    links.equals("oauth2PermissionGrants")
                            ? "/oauth2PermissionGrants/" + id
                            : "/servicePrincipals/" + principal + "/appRoleAssignments/" + id);
        }
    }

    void removeSecrets() throws GraphException, InterruptedException {
        for (JsonNode one : read().path("passwordCredentials")) {
            graph.post(
                    "/applications/" + application + "/removePassword",
                    JSON.createObjectNode().set("keyId", one.path("keyId")));
        }
    }

    /** A secret whose time is over; its value. */
    String expiredSecret() throws IOException, GraphException, InterruptedException {
        return graph.post(
                        "/applications/" + application + "/addPassword",
                        json("{'passwordCredential':{'displayName':'old','startDateTime':'2024-01-01T00:00:00Z',"
                                + "'endDateTime':'2024-07-01T00:00:00Z'}}"))
                .path("secretText")
                .asText();
    }

    /** The only federated credential, changed; null: removed. */
    void federated(@Nullable String members) throws IOException, GraphException, InterruptedException {
        String path = "/applications/" + application + "/federatedIdentityCredentials";
        String one = path + "/" + graph.list(path).getFirst().path("id").asText();
        if (members == null) {
            graph.delete(one);
        } else {
            graph.patch(one, json(members));
        }
    }

    private String principalOf(String clientId) throws GraphException, InterruptedException {
        return graph.list("/servicePrincipals?$filter=appId%20eq%20'" + clientId + "'")
                .getFirst()
                .path("id")
                .asText();
    }

    private static JsonNode json(String text) throws IOException {
        return JSON.readTree(text.replace('\'', '"'));
    }
}
