package dev.ostiary.gateway.server.entra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which keys of a key document are believed, and which discovery document leads to one. */
class PublishedKeysTest {

    private static final String TENANT = "72f988bf-0000-4000-8000-2d7cd011db47";
    private static final String PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad";
    private static final String N = modulus(2048);
    private static final String GOOD = key("k1", N, "AQAB", "");

    private static String modulus(int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            RSAPublicKey key = (RSAPublicKey) generator.generateKeyPair().getPublic();
            byte[] bytes = key.getModulus().toByteArray();
            int from = bytes[0] == 0 ? 1 : 0;
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(java.util.Arrays.copyOfRange(bytes, from, bytes.length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String key(String kid, String n, String e, String more) {
        return "{\"kty\":\"RSA\",\"use\":\"sig\",\"kid\":\"" + kid + "\",\"n\":\"" + n + "\",\"e\":\"" + e + "\"" + more
                + "}";
    }

    private static ObjectNode document(String json) {
        return Objects.requireNonNull(
                new JsonObjects(8, 100_000).object(json.getBytes(StandardCharsets.UTF_8)), "test input");
    }

    private static Map<String, SigningKey> keys(String... entries) throws EntraFailure {
        return PublishedKeys.keys(document("{\"keys\":[" + String.join(",", entries) + "]}"));
    }

    private static void assertRefused(String document, String reason) {
        assertThatThrownBy(() -> PublishedKeys.keys(document(document)))
                .isInstanceOfSatisfying(
                        EntraFailure.class,
                        failure -> assertThat(failure.reason()).isEqualTo(reason));
    }

    @Test
    void aKeyIsKnownByItsIdWithTheIssuerItSignsFor() throws EntraFailure {
        Map<String, SigningKey> keys =
                keys(key("k1", N, "AQAB", ",\"issuer\":\"https://login.example/{tenantid}/v2.0\",\"x5c\":[\"MIIC\"]"));
        assertThat(keys).containsOnlyKeys("k1");
        assertThat(keys.get("k1").issuer()).isEqualTo("https://login.example/{tenantid}/v2.0");
        assertThat(keys.get("k1").key().getModulus().bitLength()).isEqualTo(2048);
    }

    @Test
    void aKeySignsOnlyForTheIssuerItNames() throws EntraFailure {
        String issuer = "https://login.example/" + TENANT + "/v2.0";
        assertThat(keys(GOOD).get("k1").signsFor(TENANT, issuer)).isTrue();
        assertThat(withIssuer("https://login.example/{tenantid}/v2.0").signsFor(TENANT, issuer))
                .isTrue();
        assertThat(withIssuer(issuer).signsFor(TENANT, issuer)).isTrue();
        assertThat(withIssuer("https://login.example/" + PERSONAL + "/v2.0").signsFor(TENANT, issuer))
                .isFalse();
        assertThat(withIssuer("https://other.example/{tenantid}/v2.0").signsFor(TENANT, issuer))
                .isFalse();
        assertThat(withIssuer("").signsFor(TENANT, issuer)).isFalse();
    }

    private static SigningKey withIssuer(String issuer) throws EntraFailure {
        return Objects.requireNonNull(
                keys(key("k1", N, "AQAB", ",\"issuer\":\"" + issuer + "\"")).get("k1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "null",
                "7",
                "{\"kty\":\"EC\",\"use\":\"sig\",\"kid\":\"k2\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
                "{\"kty\":\"oct\",\"kid\":\"k2\",\"k\":\"c2VjcmV0\"}",
                "{\"kty\":\"RSA\",\"kid\":\"k2\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
                "{\"kty\":\"RSA\",\"kid\":\"k2\",\"e\":\"AQAB\"}",
                "{\"kty\":\"RSA\",\"kid\":\"k2\",\"n\":\"!!!\",\"e\":\"AQAB\"}",
                "{\"kty\":\"RSA\",\"kid\":7,\"n\":\"AQAB\",\"e\":\"AQAB\"}"
            })
    void whatIsNoUsableKeyIsSkipped(String entry) throws EntraFailure {
        assertThat(keys(entry, GOOD)).containsOnlyKeys("k1");
    }

    @Test
    void keysForOtherUsesAreSkipped() throws EntraFailure {
        String encryption = GOOD.replace("\"sig\"", "\"enc\"").replace("k1", "k2");
        String otherAlgorithm = key("k3", N, "AQAB", ",\"alg\":\"RS512\"");
        String noId = GOOD.replace("k1", "");
        String issuerIsNoText = key("k4", N, "AQAB", ",\"issuer\":{}");
        assertThat(keys(encryption, otherAlgorithm, noId, issuerIsNoText, GOOD)).containsOnlyKeys("k1");
    }

    @Test
    void keysThatAreTooWeakOrTooCostlyAreSkipped() throws EntraFailure {
        String weak = key("k2", modulus(1024), "AQAB", "");
        String costly = key("k3", Base64.getUrlEncoder().withoutPadding().encodeToString(costlyModulus()), "AQAB", "");
        String exponentOne = key("k4", N, "AQ", "");
        String exponentEven = key("k5", N, "Ag", "");
        String exponentHuge = key("k6", N, N, "");
        assertThat(keys(weak, costly, exponentOne, exponentEven, exponentHuge, GOOD))
                .containsOnlyKeys("k1");
    }

    private static byte[] costlyModulus() {
        byte[] bytes = new byte[640];
        java.util.Arrays.fill(bytes, (byte) 0xff);
        return bytes;
    }

    @Test
    void theSameKeyTwiceIsOneKeyButTwoKeysOfOneIdAreRefused() throws EntraFailure {
        assertThat(keys(GOOD, GOOD)).hasSize(1);
        assertRefused("{\"keys\":[" + GOOD + "," + key("k1", modulus(2048), "AQAB", "") + "]}", "AmbiguousKeyId");
        assertRefused("{\"keys\":[" + GOOD + "," + key("k1", N, "AQAB", ",\"issuer\":\"x\"") + "]}", "AmbiguousKeyId");
    }

    @Test
    void aDocumentWithoutAUsableKeyIsRefusedSoThatTheLastGoodOneStays() {
        assertRefused("{\"keys\":[]}", "NoUsableKey");
        assertRefused("{\"keys\":[{}]}", "NoUsableKey");
        assertRefused("{}", "NotAKeySet");
        assertRefused("{\"keys\":{}}", "NotAKeySet");
        assertRefused("{\"keys\":[" + "{},".repeat(PublishedKeys.MAX_KEYS) + "{}]}", "NotAKeySet");
    }

    @Test
    void discoveryLeadsToTheKeysOfExactlyThisTenant() throws Exception {
        try (Stub stub = new Stub()) {
            stub.discovery(stub.issuer(), stub.origin() + "/keys");
            assertThat(stub.read()).isEqualTo("read");
            stub.discovery(stub.issuer() + "/", stub.origin() + "/keys");
            assertThat(stub.read()).isEqualTo("WrongIssuer");
            stub.discovery(stub.origin() + "/{tenantid}/v2.0", stub.origin() + "/keys");
            assertThat(stub.read()).isEqualTo("WrongIssuer");
            stub.discovery(stub.issuer(), "http://127.0.0.1:1/keys");
            assertThat(stub.read()).isEqualTo("WrongKeysUri");
            stub.discovery(stub.issuer(), stub.origin().replace("http:", "https:") + "/keys");
            assertThat(stub.read()).isEqualTo("WrongKeysUri");
            stub.discovery(stub.issuer(), "file:///etc/passwd");
            assertThat(stub.read()).isEqualTo("WrongKeysUri");
            stub.discovery(stub.issuer(), "not a URI");
            assertThat(stub.read()).isEqualTo("WrongKeysUri");
            stub.body("{}");
            assertThat(stub.read()).isEqualTo("WrongIssuer");
        }
    }

    /** An Entra that says what a test wants. */
    private static final class Stub implements AutoCloseable {
        private final HttpServer server;
        private volatile String discovery = "{}";

        Stub() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                boolean keys = exchange.getRequestURI().getPath().equals("/keys");
                byte[] body = (keys ? "{\"keys\":[" + GOOD + "]}" : discovery).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
        }

        String origin() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        String issuer() {
            return origin() + "/" + TENANT + "/v2.0";
        }

        void discovery(String issuer, String keysUri) {
            body("{\"issuer\":\"" + issuer + "\",\"jwks_uri\":\"" + keysUri + "\"}");
        }

        void body(String json) {
            discovery = json;
        }

        String read() throws InterruptedException {
            EntraSettings entra = new EntraSettings(
                    TENANT,
                    "6e74172b-0000-4000-8000-e66a39bb12e3",
                    URI.create(origin()),
                    URI.create("https://sts.windows.net"),
                    URI.create("https://graph.microsoft.com"),
                    new GroupSettings(GroupSettings.Overage.DENY, GroupSettings.Lookup.APP),
                    java.util.List.of());
            try (EntraDocuments documents = new EntraDocuments(EgressSettings.DIRECT, Duration.ofSeconds(5))) {
                return new PublishedKeys(entra, documents).read().isEmpty() ? "nothing" : "read";
            } catch (EntraFailure failure) {
                return failure.reason();
            }
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
