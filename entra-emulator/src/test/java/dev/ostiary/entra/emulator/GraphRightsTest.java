package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.GraphClient.body;
import static dev.ostiary.entra.emulator.GraphClient.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.graph.TenantPolicy;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Who may: permissions of the token, directory roles of the user, ownership. */
class GraphRightsTest {

    private static final String DENIED = "Authorization_RequestDenied";
    private static final String GROUPS_ROLE = "98830695-27a2-44f7-8c18-0c3ebc9698f6";

    private EntraEmulator entra;
    private GraphClient global;
    private GraphClient apps;
    private GraphClient plain;

    @BeforeEach
    void start() {
        entra = EntraEmulator.start(Settings.of(EmptyTenant.directory()).withKeys(Flow.KEYS));
        clients();
    }

    private void clients() {
        global = GraphClient.of(entra, EmptyTenant.GLOBAL_ADMINISTRATOR);
        apps = GraphClient.of(entra, EmptyTenant.APPLICATION_ADMINISTRATOR);
        plain = GraphClient.of(entra, EmptyTenant.READER);
    }

    @AfterEach
    void stop() {
        entra.close();
    }

    @Test
    @DisplayName("no token, a token for something else, a token without the permission")
    void withoutPermission() {
        refused(new GraphClient(entra, "nonsense").get("/applications"), 401, "InvalidAuthenticationToken");
        GraphClient reader = GraphClient.of(entra, EmptyTenant.APPLICATION_ADMINISTRATOR, "User.Read");
        refused(reader.get("/applications"), 403, DENIED);
        JsonNode error = refused(reader.send("POST", "/applications", body("{'displayName':'a'}")), 403, DENIED);
        assertThat(error.path("message").asText()).isEqualTo("Insufficient privileges to complete the operation.");
        GraphClient readAll = GraphClient.of(entra, EmptyTenant.APPLICATION_ADMINISTRATOR, "Application.Read.All");
        readAll.json("/applications");
        refused(readAll.send("POST", "/applications", body("{'displayName':'a'}")), 403, DENIED);
    }

    @Test
    @DisplayName("a plain user registers and changes own apps only, and consents to nothing")
    void plainUser() {
        JsonNode own = plain.post("/applications", body("{'displayName':'own'}"));
        plain.patch("/applications/" + own.path("id").asText(), body("{'displayName':'mine'}"));
        String principal = plain.post(
                        "/servicePrincipals", Map.of("appId", own.path("appId").asText()))
                .path("id")
                .asText();
        JsonNode foreign = apps.post("/applications", body("{'displayName':'foreign'}"));
        String path = "/applications/" + foreign.path("id").asText();
        refused(plain.send("PATCH", path, body("{'displayName':'mine'}")), 403, DENIED);
        refused(plain.send("DELETE", path, null), 403, DENIED);
        refused(plain.send("POST", path + "/addPassword", body("{}")), 403, DENIED);
        refused(plain.send("POST", "/oauth2PermissionGrants", grant(principal)), 403, DENIED);
        apps.post("/oauth2PermissionGrants", grant(principal));
    }

    private Map<String, String> grant(String principal) {
        return Map.of(
                "clientId",
                principal,
                "resourceId",
                graphPrincipal(),
                "consentType",
                "AllPrincipals",
                "scope",
                "GroupMember.Read.All");
    }

    private String graphPrincipal() {
        return global.json("/servicePrincipals(appId='" + FirstPartyApps.GRAPH_ID + "')")
                .path("id")
                .asText();
    }

    @Test
    @DisplayName("where users may not register, an Application Administrator still may")
    void registrationClosed() {
        entra.close();
        entra = EntraEmulator.start(Settings.of(EmptyTenant.directory())
                .withKeys(Flow.KEYS)
                .withTenantPolicy(TenantPolicy.DEFAULT.withoutUserRegistration()));
        clients();
        refused(plain.send("POST", "/applications", body("{'displayName':'a'}")), 403, DENIED);
        apps.post("/applications", body("{'displayName':'a'}"));
    }

    @Test
    @DisplayName("app roles of Graph are for a Global Administrator to give; the app then has them")
    void graphAppRoles() {
        JsonNode made = apps.post("/applications", body("{'displayName':'a'}"));
        String appId = made.path("appId").asText();
        String secret = apps.post("/applications/" + made.path("id").asText() + "/addPassword", body("{}"))
                .path("secretText")
                .asText();
        String principal = apps.post("/servicePrincipals", Map.of("appId", appId))
                .path("id")
                .asText();
        String path = "/servicePrincipals/" + principal + "/appRoleAssignments";
        Map<String, String> assignment =
                Map.of("principalId", principal, "resourceId", graphPrincipal(), "appRoleId", GROUPS_ROLE);
        refused(apps.send("POST", path, assignment), 403, DENIED);
        JsonNode link = global.post(path, assignment);
        refused(global.send("POST", path, assignment), 400, "Request_BadRequest");
        Browserless http = new Browserless(entra);
        Map<String, String> params = Browserless.params(
                "grant_type",
                "client_credentials",
                "client_id",
                appId,
                "client_secret",
                secret,
                "scope",
                "https://graph.microsoft.com/.default");
        String token = Browserless.json(http.token(EmptyTenant.ID, params))
                .path("access_token")
                .asText();
        assertThat(Flow.texts(Browserless.claims(token).path("roles"))).containsExactly("GroupMember.Read.All");
        assertThat(Browserless.claims(token).path("oid").asText()).isEqualTo(principal);
        new GraphClient(entra, token).json("/groups");
        global.delete(path + "/" + link.path("id").asText());
        token = Browserless.json(http.token(EmptyTenant.ID, params))
                .path("access_token")
                .asText();
        assertThat(Browserless.claims(token).has("roles")).isFalse();
        refused(new GraphClient(entra, token).get("/groups"), 403, DENIED);
    }

    @Test
    @DisplayName("an app with OwnedBy changes what it made, and nothing else")
    void ownedBy() {
        JsonNode pipeline = apps.post("/applications", body("{'displayName':'pipeline'}"));
        String appId = pipeline.path("appId").asText();
        String principal = apps.post("/servicePrincipals", Map.of("appId", appId))
                .path("id")
                .asText();
        global.post(
                "/servicePrincipals/" + principal + "/appRoleAssignments",
                Map.of(
                        "principalId",
                        principal,
                        "resourceId",
                        graphPrincipal(),
                        "appRoleId",
                        "18a4783c-866b-4cc7-a460-3d5e5662c884"));
        GraphClient app = new GraphClient(
                entra, entra.tokens().appToken(appId, FirstPartyApps.GRAPH_ID).build());
        JsonNode own = app.post("/applications", body("{'displayName':'own'}"));
        app.post("/servicePrincipals", Map.of("appId", own.path("appId").asText()));
        app.patch("/applications/" + own.path("id").asText(), body("{'displayName':'mine'}"));
        refused(
                app.send("PATCH", "/applications/" + pipeline.path("id").asText(), body("{'displayName':'mine'}")),
                403,
                DENIED);
        assertThat(app.json("/applications").path("value")).hasSize(2);
    }

    @Test
    @DisplayName("a user's directory roles are there to be read")
    void rolesAreRead() {
        assertThat(apps.json("/me/transitiveMemberOf/microsoft.graph.directoryRole")
                        .path("value")
                        .path(0)
                        .path("displayName")
                        .asText())
                .isEqualTo("Application Administrator");
        assertThat(plain.json("/me/memberOf")
                        .path("value")
                        .path(0)
                        .path("displayName")
                        .asText())
                .isEqualTo(EmptyTenant.READERS.name());
    }
}
