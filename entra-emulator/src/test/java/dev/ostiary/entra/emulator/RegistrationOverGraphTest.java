package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.GraphClient.body;
import static dev.ostiary.entra.emulator.GraphClient.refused;
import static dev.ostiary.entra.emulator.GraphClient.scope;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.graph.GraphWrites.Write;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** An app registered over Graph is one that sign-in enforces, from an empty tenant. */
class RegistrationOverGraphTest {

    private static final String SCOPE_ID = "11111111-2222-4333-8444-555555555555";
    private static final String CALLBACK = "https://mcp.northwind.example/oauth/callback";
    private static final String URI = "https://mcp.northwind.example/notes";

    private EntraEmulator entra;
    private Flow flow;
    private GraphClient admin;
    private GraphClient apps;

    @BeforeEach
    void start() {
        entra = EntraEmulator.start(Settings.of(EmptyTenant.directory()).withKeys(Flow.KEYS));
        flow = new Flow(entra);
        admin = GraphClient.of(entra, EmptyTenant.GLOBAL_ADMINISTRATOR);
        apps = GraphClient.of(entra, EmptyTenant.APPLICATION_ADMINISTRATOR);
    }

    @AfterEach
    void stop() {
        entra.close();
    }

    private JsonNode register(String... more) {
        ObjectNode app = body("{'displayName':'gateway','signInAudience':'AzureADMyOrg',"
                + "'api':{'requestedAccessTokenVersion':2,'oauth2PermissionScopes':["
                + scope(SCOPE_ID, "mcp.notes", true)
                + "]},'identifierUris':['" + URI + "'],'web':{'redirectUris':['" + CALLBACK + "']}}");
        for (String part : more) {
            app.setAll(body(part));
        }
        JsonNode made = apps.post("/applications", app);
        apps.post("/servicePrincipals", Map.of("appId", made.path("appId").asText()));
        return made;
    }

    private HttpResponse<String> authorize(String... overrides) {
        Map<String, String> params = Browserless.params(
                "response_type",
                "code",
                "redirect_uri",
                CALLBACK,
                "scope",
                "openid offline_access " + URI + "/mcp.notes",
                "state",
                "s",
                "login_hint",
                EmptyTenant.READER.upn());
        return flow.authorize(EmptyTenant.ID, Flow.override(params, overrides), null);
    }

    @Test
    @DisplayName("found by client id, name and identifier URI; deleted with its service principal")
    void lifeOfARegistration() {
        JsonNode made = register();
        String appId = made.path("appId").asText();
        String id = made.path("id").asText();
        assertThat(apps.json("/applications(appId='" + appId + "')").path("id").asText())
                .isEqualTo(id);
        assertThat(apps.json("/applications/" + id + "?$select=id,appId")).hasSize(3);
        for (String filter : List.of(
                "appId eq '" + appId + "'", "displayName eq 'gateway'", "identifierUris/any(u:u eq '" + URI + "')")) {
            assertThat(apps.json("/applications?$filter=" + Browserless.encode(filter))
                            .path("value"))
                    .as(filter)
                    .hasSize(1);
        }
        assertThat(apps.json("/servicePrincipals(appId='" + appId + "')")
                        .path("oauth2PermissionScopes")
                        .path(0)
                        .path("value")
                        .asText())
                .isEqualTo("mcp.notes");
        apps.delete("/applications/" + id);
        refused(apps.get("/applications/" + id), 404, "Request_ResourceNotFound");
        refused(apps.get("/servicePrincipals(appId='" + appId + "')"), 404, "Request_ResourceNotFound");
        assertThat(entra.graphWrites().all())
                .extracting(Write::method, Write::path, Write::status)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("POST", "/v1.0/applications", 201),
                        org.assertj.core.groups.Tuple.tuple("POST", "/v1.0/servicePrincipals", 201),
                        org.assertj.core.groups.Tuple.tuple("DELETE", "/v1.0/applications/" + id, 204));
    }

    @Test
    @DisplayName("a secret from addPassword signs in; consent is asked for, or granted over Graph")
    void secretAndConsent() {
        JsonNode made = register();
        String appId = made.path("appId").asText();
        String secret = apps.post(
                        "/applications/" + made.path("id").asText() + "/addPassword",
                        body("{'passwordCredential':{'displayName':'gateway'}}"))
                .path("secretText")
                .asText();
        assertThat(secret).hasSize(40);
        String client = apps.json("/servicePrincipals(appId='" + appId + "')")
                .path("id")
                .asText();
        JsonNode other = apps.post(
                "/applications", body("{'displayName':'client','web':{'redirectUris':['https://client.example/cb']}}"));
        String otherId = other.path("appId").asText();
        String otherSecret = apps.post("/applications/" + other.path("id").asText() + "/addPassword", body("{}"))
                .path("secretText")
                .asText();
        String principal = apps.post("/servicePrincipals", Map.of("appId", otherId))
                .path("id")
                .asText();
        String[] asClient = {"client_id", otherId, "redirect_uri", "https://client.example/cb", "prompt", "none"};
        assertThat(Flow.redirect(authorize(asClient))).containsKey("error");
        admin.post(
                "/oauth2PermissionGrants",
                Map.of(
                        "clientId",
                        principal,
                        "resourceId",
                        client,
                        "consentType",
                        "AllPrincipals",
                        "scope",
                        "mcp.notes"));
        // OpenID Connect scopes are permissions of Graph, and consented to like others.
        admin.post(
                "/oauth2PermissionGrants",
                Map.of(
                        "clientId",
                        principal,
                        "resourceId",
                        apps.json("/servicePrincipals(appId='" + FirstPartyApps.GRAPH_ID + "')")
                                .path("id")
                                .asText(),
                        "consentType",
                        "AllPrincipals",
                        "scope",
                        "openid profile offline_access"));
        Map<String, String> answer =
                Flow.redirect(authorize("client_id", otherId, "redirect_uri", "https://client.example/cb"));
        JsonNode tokens = Browserless.json(flow.http.token(
                EmptyTenant.ID,
                Browserless.params(
                        "grant_type",
                        "authorization_code",
                        "client_id",
                        otherId,
                        "client_secret",
                        otherSecret,
                        "code",
                        answer.get("code"),
                        "redirect_uri",
                        "https://client.example/cb",
                        "scope",
                        URI + "/mcp.notes")));
        JsonNode claims = Browserless.claims(tokens.path("access_token").asText());
        assertThat(claims.path("aud").asText()).isEqualTo(appId);
        assertThat(claims.path("scp").asText()).isEqualTo("mcp.notes");
        assertThat(claims.path("azp").asText()).isEqualTo(otherId);
        assertThat(claims.path("ver").asText()).isEqualTo("2.0");
    }

    @Test
    @DisplayName("the Azure CLI's user gets a token for Graph by device code, and registers with it")
    void azureCliRegisters() {
        JsonNode started = Browserless.json(flow.http.post(
                "/" + EmptyTenant.ID + "/oauth2/v2.0/devicecode",
                Browserless.params(
                        "client_id",
                        FirstPartyApps.AZURE_CLI_ID,
                        "scope",
                        "https://graph.microsoft.com/.default openid offline_access")));
        flow.http.post(
                "/devicelogin",
                Browserless.params(
                        "user_code",
                        started.path("user_code").asText(),
                        "_user",
                        EmptyTenant.APPLICATION_ADMINISTRATOR.upn()));
        JsonNode tokens = Browserless.json(flow.http.token(
                EmptyTenant.ID,
                Browserless.params(
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:device_code",
                        "client_id",
                        FirstPartyApps.AZURE_CLI_ID,
                        "device_code",
                        started.path("device_code").asText())));
        assertThat(tokens.path("access_token").asText()).as(tokens.toString()).isNotEmpty();
        GraphClient cli = new GraphClient(entra, tokens.path("access_token").asText());
        assertThat(cli.post("/applications", body("{'displayName':'by az'}"))
                        .path("appId")
                        .asText())
                .hasSize(36);
        assertThat(cli.json("/organization").path("value").path(0).path("id").asText())
                .isEqualTo(EmptyTenant.ID);
        assertThat(cli.json("/me").path("userPrincipalName").asText())
                .isEqualTo(EmptyTenant.APPLICATION_ADMINISTRATOR.upn());
    }

    @Test
    @DisplayName("Graph's own command-line client needs consent, which only an administrator can give")
    void graphToolsNeedConsent() {
        String scope = "https://graph.microsoft.com/Application.ReadWrite.All";
        String form = "/devicelogin";
        JsonNode refused = deviceCode(scope);
        Map<String, String> plain =
                Browserless.params("user_code", refused.path("user_code").asText(), "_user", EmptyTenant.READER.upn());
        assertThat(flow.http.post(form, plain).body()).contains("AADSTS90094");
        JsonNode started = deviceCode(scope);
        Map<String, String> byAdmin = Browserless.params(
                "user_code", started.path("user_code").asText(), "_user", EmptyTenant.APPLICATION_ADMINISTRATOR.upn());
        assertThat(flow.http.post(form, byAdmin).body()).contains("Permissions requested");
        flow.http.post(form, Flow.override(byAdmin, "_action", "accept"));
        JsonNode tokens = Browserless.json(flow.http.token(
                EmptyTenant.ID,
                Browserless.params(
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:device_code",
                        "client_id",
                        FirstPartyApps.GRAPH_TOOLS_ID,
                        "device_code",
                        started.path("device_code").asText())));
        GraphClient tools = new GraphClient(entra, tokens.path("access_token").asText());
        tools.post("/applications", body("{'displayName':'by Graph tools'}"));
        JsonNode grant = admin.json("/oauth2PermissionGrants").path("value").path(0);
        assertThat(grant.path("scope").asText()).isEqualTo("Application.ReadWrite.All");
        assertThat(grant.path("principalId").asText()).isEqualTo(EmptyTenant.APPLICATION_ADMINISTRATOR.oid());
    }

    private JsonNode deviceCode(String scope) {
        return Browserless.json(flow.http.post(
                "/" + EmptyTenant.ID + "/oauth2/v2.0/devicecode",
                Browserless.params("client_id", FirstPartyApps.GRAPH_TOOLS_ID, "scope", scope)));
    }
}
