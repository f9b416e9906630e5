package dev.ostiary.gateway.server.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.jwk.JWKSet;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.server.identity.Authentication;
import dev.ostiary.gateway.server.identity.Authentication.Authenticated;
import dev.ostiary.gateway.server.identity.Authentication.Rejected;
import dev.ostiary.gateway.server.keys.SigningKeys;
import dev.ostiary.gateway.server.store.MemoryGrantStore;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Access tokens of the facade that somebody has tampered with, or carries to where they do not belong. */
class FacadeTokenAttacksTest {

    private static final JsonMapper JSON = new JsonMapper();

    private final ManualClock clock = new ManualClock();
    private final MemoryGrantStore store = new MemoryGrantStore(clock);
    private final Facade facade = new Facade(clock, store, new ScriptedEntra(clock));

    private String token() throws Exception {
        return facade.redeem(Facade.PUBLIC, facade.begin(Facade.PUBLIC)).accessToken();
    }

    private String reason(String token) {
        Authentication answer = facade.call("notes", token, id -> false);
        assertThat(answer).isInstanceOf(Rejected.class);
        Rejected rejected = (Rejected) answer;
        assertThat(rejected.status()).isEqualTo(401);
        assertThat(rejected.error()).isEqualTo("invalid_token");
        return rejected.auditReason();
    }

    private static String part(String token, int index) {
        return new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[index]), StandardCharsets.UTF_8);
    }

    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A token with other claims, signed by the gateway's own key: what nobody but the gateway could make. */
    private String signed(String token, String claim, JsonNode value) throws Exception {
        ObjectNode claims = (ObjectNode) JSON.readTree(part(token, 1));
        claims.set(claim, value);
        return new SigningKeys(facade.ring, KeyRing.Purpose.SIGNING)
                .sign("at+jwt", claims.toString().getBytes(StandardCharsets.UTF_8));
    }

    @TestFactory
    Stream<DynamicTest> aHeaderThatIsSpelledOtherwiseIsRefused() throws Exception {
        String token = token();
        String[] parts = token.split("\\.", -1);
        String kid = JSON.readTree(part(token, 0)).path("kid").asText();
        List<String> headers = new ArrayList<>(List.of(
                "{\"alg\":\"none\"}",
                "{\"kid\":\"" + kid + "\",\"typ\":\"at+jwt\",\"alg\":\"none\"}",
                "{\"kid\":\"" + kid + "\",\"typ\":\"at+jwt\",\"alg\":\"HS256\"}",
                "{\"kid\":\"" + kid + "\",\"typ\":\"at+jwt\",\"alg\":\"RS256\"}",
                "{\"kid\":\"" + kid + "\",\"typ\":\"at+jwt\",\"alg\":\"ES256K\"}",
                "{\"kid\":\"" + kid + "\",\"typ\":\"JWT\",\"alg\":\"ES256\"}",
                "{\"kid\":\"" + kid + "\",\"typ\":\"ostiary-assertion+jwt\",\"alg\":\"ES256\"}",
                "{\"kid\":\"" + kid + "\",\"alg\":\"ES256\"}",
                "{\"typ\":\"at+jwt\",\"alg\":\"ES256\"}",
                "{\"kid\":\"other\",\"typ\":\"at+jwt\",\"alg\":\"ES256\"}",
                "{\"kid\":\"../../dev/null\",\"typ\":\"at+jwt\",\"alg\":\"ES256\"}",
                "{\"kid\":\"" + kid + "\",\"typ\":\"at+jwt\",\"alg\":\"ES256\",\"crit\":[\"exp\"]}",
                "{\"kid\":\"" + kid + "\",\"typ\":\"at+jwt\",\"alg\":\"ES256\",\"jwk\":{}}",
                "{\"kid\":\"" + kid + "\",\"typ\":\"at+jwt\",\"alg\":\"ES256\",\"jku\":\"https://evil.example\"}",
                "{\"alg\":\"ES256\",\"kid\":\"" + kid + "\",\"typ\":\"at+jwt\"}",
                ""));
        return headers.stream()
                .map(header -> DynamicTest.dynamicTest("header " + header, () -> {
                    assertThat(reason(encode(header) + "." + parts[1] + "." + parts[2]))
                            .isEqualTo("FacadeKeyUnknown");
                    assertThat(reason(encode(header) + "." + parts[1] + ".")).isEqualTo("FacadeKeyUnknown");
                }));
    }

    @Test
    void aSignatureOfAnotherKeyOrOfNoneIsRefused() throws Exception {
        String token = token();
        String[] parts = token.split("\\.", -1);
        Facade stranger = new Facade(clock, store, new ScriptedEntra(clock));
        String theirs =
                stranger.redeem(Facade.PUBLIC, stranger.begin(Facade.PUBLIC)).accessToken();
        String zeros = encode("\0".repeat(64));
        assertThat(reason(parts[0] + "." + parts[1] + "." + zeros)).isEqualTo("WrongSignature");
        assertThat(reason(parts[0] + "." + parts[1] + ".")).isNotEmpty();
        assertThat(reason(parts[0] + "." + parts[1] + "." + theirs.split("\\.", -1)[2]))
                .isEqualTo("WrongSignature");
        assertThat(reason(parts[0] + "." + theirs.split("\\.", -1)[1] + "." + parts[2]))
                .as("what others seal is refused before its signature costs anything")
                .isEqualTo("SealedClaimUnreadable");
        assertThat(reason(theirs)).isEqualTo("FacadeKeyUnknown");
        assertThat(reason(parts[0] + "." + parts[1])).isNotEmpty();
        assertThat(reason(token + ".x")).isEqualTo("NotAJwt");
    }

    @Test
    void aSealedUserMovedIntoAnotherTokenIsRefused() throws Exception {
        String anna = token();
        String ben = facade.redeem(Facade.PUBLIC, facade.begin(Facade.PUBLIC, ScriptedEntra.BEN))
                .accessToken();
        JsonNode usr = JSON.readTree(part(ben, 1)).path("usr");
        assertThat(reason(signed(anna, "usr", usr))).isEqualTo("SealedClaimUnreadable");
        assertThat(reason(signed(anna, "sub", JSON.valueToTree(ScriptedEntra.BEN))))
                .isEqualTo("SealedClaimUnreadable");
    }

    @TestFactory
    Stream<DynamicTest> aClaimOfAnotherTypeOrValueIsRefused() throws Exception {
        String token = token();
        record Row(String claim, Object value, String reason) {}
        return Stream.of(
                        new Row("iss", "https://evil.example", "WrongIssuer"),
                        new Row("iss", Facade.ORIGIN + "/", "WrongIssuer"),
                        new Row("iss", List.of(Facade.ORIGIN), "WrongIssuer"),
                        new Row("aud", Facade.ORIGIN + "/mail", "WrongAudience"),
                        new Row("aud", Facade.ORIGIN, "WrongAudience"),
                        new Row("aud", Facade.NOTES + "/", "WrongAudience"),
                        new Row("aud", List.of(Facade.NOTES), "MalformedClaims"),
                        new Row("exp", 1, "Expired"),
                        new Row("exp", "1900000000", "MalformedClaims"),
                        new Row("exp", Long.MAX_VALUE, "MalformedClaims"),
                        new Row("exp", 1.5, "MalformedClaims"),
                        new Row("iat", 4102444800L, "NotYetValid"),
                        new Row("scope", "mcp:mail", "ScopeMissing"),
                        new Row("scope", "mcp:notes2", "ScopeMissing"),
                        new Row("scope", "", "MalformedClaims"),
                        new Row("gid", "", "MalformedClaims"),
                        new Row("gid", 1, "MalformedClaims"),
                        new Row("wid", "uid-mail", "WorkloadReplaced"),
                        new Row("jti", "other", "SealedClaimUnreadable"),
                        new Row("usr", "AAAA", "SealedClaimUnreadable"),
                        new Row("client_id", 7, "MalformedClaims"))
                .map(row -> DynamicTest.dynamicTest(
                        row.claim() + " " + row.value(),
                        () -> assertThat(reason(signed(token, row.claim(), JSON.valueToTree(row.value()))))
                                .isEqualTo(row.reason())));
    }

    @Test
    void aTokenEndsToTheSecondAndTellsItsBearerNothingAboutTheUser() throws Exception {
        String token = token();
        assertThat(part(token, 1)).doesNotContain(ScriptedEntra.READERS, "Mcp.Call", "Sales", ScriptedEntra.TENANT);
        clock.advance(Duration.ofMinutes(15).minusSeconds(1));
        assertThat(facade.call("notes", token, id -> false)).isInstanceOf(Authenticated.class);
        clock.advance(Duration.ofSeconds(1));
        assertThat(reason(token)).isEqualTo("Expired");
    }

    @Test
    void tokenForTheWrongAudienceIsRefusedThoughAnotherRouteHasAcceptedIt() throws Exception {
        String token = token();
        assertThat(facade.call("notes", token, id -> false)).isInstanceOf(Authenticated.class);
        assertThat(facade.call("mail", token, id -> false)).isInstanceOf(Rejected.class);
    }

    @Test
    void theKeySetHasPublicHalvesAlone() throws Exception {
        String json = Jwks.json(new SigningKeys(facade.ring, KeyRing.Purpose.SIGNING));
        JWKSet keys = JWKSet.parse(json);
        assertThat(keys.getKeys()).hasSize(1).allMatch(key -> !key.isPrivate());
        assertThat(JSON.readTree(json).path("keys").path(0).properties())
                .extracting(java.util.Map.Entry::getKey)
                .containsExactlyInAnyOrderElementsOf(Set.of("kty", "use", "crv", "kid", "x", "y", "alg"));
    }

    @Test
    void privateKeyJwtProvesAClientOnce() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair pair = generator.generateKeyPair();
        com.nimbusds.jose.jwk.ECKey key = new com.nimbusds.jose.jwk.ECKey.Builder(
                        com.nimbusds.jose.jwk.Curve.P_256, (java.security.interfaces.ECPublicKey) pair.getPublic())
                .privateKey(pair.getPrivate())
                .keyID("k1")
                .build();
        Client client = Facade.client(
                "https://signing.example/c.json",
                Client.Authentication.PRIVATE_KEY_JWT,
                new JWKSet(key.toPublicJWK()).toString());
        facade.clients.put(client.id(), client);
        String good = assertion(key, client.id(), Facade.ORIGIN, "one", Duration.ofMinutes(5));
        assertThat(redeemWith(client, good)).isEqualTo("200 ");
        assertThat(redeemWith(client, good)).isEqualTo("401 invalid_client");
        assertThat(redeemWith(
                        client, assertion(key, client.id(), Facade.ORIGIN + "/token", "two", Duration.ofMinutes(1))))
                .isEqualTo("200 ");
        assertThat(redeemWith(
                        client, assertion(key, client.id(), "https://evil.example", "three", Duration.ofMinutes(1))))
                .isEqualTo("401 invalid_client");
        assertThat(redeemWith(client, assertion(key, client.id(), Facade.ORIGIN, "four", Duration.ofMinutes(7))))
                .isEqualTo("401 invalid_client");
        assertThat(redeemWith(client, assertion(key, client.id(), Facade.ORIGIN, "five", Duration.ZERO)))
                .isEqualTo("401 invalid_client");
        assertThat(redeemWith(client, assertion(key, Facade.PUBLIC.id(), Facade.ORIGIN, "six", Duration.ofMinutes(1))))
                .isEqualTo("401 invalid_client");
        String[] parts = good.split("\\.", -1);
        assertThat(redeemWith(client, encode("{\"alg\":\"none\"}") + "." + parts[1] + "."))
                .isEqualTo("401 invalid_client");
    }

    private String redeemWith(Client client, String assertion) throws Exception {
        java.util.Map<String, String> form =
                new java.util.LinkedHashMap<>(Facade.codeForm(client, facade.begin(client)));
        form.put("client_assertion", assertion);
        form.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        return facade.post(facade.token, form).summary();
    }

    private String assertion(com.nimbusds.jose.jwk.ECKey key, String subject, String audience, String id, Duration life)
            throws Exception {
        com.nimbusds.jwt.SignedJWT jwt = new com.nimbusds.jwt.SignedJWT(
                new com.nimbusds.jose.JWSHeader.Builder(com.nimbusds.jose.JWSAlgorithm.ES256)
                        .keyID(key.getKeyID())
                        .build(),
                new com.nimbusds.jwt.JWTClaimsSet.Builder()
                        .issuer(subject)
                        .subject(subject)
                        .audience(audience)
                        .jwtID(id)
                        .expirationTime(java.util.Date.from(clock.instant().plus(life)))
                        .build());
        jwt.sign(new com.nimbusds.jose.crypto.ECDSASigner(key));
        return jwt.serialize();
    }
}
