package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.Flow.override;
import static dev.ostiary.entra.emulator.Flow.refused;
import static dev.ostiary.entra.emulator.SampleDirectories.API;
import static dev.ostiary.entra.emulator.SampleDirectories.API_URI;
import static dev.ostiary.entra.emulator.SampleDirectories.CONTOSO;
import static dev.ostiary.entra.emulator.SampleDirectories.DAEMON;
import static dev.ostiary.entra.emulator.SampleDirectories.DAEMON_SECRET;
import static dev.ostiary.entra.emulator.SampleDirectories.NATIVE_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.token.Certificates;
import dev.ostiary.entra.emulator.token.Pem;
import dev.ostiary.entra.emulator.token.SigningKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientCredentialsTest {

    private static final String CERT_APP = "75dbe77f-0000-4000-8000-8c127544f180";
    private static final String FIC_APP = "75dbe77f-0000-4000-8000-8c127544f181";
    private static final String OLD_APP = "75dbe77f-0000-4000-8000-8c127544f182";
    private static final String ISSUER = "https://oidc.cluster.example/";
    private static final String SUBJECT = "system:serviceaccount:mcp:gateway";
    private static final String EXCHANGE = "api://AzureADTokenExchange";
    private static final SigningKey CERT = Certificates.rsa("CN=client");

    private static HttpServer cluster;
    private static String clusterIssuer;
    private static EntraEmulator entra;
    private static Flow flow;

    @BeforeAll
    static void start() throws Exception {
        String keySet =
                new JWKSet(new RSAKey.Builder(CERT.publicKey()).keyID("k8s").build()).toString();
        cluster = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        clusterIssuer = "http://localhost:" + cluster.getAddress().getPort();
        serve("/.well-known/openid-configuration", "{\"jwks_uri\":\"" + clusterIssuer + "/openid/v1/jwks\"}");
        serve("/openid/v1/jwks", keySet);
        cluster.start();
        Tenant contoso = SampleDirectories.contosoAndFabrikam().tenants().getFirst();
        List<AppRegistration> apps = new ArrayList<>(contoso.apps());
        apps.add(AppRegistration.builder(CERT_APP, "Certified")
                .certificate(Pem.certificate(CERT.certificate()))
                .build());
        apps.add(AppRegistration.builder(FIC_APP, "Federated")
                .federatedCredential(ISSUER, SUBJECT, EXCHANGE)
                .federatedCredential(clusterIssuer, SUBJECT, EXCHANGE)
                .federatedCredential("http://localhost:1", SUBJECT, EXCHANGE)
                .build());
        apps.add(AppRegistration.builder(OLD_APP, "Old")
                .secret("old", Instant.parse("2020-01-01T00:00:00Z"))
                .secret("new")
                .build());
        apps.add(AppRegistration.builder("75dbe77f-0000-4000-8000-8c127544f183", "Off")
                .secret("off")
                .disabled()
                .build());
        Directory directory = Directory.of(new Tenant(
                contoso.id(),
                contoso.domain(),
                contoso.displayName(),
                contoso.users(),
                contoso.groups(),
                apps,
                contoso.consents(),
                contoso.roleAssignments()));
        entra = EntraEmulator.start(
                Settings.of(directory).withKeys(Flow.KEYS).withTrustedKeySets(Map.of(ISSUER, keySet)));
        flow = new Flow(entra);
    }

    private static void serve(String path, String json) {
        cluster.createContext(path, exchange -> {
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    @AfterAll
    static void stop() {
        entra.close();
        cluster.stop(0);
    }

    private static Map<String, String> params(String... overrides) {
        return override(
                Browserless.params(
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        DAEMON,
                        "client_secret",
                        DAEMON_SECRET,
                        "scope",
                        API_URI + "/.default"),
                overrides);
    }

    private static Map<String, String> asserting(String clientId, String assertion) {
        return params(
                "client_id",
                clientId,
                "client_secret",
                null,
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion",
                assertion);
    }

    @Test
    @DisplayName("an app gets a token without scope, id or refresh token [O, D v2-oauth2-client-creds-grant-flow.md]")
    void anAppGetsAToken() {
        JsonNode body = flow.success(params());
        assertThat(Flow.names(body)).containsExactly("token_type", "expires_in", "ext_expires_in", "access_token");
        JsonNode claims = Browserless.claims(body.get("access_token").asText());
        assertThat(claims.get("aud").asText()).isEqualTo(API);
        assertThat(Flow.texts(claims.get("roles"))).containsExactly("Mcp.Call");
        assertThat(claims.get("idtyp").asText()).isEqualTo("app");
        assertThat(claims.get("azpacr").asText()).isEqualTo("1");
    }

    @ParameterizedTest
    @DisplayName("wrong requests get their AADSTS error [O, D reference-error-codes.md]")
    @CsvSource(
            nullValues = "-",
            value = {
                "scope,-,400,invalid_request,900144",
                "scope,https://mcp.contoso.example/mcp/mcp.read,400,invalid_scope,1002012",
                "scope,api://nothing/.default,400,invalid_resource,500011",
                "client_secret,wrong,401,invalid_client,7000215",
                "client_secret,-,401,invalid_client,7000218",
                "client_id,11111111-0000-4000-8000-000000000000,400,unauthorized_client,700016",
                "client_id,75dbe77f-0000-4000-8000-8c127544f183,400,unauthorized_client,7000112",
                "client_id,-,400,invalid_request,900144",
                "grant_type,-,400,invalid_request,900144",
                "grant_type,password2,400,unsupported_grant_type,70003",
                "client_id," + NATIVE_CLIENT + ",401,invalid_client,700025"
            })
    void wrongRequests(String name, String value, int status, String error, int aadsts) {
        refused(flow.token(params(name, value)), status, error, aadsts);
    }

    @Test
    @DisplayName("not over /common: AADSTS9001023 [D reference-error-codes.md]")
    void notOverCommon() {
        refused(flow.http.token("common", params()), 400, "invalid_request", 9001023);
    }

    @Test
    @DisplayName("an expired secret is AADSTS7000222, its successor works [D reference-error-codes.md]")
    void anExpiredSecret() {
        refused(flow.token(params("client_id", OLD_APP, "client_secret", "old")), 401, "invalid_client", 7000222);
        flow.success(params("client_id", OLD_APP, "client_secret", "new"));
    }

    private static JWTClaimsSet.Builder claims(String clientId) {
        Instant now = entra.clock().instant();
        return new JWTClaimsSet.Builder()
                .issuer(clientId)
                .subject(clientId)
                .audience(entra.origin() + "/" + CONTOSO + "/oauth2/v2.0/token")
                .jwtID(UUID.randomUUID().toString())
                .notBeforeTime(Date.from(now))
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(Duration.ofMinutes(10))));
    }

    private static Base64URL thumbprint(String algorithm) {
        try {
            return Base64URL.encode(MessageDigest.getInstance(algorithm)
                    .digest(CERT.certificate().getEncoded()));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String sign(JWSHeader.Builder header, JWTClaimsSet claims) throws JOSEException {
        SignedJWT jwt = new SignedJWT(header.build(), claims);
        jwt.sign(new RSASSASigner(CERT.privateKey()));
        return jwt.serialize();
    }

    private static JWSHeader.Builder sha256(String algorithm) {
        return new JWSHeader.Builder(JWSAlgorithm.parse(algorithm)).x509CertSHA256Thumbprint(thumbprint("SHA-256"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS384", "RS512", "PS256"})
    @DisplayName("a certificate assertion with x5t#S256 is accepted, azpacr 2 [D certificate-credentials.md; S MSAL4J]")
    void aCertificateAssertion(String algorithm) throws Exception {
        String assertion = sign(sha256(algorithm), claims(CERT_APP).build());
        JsonNode body = flow.success(asserting(CERT_APP, assertion));
        assertThat(Browserless.claims(body.get("access_token").asText())
                        .get("azpacr")
                        .asText())
                .isEqualTo("2");
    }

    @Test
    @DisplayName("x5t with SHA-1 is still accepted [S MSAL4J]")
    @SuppressWarnings("deprecation")
    void aSha1ThumbprintIsAccepted() throws Exception {
        JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.RS256).x509CertThumbprint(thumbprint("SHA-1"));
        flow.success(asserting(CERT_APP, sign(header, claims(CERT_APP).build())));
    }

    private static void assertionRefused(
            Consumer<JWTClaimsSet.Builder> change, JWSHeader.Builder header, int status, String error, int aadsts)
            throws Exception {
        JWTClaimsSet.Builder claims = claims(CERT_APP);
        change.accept(claims);
        refused(flow.token(asserting(CERT_APP, sign(header, claims.build()))), status, error, aadsts);
    }

    @Test
    @DisplayName("wrong certificate assertions get their AADSTS error [O MSAL.NET fixtures]")
    void wrongCertificateAssertions() throws Exception {
        Date past = Date.from(entra.clock().instant().minus(Duration.ofHours(1)));
        assertionRefused(c -> c.expirationTime(past), sha256("RS256"), 401, "invalid_client", 700024);
        assertionRefused(c -> c.issuer(DAEMON).subject(DAEMON), sha256("RS256"), 401, "invalid_client", 700021);
        assertionRefused(c -> c.issuer(null), sha256("RS256"), 400, "invalid_request", 90014);
        assertionRefused(
                c -> c.audience("https://login.microsoftonline.com/" + CONTOSO + "/oauth2/v2.0/token"),
                sha256("RS256"),
                401,
                "invalid_client",
                700023);
        assertionRefused(c -> {}, new JWSHeader.Builder(JWSAlgorithm.RS256), 401, "invalid_client", 5002723);
        assertionRefused(
                c -> {},
                new JWSHeader.Builder(JWSAlgorithm.RS256).x509CertSHA256Thumbprint(Base64URL.encode("other")),
                401,
                "invalid_client",
                700027);
        SignedJWT symmetric = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("x").build(),
                claims(CERT_APP).build());
        symmetric.sign(new MACSigner("a secret of at least thirty-two bytes".getBytes(StandardCharsets.UTF_8)));
        refused(flow.token(asserting(CERT_APP, symmetric.serialize())), 401, "invalid_client", 5002738);
        refused(flow.token(asserting(CERT_APP, "no.jwt")), 400, "invalid_request", 50027);
        String good = sign(sha256("RS256"), claims(CERT_APP).build());
        String[] parts = good.split("\\.");
        String other = sign(sha256("RS256"), claims(CERT_APP).jwtID("other").build());
        refused(
                flow.token(asserting(CERT_APP, parts[0] + "." + parts[1] + "." + other.split("\\.")[2])),
                401,
                "invalid_client",
                700027);
    }

    private static String external(String issuer, String subject, String audience) throws Exception {
        return sign(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k8s"),
                claims(FIC_APP)
                        .issuer(issuer)
                        .subject(subject)
                        .audience(audience)
                        .build());
    }

    @Test
    @DisplayName("a federated token is accepted for a given and for a fetched key set [D federation considerations]")
    void aFederatedTokenIsAccepted() throws Exception {
        flow.success(asserting(FIC_APP, external(ISSUER, SUBJECT, EXCHANGE)));
        flow.success(asserting(FIC_APP, external(clusterIssuer, SUBJECT, EXCHANGE)));
    }

    @Test
    @DisplayName("issuer, subject and audience match exactly: AADSTS700211, 700213, 700212; 90061 unreachable [O, D]")
    void aFederatedTokenMustMatchExactly() throws Exception {
        refused(
                flow.token(asserting(FIC_APP, external("https://oidc.cluster.example", SUBJECT, EXCHANGE))),
                401,
                null,
                700211);
        refused(
                flow.token(asserting(FIC_APP, external(ISSUER, "system:serviceaccount:mcp:Gateway", EXCHANGE))),
                401,
                null,
                700213);
        refused(flow.token(asserting(FIC_APP, external(ISSUER, SUBJECT, "api://other"))), 401, null, 700212);
        refused(
                flow.token(asserting(FIC_APP, external("http://localhost:1", SUBJECT, EXCHANGE))),
                400,
                "invalid_request",
                90061);
    }

    @Test
    @DisplayName("JSON instead of a form, and GET, are refused in Entra's shape: AADSTS900144, 900561 [D]")
    void wrongTypeAndMethod() {
        HttpResponse<String> json = flow.http.send(flow.http
                .to("/" + CONTOSO + "/oauth2/v2.0/token")
                .header("Content-Type", "application/json")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{\"grant_type\":\"client_credentials\"}"))
                .build());
        refused(json, 400, "invalid_request", 900144);
        refused(flow.http.get("/" + CONTOSO + "/oauth2/v2.0/token"), 400, "invalid_request", 900561);
    }
}
