package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.GraphClient.body;
import static dev.ostiary.entra.emulator.GraphClient.refused;
import static dev.ostiary.entra.emulator.GraphClient.scope;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.token.Certificates;
import dev.ostiary.entra.emulator.token.SigningKey;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Every field that is written over Graph decides over the next sign-in. */
class RegisteredSignInTest {

    private static final String SCOPE = "11111111-2222-4333-8444-555555555555";
    private static final String ROLE = "21111111-2222-4333-8444-555555555555";
    private static final String CALLBACK = "https://mcp.northwind.example/oauth/callback";
    private static final String URI = "https://mcp.northwind.example/notes";
    private static final String VS_CODE = "http://127.0.0.1:33418/";

    private EntraEmulator entra;
    private Flow flow;
    private GraphClient global;
    private GraphClient apps;
    private String appId;
    private String path;
    private String principal;

    @BeforeEach
    void start() {
        entra = EntraEmulator.start(Settings.of(EmptyTenant.directory()).withKeys(Flow.KEYS));
        flow = new Flow(entra);
        global = GraphClient.of(entra, EmptyTenant.GLOBAL_ADMINISTRATOR);
        apps = GraphClient.of(entra, EmptyTenant.APPLICATION_ADMINISTRATOR);
        JsonNode made = apps.post(
                "/applications",
                body("{'displayName':'gateway','api':{'requestedAccessTokenVersion':2,'oauth2PermissionScopes':["
                        + scope(SCOPE, "mcp.notes", true) + "]},'identifierUris':['" + URI
                        + "'],'web':{'redirectUris':['" + CALLBACK + "']}}"));
        appId = made.path("appId").asText();
        path = "/applications/" + made.path("id").asText();
        principal = apps.post("/servicePrincipals", Map.of("appId", appId))
                .path("id")
                .asText();
    }

    @AfterEach
    void stop() {
        entra.close();
    }

    private HttpResponse<String> authorize(String client, String redirect, String scope) {
        return flow.authorize(
                EmptyTenant.ID,
                Browserless.params(
                        "client_id", client,
                        "response_type", "code",
                        "redirect_uri", redirect,
                        "scope", scope,
                        "login_hint", EmptyTenant.WRITER.upn()),
                null);
    }

    private HttpResponse<String> vsCode() {
        return authorize(FirstPartyApps.VS_CODE_ID, VS_CODE, "openid offline_access " + URI + "/mcp.notes");
    }

    private JsonNode accessToken(String client, String redirect, HttpResponse<String> answer, String... credential) {
        String code = Flow.redirect(answer).get("code");
        assertThat(code).as(answer.headers().toString()).isNotNull();
        HttpResponse<String> response = flow.http.token(
                EmptyTenant.ID,
                Flow.override(
                        Browserless.params(
                                "grant_type", "authorization_code",
                                "client_id", client,
                                "code", code,
                                "redirect_uri", redirect,
                                "scope", URI + "/mcp.notes"),
                        credential));
        return Browserless.claims(
                GraphClient.expect(200, response).path("access_token").asText());
    }

    private JsonNode vsCodeToken() {
        return accessToken(FirstPartyApps.VS_CODE_ID, VS_CODE, vsCode());
    }

    private void preAuthorize() {
        apps.patch(
                path,
                body("{'api':{'preAuthorizedApplications':[{'appId':'" + FirstPartyApps.VS_CODE_ID
                        + "','delegatedPermissionIds':['" + SCOPE + "']}]}}"));
    }

    private HttpResponse<String> appToken(String... credential) {
        return flow.http.token(
                EmptyTenant.ID,
                Flow.override(
                        Browserless.params(
                                "grant_type", "client_credentials", "client_id", appId, "scope", appId + "/.default"),
                        credential));
    }

    private static void page(HttpResponse<String> response, int aadsts) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(response.body()).contains("AADSTS" + aadsts + ":");
    }

    private static void redirected(HttpResponse<String> response, int aadsts) {
        assertThat(Flow.redirect(response).get("error_description")).startsWith("AADSTS" + aadsts + ":");
    }

    @Test
    @DisplayName("pre-authorised clients need no consent, others do; the scope must be there and enabled")
    void preAuthorization() {
        assertThat(vsCode().body()).contains("Permissions requested");
        preAuthorize();
        assertThat(vsCodeToken().path("scp").asText()).isEqualTo("mcp.notes");
        apps.patch(path, body("{'api':{'oauth2PermissionScopes':[" + scope(SCOPE, "mcp.notes", false) + "]}}"));
        redirected(vsCode(), 650053);
    }

    @Test
    @DisplayName("the redirect URI counts on its platform: no secret for mobile and desktop, one for web")
    void platforms() {
        page(authorize(appId, "https://mcp.northwind.example/other", "openid"), 50011);
        String scope = appId + "/.default";
        String code = Flow.redirect(authorize(appId, CALLBACK, scope)).get("code");
        Map<String, String> redeem = Browserless.params(
                "grant_type", "authorization_code",
                "client_id", appId,
                "code", code,
                "redirect_uri", CALLBACK,
                "scope", scope);
        Flow.refused(flow.http.token(EmptyTenant.ID, redeem), 401, "invalid_client", 7000218);
        apps.patch(path, body("{'web':{'redirectUris':[]},'publicClient':{'redirectUris':['" + CALLBACK + "']}}"));
        String secret =
                apps.post(path + "/addPassword", body("{}")).path("secretText").asText();
        redeem.put("code", Flow.redirect(authorize(appId, CALLBACK, scope)).get("code"));
        redeem.put("client_secret", secret);
        Flow.refused(flow.http.token(EmptyTenant.ID, redeem), 401, "invalid_client", 700025);
        redeem.remove("client_secret");
        GraphClient.expect(200, flow.http.token(EmptyTenant.ID, redeem));
    }

    @Test
    @DisplayName("the token version follows requestedAccessTokenVersion, with issuer and audience")
    void tokenVersion() {
        preAuthorize();
        JsonNode second = vsCodeToken();
        assertThat(second.path("ver").asText()).isEqualTo("2.0");
        assertThat(second.path("aud").asText()).isEqualTo(appId);
        assertThat(second.path("iss").asText()).isEqualTo(entra.issuer(EmptyTenant.ID));
        apps.patch(path, body("{'api':{'requestedAccessTokenVersion':null}}"));
        JsonNode first = vsCodeToken();
        assertThat(first.path("ver").asText()).isEqualTo("1.0");
        assertThat(first.path("aud").asText()).isEqualTo(URI);
        assertThat(first.path("iss").asText()).isEqualTo(entra.issuerV1(EmptyTenant.ID));
    }

    @Test
    @DisplayName("the resource parameter must be an identifier URI as it is now")
    void resourceParameter() {
        preAuthorize();
        Map<String, String> params = Browserless.params(
                "client_id",
                FirstPartyApps.VS_CODE_ID,
                "response_type",
                "code",
                "redirect_uri",
                VS_CODE,
                "scope",
                appId + "/mcp.notes",
                "resource",
                URI,
                "login_hint",
                EmptyTenant.WRITER.upn());
        assertThat(Flow.redirect(flow.authorize(EmptyTenant.ID, params, null))).containsKey("code");
        apps.patch(path, body("{'identifierUris':['api://" + appId + "']}"));
        redirected(flow.authorize(EmptyTenant.ID, params, null), 9010010);
        redirected(vsCode(), 500011);
    }

    @Test
    @DisplayName("group claims: none, security groups, and only those assigned to the app")
    void groupClaims() {
        preAuthorize();
        assertThat(vsCodeToken().has("groups")).isFalse();
        apps.patch(path, body("{'groupMembershipClaims':'SecurityGroup'}"));
        assertThat(Flow.texts(vsCodeToken().path("groups")))
                .containsExactlyInAnyOrder(EmptyTenant.READERS.id(), EmptyTenant.WRITERS.id());
        apps.patch(path, body("{'groupMembershipClaims':'ApplicationGroup'}"));
        assertThat(vsCodeToken().has("groups")).isFalse();
        apps.post(
                "/servicePrincipals/" + principal + "/appRoleAssignedTo",
                Map.of(
                        "principalId",
                        EmptyTenant.WRITERS.id(),
                        "resourceId",
                        principal,
                        "appRoleId",
                        "00000000-0000-0000-0000-000000000000"));
        JsonNode claims = vsCodeToken();
        assertThat(Flow.texts(claims.path("groups"))).containsExactly(EmptyTenant.WRITERS.id());
        assertThat(claims.has("roles")).isFalse();
    }

    @Test
    @DisplayName("app roles arrive once assigned; an app that requires assignment refuses everybody else")
    void appRoles() {
        preAuthorize();
        apps.patch(
                path,
                body(
                        "{'appRoles':[{'id':'" + ROLE
                                + "','value':'Notes.Write','displayName':'w','description':'w','allowedMemberTypes':['User']}]}"));
        apps.patch("/servicePrincipals/" + principal, body("{'appRoleAssignmentRequired':true}"));
        HttpResponse<String> refused = flow.http.token(
                EmptyTenant.ID,
                Browserless.params(
                        "grant_type",
                        "authorization_code",
                        "client_id",
                        FirstPartyApps.VS_CODE_ID,
                        "code",
                        Flow.redirect(vsCode()).get("code"),
                        "redirect_uri",
                        VS_CODE,
                        "scope",
                        URI + "/mcp.notes"));
        assertThat(refused.body()).contains("AADSTS50105");
        apps.post(
                "/servicePrincipals/" + principal + "/appRoleAssignedTo",
                Map.of("principalId", EmptyTenant.WRITER.oid(), "resourceId", principal, "appRoleId", ROLE));
        assertThat(Flow.texts(vsCodeToken().path("roles"))).containsExactly("Notes.Write");
    }

    @Test
    @DisplayName("optional claims of access tokens")
    void optionalClaims() {
        preAuthorize();
        assertThat(vsCodeToken().has("upn")).isFalse();
        apps.patch(path, body("{'optionalClaims':{'accessToken':[{'name':'upn'},{'name':'acct'}]}}"));
        JsonNode claims = vsCodeToken();
        assertThat(claims.path("upn").asText()).isEqualTo(EmptyTenant.WRITER.upn());
        assertThat(claims.path("acct").asInt(-1)).isZero();
    }

    @Test
    @DisplayName("a disabled or missing service principal, and a deleted application")
    void principals() {
        String secret =
                apps.post(path + "/addPassword", body("{}")).path("secretText").asText();
        GraphClient.expect(200, appToken("client_secret", secret));
        apps.patch("/servicePrincipals/" + principal, body("{'accountEnabled':false}"));
        Flow.refused(appToken("client_secret", secret), 400, "unauthorized_client", 7000112);
        preAuthorize();
        redirected(vsCode(), 500014);
        apps.delete("/servicePrincipals/" + principal);
        Flow.refused(appToken("client_secret", secret), 401, "invalid_client", 7000229);
        page(authorize(appId, CALLBACK, "openid"), 700016);
        apps.delete(path);
        Flow.refused(appToken("client_secret", secret), 400, "unauthorized_client", 700016);
    }

    @Test
    @DisplayName("secrets: wrong, expired, removed")
    void secrets() {
        String end = entra.clock().instant().plus(Duration.ofHours(1)).toString();
        JsonNode made = apps.post(path + "/addPassword", body("{'passwordCredential':{'endDateTime':'" + end + "'}}"));
        String secret = made.path("secretText").asText();
        JsonNode shown = apps.json(path).path("passwordCredentials").path(0);
        assertThat(shown.path("secretText").isNull()).isTrue();
        assertThat(shown.path("hint").asText()).isEqualTo(secret.substring(0, 3));
        Flow.refused(appToken("client_secret", "wrong"), 401, "invalid_client", 7000215);
        GraphClient.expect(200, appToken("client_secret", secret));
        entra.clock().advance(Duration.ofHours(2));
        Flow.refused(appToken("client_secret", secret), 401, "invalid_client", 7000222);
        entra.clock().reset();
        apps.post(path + "/removePassword", Map.of("keyId", made.path("keyId").asText()));
        assertThat(appToken("client_secret", secret).body()).contains("AADSTS700025");
        assertThat(apps.json(path).path("passwordCredentials")).isEmpty();
    }

    @Test
    @DisplayName("certificates by PATCH and by addKey with a proof; expired ones are refused")
    void certificates() throws Exception {
        SigningKey one = Certificates.rsa("CN=one");
        SigningKey two = Certificates.rsa("CN=two");
        apps.patch(path, body("{'keyCredentials':[" + key(one) + "]}"));
        assertThat(apps.json(path).path("keyCredentials").path(0).path("key").isNull())
                .isTrue();
        assertThat(apps.json(path + "?$select=keyCredentials")
                        .path("keyCredentials")
                        .path(0)
                        .path("key")
                        .isTextual())
                .isTrue();
        String keyId =
                apps.json(path).path("keyCredentials").path(0).path("keyId").asText();
        GraphClient.expect(200, appToken(assertion(one)));
        String id = path.substring(path.lastIndexOf('/') + 1);
        refused(
                apps.send(
                        "POST",
                        path + "/addKey",
                        body("{'proof':'" + proof(two, id) + "','keyCredential':" + key(two) + "}")),
                401,
                "Authentication_MissingOrMalformed");
        String second = apps.post(
                        path + "/addKey", body("{'proof':'" + proof(one, id) + "','keyCredential':" + key(two) + "}"))
                .path("keyId")
                .asText();
        GraphClient.expect(200, appToken(assertion(two)));
        apps.post(path + "/removeKey", body("{'proof':'" + proof(two, id) + "','keyId':'" + keyId + "'}"));
        assertThat(appToken(assertion(one)).body()).contains("AADSTS700027");
        assertThat(apps.json(path).path("keyCredentials")).hasSize(1);
        // An entry that is sent back without its key keeps it.
        apps.patch(
                path,
                body("{'keyCredentials':[{'keyId':'" + second + "','type':'AsymmetricX509Cert','usage':'Verify'}]}"));
        GraphClient.expect(200, appToken(assertion(two)));
        entra.clock().advance(Duration.ofDays(6 * 365));
        assertThat(appToken(assertion(two)).body()).contains("AADSTS700027").contains("expired");
    }

    @Test
    @DisplayName("federated credentials, from the moment they are there until they are deleted")
    void federated() throws Exception {
        SigningKey cluster = Certificates.rsa("CN=cluster");
        String issuer = "https://oidc.northwind.example/";
        entra.close();
        entra = EntraEmulator.start(Settings.of(EmptyTenant.directory())
                .withKeys(Flow.KEYS)
                .withTrustedKeySets(Map.of(issuer, jwks(cluster))));
        flow = new Flow(entra);
        apps = GraphClient.of(entra, EmptyTenant.APPLICATION_ADMINISTRATOR);
        JsonNode made = apps.post("/applications", body("{'displayName':'gateway'}"));
        appId = made.path("appId").asText();
        path = "/applications/" + made.path("id").asText();
        apps.post("/servicePrincipals", Map.of("appId", appId));
        String credentials = path + "/federatedIdentityCredentials";
        String id = apps.post(
                        credentials,
                        body(
                                "{'name':'aks','issuer':'" + issuer
                                        + "','subject':'system:serviceaccount:mcp:gateway','audiences':['api://AzureADTokenExchange']}"))
                .path("id")
                .asText();
        String[] token = federatedAssertion(cluster, issuer);
        GraphClient.expect(200, appToken(token));
        apps.patch(credentials + "/" + id, body("{'subject':'system:serviceaccount:mcp:other'}"));
        assertThat(appToken(token).body()).contains("AADSTS700213");
        apps.delete(credentials + "/" + id);
        assertThat(appToken(token).statusCode()).isEqualTo(401);
    }

    @Test
    @DisplayName("the admin consent page grants what the registration lists, to an administrator alone")
    void adminConsent() {
        apps.patch(
                path,
                body("{'requiredResourceAccess':[{'resourceAppId':'" + FirstPartyApps.GRAPH_ID
                        + "','resourceAccess':[{'id':'bc024368-1153-4739-b217-4326f2e966d0','type':'Scope'},"
                        + "{'id':'98830695-27a2-44f7-8c18-0c3ebc9698f6','type':'Role'}]}]}"));
        Map<String, String> params = Browserless.params("client_id", appId, "redirect_uri", CALLBACK, "state", "s");
        String adminConsent = "/" + EmptyTenant.ID + "/adminconsent";
        assertThat(flow.http.get(adminConsent + "?" + Browserless.form(params)).body())
                .contains("Pick a user");
        page(
                flow.http.post(
                        adminConsent, Flow.override(params, "_user", EmptyTenant.READER.oid(), "_action", "accept")),
                90094);
        assertThat(apps.json("/oauth2PermissionGrants").path("value")).isEmpty();
        String admin = EmptyTenant.GLOBAL_ADMINISTRATOR.oid();
        assertThat(flow.http
                        .post(adminConsent, Flow.override(params, "_user", admin))
                        .body())
                .contains("Accept");
        assertThat(Flow.redirect(
                        flow.http.post(adminConsent, Flow.override(params, "_user", admin, "_action", "accept"))))
                .containsEntry("admin_consent", "True");
        assertThat(apps.json("/servicePrincipals/" + principal + "/oauth2PermissionGrants")
                        .path("value")
                        .path(0)
                        .path("scope")
                        .asText())
                .isEqualTo("GroupMember.Read.All");
        assertThat(apps.json("/servicePrincipals/" + principal + "/appRoleAssignments")
                        .path("value"))
                .hasSize(1);
    }

    @Test
    @DisplayName("consent on the page is a grant over Graph, and ends when that is deleted")
    void consentIsAGrant() {
        HttpResponse<String> asked = vsCode();
        assertThat(asked.body()).contains("Permissions requested");
        Map<String, String> params = Browserless.params(
                "client_id",
                FirstPartyApps.VS_CODE_ID,
                "response_type",
                "code",
                "redirect_uri",
                VS_CODE,
                "scope",
                "openid offline_access " + URI + "/mcp.notes",
                "login_hint",
                EmptyTenant.WRITER.upn(),
                "_user",
                EmptyTenant.WRITER.oid(),
                "_action",
                "accept");
        assertThat(Flow.redirect(flow.http.post("/" + EmptyTenant.ID + "/oauth2/v2.0/authorize", params)))
                .containsKey("code");
        JsonNode grants = global.json("/oauth2PermissionGrants").path("value");
        assertThat(grants).hasSize(1);
        assertThat(grants.path(0).path("principalId").asText()).isEqualTo(EmptyTenant.WRITER.oid());
        assertThat(grants.path(0).path("scope").asText()).isEqualTo("mcp.notes");
        vsCodeToken();
        global.delete("/oauth2PermissionGrants/" + grants.path(0).path("id").asText());
        assertThat(vsCode().body()).contains("Permissions requested");
    }

    private static String key(SigningKey pair) throws CertificateEncodingException {
        return "{'type':'AsymmetricX509Cert','usage':'Verify','key':'"
                + java.util.Base64.getEncoder()
                        .encodeToString(pair.certificate().getEncoded()) + "'}";
    }

    private String[] assertion(SigningKey pair) throws Exception {
        Instant now = entra.clock().instant();
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(appId)
                .subject(appId)
                .audience(entra.origin() + "/" + EmptyTenant.ID + "/oauth2/v2.0/token")
                .notBeforeTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(300)))
                .build();
        return presented(signed(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .x509CertSHA256Thumbprint(Base64URL.encode(MessageDigest.getInstance("SHA-256")
                                .digest(pair.certificate().getEncoded())))
                        .build(),
                claims,
                pair));
    }

    private String[] federatedAssertion(SigningKey cluster, String issuer) throws JOSEException {
        Instant now = entra.clock().instant();
        return presented(signed(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k").build(),
                new JWTClaimsSet.Builder()
                        .issuer(issuer)
                        .subject("system:serviceaccount:mcp:gateway")
                        .audience("api://AzureADTokenExchange")
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plusSeconds(300)))
                        .build(),
                cluster));
    }

    private static String[] presented(String assertion) {
        return new String[] {
            "client_assertion",
            assertion,
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        };
    }

    private String proof(SigningKey pair, String applicationId) throws JOSEException {
        Instant now = entra.clock().instant();
        return signed(
                new JWSHeader.Builder(JWSAlgorithm.RS256).build(),
                new JWTClaimsSet.Builder()
                        .issuer(applicationId)
                        .audience("00000002-0000-0000-c000-000000000000")
                        .notBeforeTime(Date.from(now))
                        .expirationTime(Date.from(now.plusSeconds(600)))
                        .build(),
                pair);
    }

    private static String signed(JWSHeader header, JWTClaimsSet claims, SigningKey pair) throws JOSEException {
        SignedJWT jwt = new SignedJWT(header, claims);
        jwt.sign(new RSASSASigner(pair.privateKey()));
        return jwt.serialize();
    }

    private static String jwks(SigningKey pair) {
        return new com.nimbusds.jose.jwk.JWKSet(List.of(new com.nimbusds.jose.jwk.RSAKey.Builder(pair.publicKey())
                        .keyID("k")
                        .build()))
                .toString();
    }
}
