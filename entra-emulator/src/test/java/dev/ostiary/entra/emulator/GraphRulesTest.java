package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.GraphClient.body;
import static dev.ostiary.entra.emulator.GraphClient.refused;
import static dev.ostiary.entra.emulator.GraphClient.scope;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.graph.TenantPolicy;
import dev.ostiary.entra.emulator.graph.TenantPolicy.IdentifierUris;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Graph refuses about apps, with its codes and texts. */
class GraphRulesTest {

    private static final String A = "11111111-2222-4333-8444-555555555555";
    private static final String B = "21111111-2222-4333-8444-555555555555";

    private EntraEmulator entra;
    private GraphClient graph;

    private void start(UnaryOperator<TenantPolicy> policy) {
        entra = EntraEmulator.start(Settings.of(EmptyTenant.directory())
                .withKeys(Flow.KEYS)
                .withTenantPolicy(policy.apply(TenantPolicy.DEFAULT)));
        graph = GraphClient.of(entra, EmptyTenant.APPLICATION_ADMINISTRATOR);
    }

    @AfterEach
    void stop() {
        entra.close();
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("a new application with a wrong property")
    @CsvSource(delimiter = '|', textBlock = """
            no name               | {}                                                       | Request_BadRequest | A value is required for property 'displayName' of resource 'Application'.
            unknown property      | {'displayName':'a','redirectUris':[]}                    | BadRequest         | The property 'redirectUris' does not exist on type 'microsoft.graph.application'.
            unknown inner one     | {'displayName':'a','web':{'uris':[]}}                    | BadRequest         | The property 'uris' does not exist on type 'microsoft.graph.webApplication'.
            wrong type            | {'displayName':'a','isFallbackPublicClient':'yes'}       | Request_BadRequest | Invalid value specified for property 'isFallbackPublicClient' of resource 'Application'.
            list for a text       | {'displayName':['a']}                                    | Request_BadRequest | Invalid value specified for property 'displayName'
            client id             | {'displayName':'a','appId':'11111111-2222-4333-8444-555555555555'} | Request_BadRequest | Property 'appId' is read-only and cannot be set.
            token version 3       | {'displayName':'a','api':{'requestedAccessTokenVersion':3}} | Request_BadRequest | Invalid value specified for property 'requestedAccessTokenVersion' of resource 'ApiApplication'.
            personal with v1      | {'displayName':'a','signInAudience':'AzureADandPersonalMicrosoftAccount'} | Request_BadRequest | Property api.requestedAccessTokenVersion is invalid.
            unknown audience      | {'displayName':'a','signInAudience':'Everyone'}          | Request_BadRequest | Invalid value specified for property 'signInAudience'
            groups claim          | {'displayName':'a','groupMembershipClaims':'Groups'}     | Request_BadRequest | Invalid value specified for property 'groupMembershipClaims'
            http redirect         | {'displayName':'a','web':{'redirectUris':['http://mcp.example/cb']}} | Request_BadRequest | Property web.redirectUris is invalid.
            redirect twice        | {'displayName':'a','web':{'redirectUris':['https://m.example/cb','https://m.example/cb']}} | Request_BadRequest | Property web.redirectUris is invalid.
            redirect with *       | {'displayName':'a','spa':{'redirectUris':['https://*.example/cb']}} | Request_BadRequest | Property spa.redirectUris is invalid.
            scheme at spa         | {'displayName':'a','spa':{'redirectUris':['cursor://cb']}} | Request_BadRequest | Property spa.redirectUris is invalid.
            fragment              | {'displayName':'a','publicClient':{'redirectUris':['https://m.example/#a']}} | Request_BadRequest | Property publicClient.redirectUris is invalid.
            trailing slash        | {'displayName':'a','identifierUris':['https://m.example/']} | Request_BadRequest | Invalid value specified for property 'identifierUris'
            foreign domain, v1    | {'displayName':'a','identifierUris':['https://m.example/a']} | Request_BadRequest | Failed to add identifier URI https://m.example/a. All newly added URIs must contain a tenant verified domain
            scope without texts   | {'displayName':'a','api':{'oauth2PermissionScopes':[{'id':'11111111-2222-4333-8444-555555555555','value':'x'}]}} | Request_BadRequest | A value is required for property 'adminConsentDescription' of resource 'PermissionScope'.
            scope with a blank    | {'displayName':'a','api':{'oauth2PermissionScopes':[{'id':'11111111-2222-4333-8444-555555555555','value':'x y','adminConsentDescription':'d','adminConsentDisplayName':'n'}]}} | Request_BadRequest | Invalid value specified for property 'value' of resource 'PermissionScope'.
            unknown client        | {'displayName':'a','api':{'preAuthorizedApplications':[{'appId':'31111111-2222-4333-8444-555555555555','delegatedPermissionIds':[]}]}} | InvalidAppId | Property PreAuthorizedApplication references applications 31111111-2222-4333-8444-555555555555 that cannot be found.
            unknown permission    | {'displayName':'a','api':{'preAuthorizedApplications':[{'appId':'aebc6443-996d-45c2-90f0-388ff96faa56','delegatedPermissionIds':['31111111-2222-4333-8444-555555555555']}]}} | InvalidValue | Property api.preAuthorizedApplications.delegatedPermissionIds has a Permission Id that cannot be found in the AppPermissions sets.
            secret in the body    | {'displayName':'a','passwordCredentials':[{'displayName':'s'}]} | Request_BadRequest | New password credentials must be generated with service actions.
            garbage certificate   | {'displayName':'a','keyCredentials':[{'type':'AsymmetricX509Cert','usage':'Verify','key':'AAAA'}]} | Request_BadRequest | Invalid value specified for property 'key' of resource 'KeyCredential'.
            """)
    void wrongApplication(String what, String application, String code, String text) {
        start(policy -> policy);
        JsonNode error = refused(graph.send("POST", "/applications", body(application.strip())), 400, code.strip());
        assertThat(error.path("message").asText()).as(what).startsWith(text.strip());
        assertThat(graph.json("/applications").path("value")).isEmpty();
    }

    @Test
    @DisplayName("identifier URIs are unique in the tenant; a refused change changes nothing")
    void uniqueIdentifierUris() {
        start(policy -> policy);
        String v2 = "'api':{'requestedAccessTokenVersion':2}";
        graph.post("/applications", body("{'displayName':'a'," + v2 + ",'identifierUris':['https://m.example/a']}"));
        JsonNode other = graph.post("/applications", body("{'displayName':'b'," + v2 + "}"));
        JsonNode error = refused(
                graph.send(
                        "PATCH",
                        "/applications/" + other.path("id").asText(),
                        body("{'displayName':'c','identifierUris':['https://m.example/a']}")),
                400,
                "Request_BadRequest");
        assertThat(error.path("message").asText())
                .isEqualTo("Another object with the same value for property identifierUris already exists.");
        assertThat(error.path("details").path(0).path("code").asText()).isEqualTo("ObjectConflict");
        assertThat(graph.json("/applications/" + other.path("id").asText())
                        .path("displayName")
                        .asText())
                .isEqualTo("b");
    }

    @Test
    @DisplayName("policies: verified domains alone, api:// alone, no secrets, short secrets")
    void policies() {
        String app = "{'displayName':'a','api':{'requestedAccessTokenVersion':2},'identifierUris':['%s']}";
        start(policy -> policy.withIdentifierUris(IdentifierUris.VERIFIED_ONLY).withoutSecrets());
        refused(
                graph.send("POST", "/applications", body(app.formatted("https://m.example/a"))),
                400,
                "HostNameNotOnVerifiedDomain");
        JsonNode made = graph.post("/applications", body(app.formatted("https://mcp." + EmptyTenant.DOMAIN + "/a")));
        String addPassword = "/applications/" + made.path("id").asText() + "/addPassword";
        refused(graph.send("POST", addPassword, body("{}")), 400, "CredentialTypeNotAllowedAsPerAppPolicy");
        stop();
        start(policy ->
                policy.withIdentifierUris(IdentifierUris.API_SCHEME_ONLY).withMaxSecretLifetime(Duration.ofDays(90)));
        refused(
                graph.send("POST", "/applications", body(app.formatted("https://mcp." + EmptyTenant.DOMAIN + "/a"))),
                400,
                "Request_BadRequest");
        JsonNode second = graph.post("/applications", body("{'displayName':'a'}"));
        String path = "/applications/" + second.path("id").asText();
        graph.patch(
                path, body("{'identifierUris':['api://" + second.path("appId").asText() + "']}"));
        refused(graph.send("POST", path + "/addPassword", body("{}")), 400, "CredentialInvalidLifetimeAsPerAppPolicy");
        String end = entra.clock().instant().plus(Duration.ofDays(30)).toString();
        assertThat(graph.post(path + "/addPassword", body("{'passwordCredential':{'endDateTime':'" + end + "'}}"))
                        .path("secretText")
                        .asText())
                .isNotEmpty();
    }

    @Test
    @DisplayName("scopes: ids and values once; an enabled one is disabled before it goes")
    void permissions() {
        start(policy -> policy);
        JsonNode made = graph.post(
                "/applications",
                body("{'displayName':'a','api':{'oauth2PermissionScopes':[" + scope(A, "one", true) + "]}}"));
        String path = "/applications/" + made.path("id").asText();
        refused(graph.send("PATCH", path, scopes(scope(A, "one", true), scope(A, "two", true))), 400, "DuplicateValue");
        refused(graph.send("PATCH", path, scopes(scope(A, "one", true), scope(B, "one", true))), 400, "DuplicateValue");
        JsonNode error = refused(graph.send("PATCH", path, scopes()), 400, "CannotDeleteOrUpdateEnabledEntitlement");
        assertThat(error.path("message").asText())
                .isEqualTo("Permission (scope or role) cannot be deleted or updated unless disabled first.");
        refused(
                graph.send("PATCH", path, scopes(scope(A, "other", true))),
                400,
                "CannotDeleteOrUpdateEnabledEntitlement");
        graph.patch(path, scopes(scope(A, "one", true), scope(B, "two", true)));
        graph.patch(path, scopes(scope(A, "one", false), scope(B, "two", true)));
        graph.patch(path, scopes(scope(B, "two", true)));
        assertThat(graph.json(path).path("api").path("oauth2PermissionScopes")).hasSize(1);
    }

    private static ObjectNode scopes(String... scopes) {
        return body("{'api':{'oauth2PermissionScopes':[" + String.join(",", scopes) + "]}}");
    }

    @Test
    @DisplayName(
            "a new scope and its pre-authorisation need two requests, the second of a replica that knows the first")
    void preAuthorizationOfNewScope() {
        start(policy -> policy);
        JsonNode made = graph.post("/applications", body("{'displayName':'a'}"));
        String path = "/applications/" + made.path("id").asText();
        String scopes = "'oauth2PermissionScopes':[" + scope(A, "one", true) + "]";
        String clients = "'preAuthorizedApplications':[{'appId':'aebc6443-996d-45c2-90f0-388ff96faa56',"
                + "'delegatedPermissionIds':['" + A + "']}]";
        JsonNode error = refused(
                graph.send("PATCH", path, body("{'api':{" + scopes + "," + clients + "}}")), 400, "InvalidValue");
        assertThat(error.path("details").path(0).path("target").asText())
                .isEqualTo("api.preAuthorizedApplications.delegatedPermissionIds");
        entra.consistency().staleReads(1);
        graph.patch(path, body("{'api':{" + scopes + "}}"));
        refused(graph.send("PATCH", path, body("{'api':{" + clients + "}}")), 400, "InvalidValue");
        graph.patch(path, body("{'api':{" + clients + "}}"));
        assertThat(graph.json(path).path("api").path("preAuthorizedApplications"))
                .isEmpty();
        assertThat(graph.json(path).path("api").path("preAuthorizedApplications"))
                .hasSize(1);
    }

    @Test
    @DisplayName("federated credentials: twenty, unique, one audience, names for URLs")
    void federatedCredentials() {
        start(policy -> policy);
        JsonNode made = graph.post("/applications", body("{'displayName':'a'}"));
        String path = "/applications/" + made.path("id").asText() + "/federatedIdentityCredentials";
        String right =
                "{'name':'%s','issuer':'https://oidc.example/','subject':'%s','audiences':['api://AzureADTokenExchange']}";
        JsonNode first = graph.post(path, body(right.formatted("first", "s0")));
        JsonNode error = refused(
                graph.send("POST", path, body(right.formatted("second", "s0"))),
                400,
                "InvalidFederatedIdentityCredentialValue");
        assertThat(error.path("message").asText())
                .startsWith("The combination of issuer and subject must be unique for the application."
                        + " Issuer https://oidc.example/ and Subject: s0 already exist.");
        refused(
                graph.send("POST", path, body(right.formatted("first", "s1"))),
                409,
                "Request_MultipleObjectsWithSameKeyValue");
        refused(
                graph.send("POST", path, body(right.formatted("a b c", "s1"))),
                400,
                "InvalidFederatedIdentityCredentialValue");
        refused(
                graph.send(
                        "POST",
                        path,
                        body("{'name':'two','issuer':'https://oidc.example/','subject':'s','audiences':['a','b']}")),
                400,
                "InvalidFederatedIdentityCredentialValue");
        refused(
                graph.send("PATCH", path + "/" + first.path("id").asText(), body("{'name':'renamed'}")),
                400,
                "Request_BadRequest");
        graph.patch(path + "/" + first.path("id").asText(), body("{'subject':'s00'}"));
        for (int i = 1; i < 20; i++) {
            graph.post(path, body(right.formatted("fic-" + i, "s" + i)));
        }
        refused(graph.send("POST", path, body(right.formatted("fic-20", "s20"))), 400, "Request_BadRequest");
        assertThat(graph.json(path).path("value")).hasSize(20);
    }

    @Test
    @DisplayName("too many entries, and too many redirect URIs")
    void sizes() {
        start(policy -> policy);
        ObjectNode app = body("{'displayName':'a'}");
        ArrayNode uris = app.putObject("web").putArray("redirectUris");
        for (int i = 0; i < 257; i++) {
            uris.add("https://m.example/" + i);
        }
        refused(graph.send("POST", "/applications", app), 400, "Request_BadRequest");
        ObjectNode tags = body("{'displayName':'a'}");
        for (int i = 0; i < 1_201; i++) {
            tags.withArray("tags").add("t" + i);
        }
        refused(graph.send("POST", "/applications", tags), 400, "Directory_ResourceSizeExceeded");
    }

    @Test
    @DisplayName("a service principal needs an application, once; grants are unique and change their scope alone")
    void linksAreUnique() {
        start(policy -> policy);
        JsonNode error =
                refused(graph.send("POST", "/servicePrincipals", Map.of("appId", A)), 400, "Request_BadRequest");
        assertThat(error.path("message").asText())
                .isEqualTo("The appId '" + A + "' of the service principal does not reference a valid application"
                        + " object.");
        JsonNode made = graph.post("/applications", body("{'displayName':'a'}"));
        Map<String, String> body = Map.of("appId", made.path("appId").asText());
        String client = graph.post("/servicePrincipals", body).path("id").asText();
        refused(graph.send("POST", "/servicePrincipals", body), 409, "Request_MultipleObjectsWithSameKeyValue");
        String resource = graph.json("/servicePrincipals?$filter="
                        + Browserless.encode("appId eq '00000003-0000-0000-c000-000000000000'"))
                .path("value")
                .path(0)
                .path("id")
                .asText();
        Map<String, String> grant = Map.of(
                "clientId", client, "resourceId", resource, "consentType", "AllPrincipals", "scope", "User.Read");
        String id = graph.post("/oauth2PermissionGrants", grant).path("id").asText();
        refused(graph.send("POST", "/oauth2PermissionGrants", grant), 409, "Request_MultipleObjectsWithSameKeyValue");
        refused(
                graph.send("PATCH", "/oauth2PermissionGrants/" + id, Map.of("clientId", resource)),
                400,
                "Request_BadRequest");
        graph.patch("/oauth2PermissionGrants/" + id, Map.of("scope", "User.Read openid"));
        assertThat(graph.json("/oauth2PermissionGrants?$filter=" + Browserless.encode("clientId eq '" + client + "'"))
                        .path("value")
                        .path(0)
                        .path("scope")
                        .asText())
                .isEqualTo("User.Read openid");
        graph.delete("/oauth2PermissionGrants/" + id);
        refused(graph.get("/oauth2PermissionGrants/" + id), 404, "Request_ResourceNotFound");
    }

    @Test
    @DisplayName(
            "PATCH with create-if-missing makes one application, service principal and federated credential, and then changes them")
    void upserts() {
        start(policy -> policy);
        for (int i = 0; i < 2; i++) {
            assertThat(graph.upsert("/applications(uniqueName='gateway')", body("{'displayName':'g'}")))
                    .isEqualTo(i == 0 ? 201 : 204);
            String appId = graph.json("/applications(uniqueName='gateway')")
                    .path("appId")
                    .asText();
            assertThat(graph.upsert(
                            "/servicePrincipals(appId='" + appId + "')", body("{'appRoleAssignmentRequired':true}")))
                    .isEqualTo(i == 0 ? 201 : 204);
            assertThat(graph.upsert(
                            "/applications(appId='" + appId + "')/federatedIdentityCredentials(name='aks')",
                            body("{'issuer':'https://oidc.example/','subject':'s','audiences':['a']}")))
                    .isEqualTo(i == 0 ? 201 : 204);
        }
        assertThat(graph.json("/applications").path("value")).hasSize(1);
    }

    @Test
    @DisplayName("a deleted application keeps its unique name until it is deleted for good")
    void deletedApplications() {
        start(policy -> policy);
        String path = "/applications(uniqueName='gateway')";
        assertThat(graph.upsert(path, body("{'displayName':'g'}"))).isEqualTo(201);
        String id = graph.json(path).path("id").asText();
        refused(
                graph.send("POST", "/applications", body("{'displayName':'h','uniqueName':'gateway'}")),
                400,
                "Request_BadRequest");

        graph.delete("/applications/" + id);

        refused(graph.get(path), 404, "Request_ResourceNotFound");
        assertThat(graph.upsert(path, body("{'displayName':'g'}"))).isEqualTo(400);
        String deleted = "/directory/deletedItems/";
        assertThat(graph.json(deleted + "microsoft.graph.application").path("value"))
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.path("id").asText()).isEqualTo(id);
                    assertThat(one.path("uniqueName").asText()).isEqualTo("gateway");
                    assertThat(one.path("deletedDateTime").asText()).isNotEmpty();
                });
        graph.delete(deleted + id);
        refused(graph.get(deleted + id), 404, "Request_ResourceNotFound");
        assertThat(graph.upsert(path, body("{'displayName':'g'}"))).isEqualTo(201);
    }

    @Test
    @DisplayName("after 30 days a deleted application is gone")
    void deletedApplicationsEnd() {
        start(policy -> policy);
        String path = "/applications(uniqueName='gateway')";
        assertThat(graph.upsert(path, body("{'displayName':'g'}"))).isEqualTo(201);
        graph.delete("/applications/" + graph.json(path).path("id").asText());
        entra.clock().advance(Duration.ofDays(30));
        // The token has ended as well.
        graph = GraphClient.of(entra, EmptyTenant.APPLICATION_ADMINISTRATOR);
        assertThat(graph.json("/directory/deletedItems/microsoft.graph.application")
                        .path("value"))
                .isEmpty();
    }

    @Test
    @DisplayName("pages with links; an unknown filter is refused")
    void pages() {
        start(policy -> policy);
        for (int i = 0; i < 5; i++) {
            graph.post("/applications", body("{'displayName':'app " + i + "'}"));
        }
        JsonNode page = graph.json("/applications?$top=2&$select=displayName");
        int seen = page.path("value").size();
        while (page.has("@odata.nextLink")) {
            page = graph.json(page.path("@odata.nextLink").asText().substring((entra.origin() + "/v1.0").length()));
            seen += page.path("value").size();
        }
        assertThat(seen).isEqualTo(5);
        refused(graph.get("/applications?$filter=" + Browserless.encode("displayName like 'a'")), 400, "BadRequest");
    }
}
