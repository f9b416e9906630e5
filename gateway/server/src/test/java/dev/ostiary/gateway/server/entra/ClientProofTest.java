package dev.ostiary.gateway.server.entra;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.SampleDirectories;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.token.Certificates;
import dev.ostiary.entra.emulator.token.Pem;
import dev.ostiary.entra.emulator.token.SigningKey;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings.Lookup;
import dev.ostiary.gateway.server.EmulatorKeys;
import dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every way in which the gateway proves that it is its registration, against an Entra that checks it. */
class ClientProofTest {

    private static final String ISSUER = "https://oidc.cluster.example/";
    private static final String SUBJECT = "system:serviceaccount:mcp:gateway";
    private static final String EXCHANGE = "api://AzureADTokenExchange";
    private static final String IDENTITY = "1d000000-0000-4000-8000-000000000001";
    private static final SigningKey CERTIFICATE = Certificates.rsa("CN=gateway");
    private static final SigningKey OTHER = Certificates.rsa("CN=other");

    private static SignInFixture fixture;

    private EntraServices services;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        String keySet =
                new JWKSet(new RSAKey.Builder(OTHER.publicKey()).keyID("k8s").build()).toString();
        AppRegistration gateway = AppRegistration.builder(Registrations.GATEWAY, "Gateway")
                .certificate(Pem.certificate(CERTIFICATE.certificate()))
                .secret(Registrations.SECRET)
                .secret("expired", Instant.parse("2020-01-01T00:00:00Z"))
                .federatedCredential(ISSUER, SUBJECT, EXCHANGE)
                .web(Registrations.CALLBACK.toString())
                .build();
        fixture = new SignInFixture(EntraEmulator.start(Settings.of(Registrations.directory(gateway, true))
                .withKeys(EmulatorKeys.copy())
                .withTrustedKeySets(Map.of(ISSUER, keySet))));
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @BeforeEach
    void services() {
        // Assertions are judged by Entra's own clock.
        fixture.time.reset();
        services = new EntraServices(
                fixture.time,
                EntraMetrics.NONE,
                SignInFixture.LIMITS,
                GraphGroupLookup.Limits.DEFAULT,
                fixture.environment::get);
        fixture.environment.clear();
    }

    @AfterEach
    void close() {
        services.close();
    }

    private GroupLookup groups(EntraCredential credential, Map<String, String> credentials) {
        EntraSettings settings = fixture.settings(credential, Lookup.APP);
        return services.use(settings, new Credentials(credentials), fixture.egress(), fixture.keys(settings))
                .groups();
    }

    private static void assertProves(GroupLookup groups) throws Exception {
        assertThat(groups.allOf(SampleDirectories.ALICE.oid(), null)).hasSize(3);
    }

    private static EntraRefusedException refusal(GroupLookup groups) {
        EntraRefusedException refusal = SignInFixture.refused(() -> groups.allOf(SampleDirectories.ALICE.oid(), null));
        assertThat(refusal.meaning()).isEqualTo(Meaning.MISCONFIGURED);
        assertThat(refusal.diagnosis().field()).isNotEmpty();
        assertThat(refusal.diagnosis().fix()).isNotEmpty();
        return refusal;
    }

    private static String privateKey(SigningKey key) {
        return Pem.block("PRIVATE KEY", key.privateKey().getEncoded());
    }

    private static EntraCredential certificate() {
        return new EntraCredential.Certificate("c", "k");
    }

    @Test
    void aSecretProvesIt() throws Exception {
        assertProves(groups(new EntraCredential.ClientSecret("s"), Map.of("s", Registrations.SECRET)));
        assertProves(groups(new EntraCredential.ClientSecret("s"), Map.of("s", Registrations.SECRET + "\n")));
    }

    @ParameterizedTest
    @CsvSource({"wrong,AADSTS7000215", "expired,AADSTS7000222", "' ',ClientSecretMissing"})
    void aSecretThatIsNotGoodIsNamed(String secret, String code) {
        EntraRefusedException refusal = refusal(groups(new EntraCredential.ClientSecret("s"), Map.of("s", secret)));
        assertThat(refusal.diagnosis().code()).isEqualTo(code);
        if (!secret.isBlank()) {
            assertThat(refusal.diagnosis().toString()).doesNotContain("\"" + secret + "\"");
        }
    }

    @Test
    void aSecretThatIsNotThereIsNamed() {
        assertThat(refusal(groups(new EntraCredential.ClientSecret("s"), Map.of()))
                        .diagnosis()
                        .code())
                .isEqualTo("ClientSecretMissing");
    }

    @Test
    void aCertificateProvesIt() throws Exception {
        String chain =
                "Bag Attributes\n" + Pem.certificate(CERTIFICATE.certificate()) + Pem.certificate(OTHER.certificate());
        assertProves(groups(certificate(), Map.of("c", chain.substring(15), "k", privateKey(CERTIFICATE))));
    }

    @Test
    void aCertificatesAssertionIsAsMicrosoftAsksForIt() throws Exception {
        ClientProof proof = CertificateProof.of(
                Pem.certificate(CERTIFICATE.certificate()),
                privateKey(CERTIFICATE),
                "client",
                URI.create("https://login.example/t/oauth2/v2.0/token"),
                fixture.time);
        SignedJWT one = SignedJWT.parse(proof.parameters().get("client_assertion"));
        SignedJWT two = SignedJWT.parse(proof.parameters().get("client_assertion"));
        assertThat(one.getHeader().getAlgorithm().getName()).isEqualTo("PS256");
        assertThat(one.getHeader().getX509CertSHA256Thumbprint()).isNotNull();
        assertThat(one.getJWTClaimsSet().getIssuer()).isEqualTo("client");
        assertThat(one.getJWTClaimsSet().getSubject()).isEqualTo("client");
        assertThat(one.getJWTClaimsSet().getAudience()).containsExactly("https://login.example/t/oauth2/v2.0/token");
        assertThat(one.getJWTClaimsSet().getJWTID())
                .isNotEqualTo(two.getJWTClaimsSet().getJWTID());
        Duration life = Duration.between(
                one.getJWTClaimsSet().getNotBeforeTime().toInstant(),
                one.getJWTClaimsSet().getExpirationTime().toInstant());
        assertThat(life).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(10));
    }

    @Test
    void aCertificateThatIsNotRegisteredIsNamed() {
        GroupLookup groups =
                groups(certificate(), Map.of("c", Pem.certificate(OTHER.certificate()), "k", privateKey(OTHER)));
        assertThat(refusal(groups).diagnosis().code()).isEqualTo("AADSTS700027");
    }

    @Test
    void aCertificateThatCannotBeUsedIsNamedWithoutItsKey() {
        String good = Pem.certificate(CERTIFICATE.certificate());
        List<Map<String, String>> broken = List.of(
                Map.of("c", good),
                Map.of("k", privateKey(CERTIFICATE)),
                Map.of("c", good, "k", privateKey(OTHER)),
                Map.of("c", "no PEM", "k", privateKey(CERTIFICATE)),
                Map.of("c", "", "k", privateKey(CERTIFICATE)),
                Map.of("c", good, "k", "no PEM"),
                Map.of("c", good, "k", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"),
                Map.of("c", good, "k", "-----BEGIN PRIVATE KEY-----\n====\n-----END PRIVATE KEY-----"),
                Map.of("c", good, "k", privateKey(CERTIFICATE).replace("PRIVATE", "ENCRYPTED PRIVATE")));
        int before = fixture.entra.faults().requests(Area.TOKEN);
        for (Map<String, String> credentials : broken) {
            EntraRefusedException refusal = refusal(groups(certificate(), credentials));
            assertThat(refusal.diagnosis().code()).isEqualTo("ClientCertificateUnusable");
            assertThat(refusal).hasNoCause();
        }
        assertThat(fixture.entra.faults().requests(Area.TOKEN)).isEqualTo(before);
    }

    private String serviceAccountToken(String subject, String audience) {
        long now = Instant.now().getEpochSecond();
        return Signed.jws(
                "{\"alg\":\"RS256\",\"kid\":\"k8s\"}",
                "{\"iss\":\"" + ISSUER + "\",\"sub\":\"" + subject + "\",\"aud\":[\"" + audience + "\"],\"iat\":" + now
                        + ",\"nbf\":" + now + ",\"exp\":" + (now + 3600) + "}",
                OTHER.privateKey());
    }

    @Test
    void theServiceAccountTokenOfThisMomentProvesIt() throws Exception {
        Path file = folder.resolve("token");
        fixture.environment.put("AZURE_FEDERATED_TOKEN_FILE", file.toString());
        GroupLookup groups = groups(new EntraCredential.WorkloadIdentity(), Map.of());

        assertThat(refusal(groups).diagnosis().code()).isEqualTo("FederatedTokenMissing");

        fixture.time.advance(Remembered.REFUSALS_KEPT);
        Files.writeString(file, serviceAccountToken("system:serviceaccount:mcp:other", EXCHANGE));
        assertThat(refusal(groups).diagnosis().code()).isEqualTo("AADSTS700213");

        fixture.time.advance(Remembered.REFUSALS_KEPT);
        Files.writeString(file, serviceAccountToken(SUBJECT, "https://kubernetes.default.svc"));
        assertThat(refusal(groups).diagnosis().code()).isEqualTo("AADSTS700212");

        fixture.time.advance(Remembered.REFUSALS_KEPT);
        Files.writeString(file, serviceAccountToken(SUBJECT, EXCHANGE) + "\n");
        assertProves(groups);
    }

    @ParameterizedTest
    @CsvSource({"''", "'two words'", "'\u0000'"})
    void aFileWithoutATokenIsNotSent(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("token"), content);
        fixture.environment.put("AZURE_FEDERATED_TOKEN_FILE", file.toString());
        int before = fixture.entra.faults().requests(Area.TOKEN);
        assertThat(refusal(groups(new EntraCredential.WorkloadIdentity(), Map.of()))
                        .diagnosis()
                        .code())
                .isEqualTo("FederatedTokenMissing");
        assertThat(fixture.entra.faults().requests(Area.TOKEN)).isEqualTo(before);
    }

    @Test
    void aFileThatIsFarTooLargeIsNotRead() throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "a".repeat(1_000_000));
        fixture.environment.put("AZURE_FEDERATED_TOKEN_FILE", file.toString());
        assertThat(refusal(groups(new EntraCredential.WorkloadIdentity(), Map.of()))
                        .diagnosis()
                        .code())
                .isEqualTo("FederatedTokenMissing");
    }

    @Test
    void noCredentialIsNamed() {
        assertThat(refusal(groups(new EntraCredential.None(), Map.of()))
                        .diagnosis()
                        .code())
                .isEqualTo("NoClientCredential");
    }

    /** A host's identity endpoint, which gives out what the cluster's issuer signs. */
    private final class IdentityEndpoint implements AutoCloseable {
        final List<String> requests = new CopyOnWriteArrayList<>();
        final HttpServer server;
        volatile int status = 200;

        IdentityEndpoint() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                requests.add(exchange.getRequestURI() + " "
                        + exchange.getRequestHeaders().getFirst("Metadata") + " "
                        + exchange.getRequestHeaders().getFirst("X-IDENTITY-HEADER"));
                long expires = fixture.time.wallMillis() / 1000 + 3600;
                String body = status == 200
                        ? "{\"access_token\":\"" + serviceAccountToken(SUBJECT, EXCHANGE) + "\",\"expires_on\":\""
                                + expires + "\",\"token_type\":\"Bearer\"}"
                        : "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}";
                exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            });
            server.start();
        }

        String origin() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    @Test
    void aManagedIdentityOfTheMachineProvesItAndIsAskedForOnce() throws Exception {
        try (IdentityEndpoint host = new IdentityEndpoint()) {
            fixture.environment.put("AZURE_POD_IDENTITY_AUTHORITY_HOST", host.origin() + "/");
            GroupLookup groups = groups(new EntraCredential.ManagedIdentity(IDENTITY), Map.of());
            assertProves(groups);
            assertThat(host.requests)
                    .containsExactly("/metadata/identity/oauth2/token?api-version=2018-02-01"
                            + "&resource=api%3A%2F%2FAzureADTokenExchange&client_id=" + IDENTITY + " true null");
        }
    }

    @Test
    void aManagedIdentityOfAppServiceProvesIt() throws Exception {
        try (IdentityEndpoint host = new IdentityEndpoint()) {
            fixture.environment.put("IDENTITY_ENDPOINT", host.origin() + "/msi/token");
            fixture.environment.put("IDENTITY_HEADER", "853b9a84");
            assertProves(groups(new EntraCredential.ManagedIdentity(null), Map.of()));
            assertThat(host.requests)
                    .containsExactly("/msi/token?api-version=2019-08-01&resource=api%3A%2F%2FAzureADTokenExchange"
                            + " null 853b9a84");
        }
    }

    @Test
    void aManagedIdentityThatTheHostDoesNotHaveIsNamed() throws Exception {
        try (IdentityEndpoint host = new IdentityEndpoint()) {
            host.status = 400;
            fixture.environment.put("AZURE_POD_IDENTITY_AUTHORITY_HOST", host.origin());
            assertThat(refusal(groups(new EntraCredential.ManagedIdentity(null), Map.of()))
                            .diagnosis()
                            .code())
                    .isEqualTo("ManagedIdentityRefused");
        }
    }

    @Test
    void aHostThatDoesNotAnswerIsNoRefusal() {
        fixture.environment.put("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:1");
        GroupLookup groups = groups(new EntraCredential.ManagedIdentity(null), Map.of());
        assertThat(SignInFixture.unavailable(() -> groups.allOf(SampleDirectories.ALICE.oid(), null))
                        .reason())
                .isEqualTo("Unreachable");
    }

    @ParameterizedTest
    @CsvSource({
        "https://login.microsoftonline.com,api://AzureADTokenExchange",
        "https://login.microsoftonline.us,api://AzureADTokenExchangeUSGov",
        "https://login.partner.microsoftonline.cn,api://AzureADTokenExchangeChina"
    })
    void everyCloudHasItsAudience(URI authority, String audience) {
        assertThat(ManagedIdentityProof.exchangeAudience(authority)).isEqualTo(audience);
    }
}
