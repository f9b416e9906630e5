package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.AppRegistration.FederatedCredential;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.token.Certificates;
import dev.ostiary.entra.emulator.token.Pem;
import dev.ostiary.entra.emulator.token.SigningKey;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.StoreSettings;
import dev.ostiary.gateway.server.McpUser.Tokens;
import dev.ostiary.gateway.server.forward.Forwarding;
import dev.ostiary.gateway.server.registration.RegistrationState;
import dev.ostiary.gateway.server.registration.RegistrationState.Outcome;
import dev.ostiary.gateway.server.store.StoreHost;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowingConsumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Users sign in at a whole gateway that proves to Entra in each of the possible ways that it is its registration; what Entra does
 * not accept is explained with the field to mend, on the page and in what the gateway finds out by itself alike.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatewayCredentialsTest {

    private static final String ISSUER = "https://oidc.cluster.example/";
    private static final String SUBJECT = "system:serviceaccount:mcp:demo-gateway";
    private static final String EXCHANGE = "api://AzureADTokenExchange";
    private static final String IDENTITY = "1d000000-0000-4000-8000-000000000001";
    private static final SigningKey CERTIFICATE = Certificates.rsa("CN=gateway");
    private static final SigningKey OTHER = Certificates.rsa("CN=other");
    private static final SigningKey CLUSTER = Certificates.rsa("CN=cluster");

    private final HeldTime time = new HeldTime();
    private final List<RegistrationState> states = new CopyOnWriteArrayList<>();
    private final Map<String, String> environment = new ConcurrentHashMap<>();
    private final KeyRing keys = KeyRing.generate(new SecureRandom(), Instant.now());
    private String url = "";
    private EntraEmulator entra;
    private Workload workload;
    private GatewayServer server;

    @TempDir
    private Path folder;

    @BeforeAll
    void start() throws Exception {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = "http://localhost:" + free.getLocalPort();
        }
        String keySet =
                new JWKSet(new RSAKey.Builder(CLUSTER.publicKey()).keyID("k8s").build()).toString();
        entra = EntraEmulator.start(dev.ostiary.entra.emulator.Settings.of(
                        trusting(DemoDirectory.forGateway(url, List.of("notes", "other"))))
                .withKeys(EmulatorKeys.copy())
                .withTrustedKeySets(Map.of(ISSUER, keySet)));
        workload = new Workload(GatewayScenario::answering);
        server = GatewayServer.start(
                new GatewayServer.Settings(
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(),
                                Integer.parseInt(url.substring(url.lastIndexOf(':') + 1))),
                        null,
                        null,
                        1,
                        StoreHost.NONE,
                        null,
                        states::add,
                        OutputStream.nullOutputStream()),
                config(new EntraCredential.None(), Map.of()),
                time,
                Forwarding.KEEP_ALIVE,
                environment::get);
    }

    @AfterAll
    void stop() {
        server.close();
        workload.close();
        entra.close();
    }

    @AfterEach
    void forget() {
        environment.clear();
    }

    /** The registration of the gateway with a certificate and a federated credential beside its secret. */
    private static Directory trusting(Directory directory) {
        Tenant tenant = directory.tenants().getFirst();
        AppRegistration app = tenant.apps().getFirst();
        return Directory.of(new Tenant(
                tenant.id(),
                tenant.domain(),
                tenant.displayName(),
                tenant.users(),
                tenant.groups(),
                List.of(new AppRegistration(
                        app.appId(),
                        app.displayName(),
                        app.identifierUris(),
                        app.requestedAccessTokenVersion(),
                        app.redirectUris(),
                        app.isFallbackPublicClient(),
                        app.secrets(),
                        List.of(Pem.certificate(CERTIFICATE.certificate())),
                        List.of(new FederatedCredential(ISSUER, SUBJECT, EXCHANGE)),
                        app.oauth2PermissionScopes(),
                        app.appRoles(),
                        app.preAuthorizedApplications(),
                        app.knownClientApplications(),
                        app.optionalClaims(),
                        app.idTokenClaims(),
                        app.groupMembershipClaims(),
                        app.signInAudience(),
                        app.appRoleAssignmentRequired(),
                        app.enabled(),
                        null)),
                tenant.consents(),
                tenant.roleAssignments()));
    }

    private RuntimeConfig config(EntraCredential credential, Map<String, String> credentials) {
        Snapshot as = Replicas.snapshot(url, entra, workload.url(), new StoreSettings.Memory());
        EntraSettings settings = as.entra();
        assertThat(settings).isNotNull();
        return RuntimeConfig.of(
                new Snapshot(
                        as.format(),
                        as.gateway(),
                        as.publicUrl(),
                        null,
                        new EntraSettings(
                                settings.tenantId(),
                                settings.clientId(),
                                settings.authority(),
                                settings.v1Authority(),
                                settings.graph(),
                                credential,
                                settings.groups(),
                                settings.claims()),
                        as.authorization(),
                        as.listener(),
                        as.egress(),
                        as.audit(),
                        as.routes()),
                keys,
                new Credentials(credentials));
    }

    private void apply(EntraCredential credential, Map<String, String> credentials) {
        server.apply(config(credential, credentials));
    }

    /** With nothing kept of what the host said before. */
    private void applyAnew(EntraCredential credential) {
        apply(new EntraCredential.None(), Map.of());
        apply(credential, Map.of());
    }

    private void assertSignsIn() throws Exception {
        McpUser anna = new McpUser(url, "anna@" + DemoDirectory.DOMAIN);
        Tokens tokens = anna.signIn("notes");
        HttpResponse<String> called = anna.call("notes", tokens.access(), GatewayScenario.READ);
        assertThat(called.statusCode()).as(called.body()).isEqualTo(200);
        assertThat(called.body()).contains("\"result\"");
        untilTheGatewayFinds(state -> assertThat(state.outcome()).isEqualTo(Outcome.NOT_ALLOWED_TO_READ));
    }

    /** At its next look, which is at hand whenever something is wrong. */
    private void untilTheGatewayFinds(ThrowingConsumer<RegistrationState> assertions) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> {
                    time.pass(Duration.ofHours(1));
                    assertThat(states).isNotEmpty().last().satisfies(assertions);
                });
    }

    private void assertRefused(String field, String code) throws Exception {
        HttpResponse<String> page = new McpUser(url, "anna@" + DemoDirectory.DOMAIN).callback("notes", step -> {});
        assertThat(page.statusCode()).as(page.body()).isEqualTo(502);
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.body().replace("&gt;", ">").replace("&amp;", "&"))
                .contains(field)
                .contains(code);
        untilTheGatewayFinds(state -> {
            assertThat(state.outcome()).isEqualTo(Outcome.BROKEN);
            assertThat(state.findings()).singleElement().satisfies(finding -> {
                assertThat(List.of(finding.path(), finding.field().place()))
                        .as("the field that the page names")
                        .contains(field);
                assertThat(finding.code()).isEqualTo(code.startsWith("AADSTS") ? code : "");
            });
        });
    }

    private static String privateKey(SigningKey key) {
        return Pem.block("PRIVATE KEY", key.privateKey().getEncoded());
    }

    private static String clusterToken(String subject) {
        try {
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k8s").build(),
                    new JWTClaimsSet.Builder()
                            .issuer(ISSUER)
                            .subject(subject)
                            .audience(EXCHANGE)
                            .issueTime(new Date())
                            .notBeforeTime(new Date())
                            .expirationTime(Date.from(Instant.now().plusSeconds(3600)))
                            .build());
            jwt.sign(new RSASSASigner(CLUSTER.privateKey()));
            return jwt.serialize();
        } catch (com.nimbusds.jose.JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aClientSecret() throws Exception {
        apply(new EntraCredential.ClientSecret("s"), Map.of("s", "wrong"));
        assertRefused("Certificates & secrets > Client secrets", "AADSTS7000215");
        apply(new EntraCredential.ClientSecret("s"), Map.of("s", DemoDirectory.GATEWAY_CLIENT_SECRET));
        assertSignsIn();
    }

    @Test
    void aCertificate() throws Exception {
        EntraCredential certificate = new EntraCredential.Certificate("c", "k");
        apply(certificate, Map.of("c", Pem.certificate(OTHER.certificate()), "k", privateKey(OTHER)));
        assertRefused("Certificates & secrets > Certificates", "AADSTS700027");
        apply(certificate, Map.of("c", Pem.certificate(CERTIFICATE.certificate()), "k", privateKey(OTHER)));
        assertRefused("spec.entra.credential", "ClientCertificateUnusable");
        apply(certificate, Map.of("c", Pem.certificate(CERTIFICATE.certificate()), "k", privateKey(CERTIFICATE)));
        assertSignsIn();
    }

    @Test
    void theProjectedTokenOfThisMoment() throws Exception {
        Path file = folder.resolve("token");
        environment.put("AZURE_FEDERATED_TOKEN_FILE", file.toString());
        apply(new EntraCredential.WorkloadIdentity(), Map.of());
        assertRefused("AZURE_FEDERATED_TOKEN_FILE", "FederatedTokenMissing");
        Files.writeString(file, clusterToken("system:serviceaccount:mcp:other"));
        assertRefused("Certificates & secrets > Federated credentials > Subject identifier", "AADSTS700213");
        Files.writeString(file, clusterToken(SUBJECT));
        assertSignsIn();
        Files.writeString(file, clusterToken("system:serviceaccount:mcp:other"));
        assertRefused("Certificates & secrets > Federated credentials > Subject identifier", "AADSTS700213");
    }

    @Test
    void aManagedIdentity() throws Exception {
        HttpServer host = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        Map<String, String> identities = new ConcurrentHashMap<>();
        host.createContext("/metadata/identity/oauth2/token", exchange -> answer(exchange, identities));
        host.start();
        try {
            environment.put(
                    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
                    "http://127.0.0.1:" + host.getAddress().getPort());
            applyAnew(new EntraCredential.ManagedIdentity(IDENTITY));
            assertRefused("spec.entra.credential.managedIdentity.clientId", "ManagedIdentityRefused");
            identities.put(IDENTITY, "another-identity");
            applyAnew(new EntraCredential.ManagedIdentity(IDENTITY));
            assertRefused("Certificates & secrets > Federated credentials > Subject identifier", "AADSTS700213");
            identities.put(IDENTITY, SUBJECT);
            applyAnew(new EntraCredential.ManagedIdentity(IDENTITY));
            assertSignsIn();
        } finally {
            host.stop(0);
        }
    }

    private static void answer(com.sun.net.httpserver.HttpExchange exchange, Map<String, String> identities)
            throws IOException {
        String query = exchange.getRequestURI().getQuery();
        String subject = identities.get(query.substring(query.indexOf("client_id=") + "client_id=".length()));
        boolean known =
                subject != null && "true".equals(exchange.getRequestHeaders().getFirst("Metadata"));
        byte[] body = (known
                        ? "{\"access_token\":\"" + clusterToken(subject) + "\",\"expires_on\":\""
                                + Instant.now().plusSeconds(3600).getEpochSecond() + "\",\"token_type\":\"Bearer\"}"
                        : "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}")
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(known ? 200 : 400, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
