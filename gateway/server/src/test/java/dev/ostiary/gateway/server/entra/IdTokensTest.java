package dev.ostiary.gateway.server.entra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.SampleDirectories;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.token.SigningMode;
import dev.ostiary.entra.emulator.token.TokenBuilder;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings.Lookup;
import dev.ostiary.gateway.server.EmulatorKeys;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An id token is believed only when every rule holds. */
class IdTokensTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HEADER = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\""
            + EmulatorKeys.copy().active().kid() + "\"}";
    private static final String ELSEWHERE = "11112222-0000-4000-8000-000000000001";

    private static SignInFixture fixture;
    private static EntraSettings settings;
    private static IdTokens tokens;

    @BeforeAll
    static void start() {
        fixture = SignInFixture.start();
        settings = fixture.settings(SignInFixture.BY_SECRET, Lookup.APP, "department", "sub", "nonce");
        tokens = new IdTokens(settings, fixture.keys(settings), fixture.time);
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    private static ObjectNode claims() {
        long now = fixture.time.wallMillis() / 1000;
        return JSON.createObjectNode()
                .put("aud", Registrations.GATEWAY)
                .put("iss", settings.issuer())
                .put("iat", now)
                .put("nbf", now)
                .put("exp", now + 3600)
                .put("name", "Alice Able")
                .put("nonce", SignInFixture.NONCE)
                .put("oid", SampleDirectories.ALICE.oid())
                .put("preferred_username", "alice@contoso.example")
                .put("sub", "pairwise")
                .put("tid", Registrations.TENANT)
                .put("ver", "2.0");
    }

    private static String token(Consumer<ObjectNode> change) {
        ObjectNode claims = claims();
        change.accept(claims);
        return signed(HEADER, claims.toString());
    }

    private static String signed(String header, String payload) {
        PrivateKey key = EmulatorKeys.copy().active().privateKey();
        return Signed.jws(header, payload, key);
    }

    private static IdTokenClaims.Accepted accepted(Consumer<ObjectNode> change) {
        try {
            return tokens.accept(token(change), SignInFixture.NONCE);
        } catch (IdTokens.Broken | EntraUnavailableException e) {
            throw new AssertionError(e);
        }
    }

    record Case(String rule, String name, String token) {
        @Override
        public String toString() {
            return rule + ": " + name;
        }
    }

    /** A claim that is wrong, as JSON; null: it is missing. */
    private static Case claim(String rule, String claim, String json) {
        return new Case(rule, claim + " " + json, token(claims -> {
            if (json == null) {
                claims.remove(claim);
            } else {
                claims.set(claim, parsed(json));
            }
        }));
    }

    private static com.fasterxml.jackson.databind.JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (java.io.IOException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    private static Case header(String rule, String header) {
        return new Case(rule, header, signed(header, claims().toString()));
    }

    private static Case forged(String rule, SigningMode mode) {
        TokenBuilder builder = fixture.entra
                .tokens()
                .userToken(
                        SampleDirectories.ALICE.oid(), FirstPartyApps.AZURE_CLI_ID, Registrations.GATEWAY, "mcp.notes")
                .claim("nonce", SignInFixture.NONCE)
                .claim("aud", Registrations.GATEWAY)
                .signedWith(mode);
        return new Case(rule, mode.name(), builder.build());
    }

    private static Case bent(String rule, String name, UnaryOperator<String> change) {
        return new Case(rule, name, change.apply(token(claims -> {})));
    }

    static List<Case> broken() {
        long now = fixture.time.wallMillis() / 1000;
        String kid = EmulatorKeys.copy().active().kid();
        List<Case> cases = new ArrayList<>(List.of(
                claim("WrongAudience", "aud", "\"" + SampleDirectories.API + "\""),
                claim("WrongAudience", "aud", "\"api://" + Registrations.GATEWAY + "\""),
                claim("WrongAudience", "aud", "[\"" + Registrations.GATEWAY + "\"]"),
                claim("WrongAudience", "aud", null),
                claim("WrongParty", "azp", "\"" + FirstPartyApps.AZURE_CLI_ID + "\""),
                claim("WrongParty", "azp", "7"),
                claim("WrongIssuer", "iss", "\"https://login.microsoftonline.com/" + ELSEWHERE + "/v2.0\""),
                claim("WrongIssuer", "iss", "\"" + settings.issuer() + "/\""),
                claim("WrongIssuer", "iss", "\"" + settings.v1Issuer() + "\""),
                claim("WrongIssuer", "iss", null),
                claim("WrongTenant", "tid", "\"" + ELSEWHERE + "\""),
                claim("WrongTenant", "tid", null),
                claim("WrongVersion", "ver", "\"1.0\""),
                claim("WrongVersion", "ver", "2.0"),
                claim("WrongVersion", "ver", null),
                claim("WrongNonce", "nonce", "\"another\""),
                claim("WrongNonce", "nonce", "\"\""),
                claim("WrongNonce", "nonce", "[\"" + SignInFixture.NONCE + "\"]"),
                claim("WrongNonce", "nonce", null),
                claim("Expired", "exp", Long.toString(now - 1)),
                claim("Expired", "exp", "0"),
                claim("NotYetValid", "nbf", Long.toString(now + 300)),
                claim("NotYetValid", "iat", Long.toString(now + 300)),
                claim("MalformedTime", "exp", "\"" + (now + 3600) + "\""),
                claim("MalformedTime", "exp", now + 3600 + ".5"),
                claim("MalformedTime", "exp", "1e12"),
                claim("MalformedTime", "exp", "9223372036854775807"),
                claim("MalformedTime", "exp", "-1"),
                claim("MalformedTime", "exp", null),
                claim("MalformedTime", "nbf", null),
                claim("MalformedTime", "iat", null),
                claim("MalformedSubject", "oid", "\"alice\""),
                claim("MalformedSubject", "oid", "\"\""),
                claim("MalformedSubject", "oid", null),
                claim("MalformedSubject", "sub", "\"\""),
                claim("MalformedSubject", "sub", "\"" + "s".repeat(300) + "\""),
                claim("MalformedSubject", "sub", null),
                claim("NotAUser", "idtyp", "\"app\""),
                claim("MalformedClaims", "roles", "\"Admin\""),
                claim("MalformedClaims", "roles", "[1]"),
                claim("MalformedClaims", "groups", "{\"a\":1}"),
                claim("MalformedClaims", "groups", "[null]"),
                claim("MalformedClaims", "_claim_names", "\"groups\"")));
        cases.addAll(List.of(
                header("AlgorithmNotAccepted", "{\"typ\":\"JWT\",\"alg\":\"RS512\",\"kid\":\"" + kid + "\"}"),
                header("TypeNotAccepted", "{\"typ\":\"at+jwt\",\"alg\":\"RS256\",\"kid\":\"" + kid + "\"}"),
                header("KeyIdMissing", "{\"typ\":\"JWT\",\"alg\":\"RS256\"}"),
                header("KeyIdMissing", "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"\"}"),
                header(
                        "HeaderNotUnderstood",
                        "{\"alg\":\"RS256\",\"kid\":\"" + kid + "\",\"jku\":\"https://a.example\"}"),
                header("HeaderNotUnderstood", "{\"alg\":\"RS256\",\"kid\":\"" + kid + "\",\"nonce\":\"graph\"}"),
                header("UnknownKey", "{\"alg\":\"RS256\",\"kid\":\"nobody's\"}"),
                forged("UnknownKey", SigningMode.RS256_UNPUBLISHED_KEY),
                forged("WrongSignature", SigningMode.RS256_FORGED_KID),
                forged("WrongSignature", SigningMode.RS256_CORRUPTED),
                forged("AlgorithmNotAccepted", SigningMode.PS256),
                forged("AlgorithmNotAccepted", SigningMode.RS384),
                forged("AlgorithmNotAccepted", SigningMode.HS256_WITH_PUBLIC_KEY),
                forged("AlgorithmNotAccepted", SigningMode.ES256),
                forged("NotAJws", SigningMode.NONE),
                bent("NotAJws", "empty", token -> ""),
                bent("NotAJws", "one part", token -> token.substring(0, token.indexOf('.'))),
                bent("NotAJws", "two parts", token -> token.substring(0, token.lastIndexOf('.'))),
                bent("NotAJws", "four parts", token -> token + ".x"),
                bent("NotAJws", "no signature", token -> token.substring(0, token.lastIndexOf('.') + 1)),
                bent("TooLarge", "too large", token -> token + "A".repeat(100_000)),
                new Case("MalformedClaims", "no object", signed(HEADER, "[]")),
                new Case("MalformedClaims", "twice", signed(HEADER, "{\"oid\":\"a\",\"oid\":\"b\"}")),
                new Case("MalformedClaims", "deep", signed(HEADER, "{\"a\":" + "[".repeat(50) + "]".repeat(50) + "}")),
                new Case("MalformedClaims", "two", signed(HEADER, claims() + "{}"))));
        return cases;
    }

    @ParameterizedTest
    @MethodSource("broken")
    void aTokenThatBreaksARuleIsNotBelieved(Case wrong) {
        IdTokens.Broken broken =
                catchThrowableOfType(IdTokens.Broken.class, () -> tokens.accept(wrong.token(), SignInFixture.NONCE));
        assertThat(broken).as("not accepted").isNotNull();
        assertThat(broken.rule()).isEqualTo(wrong.rule());
    }

    @Test
    void theTableIsAboutTokensThatAreOtherwiseGood() {
        assertThat(accepted(claims -> {}).objectId()).isEqualTo(SampleDirectories.ALICE.oid());
    }

    @Test
    void unknownKeyIdsDoNotMakeTheGatewayReadKeysAllTheTime() {
        int before = fixture.entra.faults().requests(Area.KEYS);
        for (int i = 0; i < 20; i++) {
            String token = signed("{\"alg\":\"RS256\",\"kid\":\"k" + i + "\"}", claims().toString());
            assertThat(catchThrowableOfType(IdTokens.Broken.class, () -> tokens.accept(token, SignInFixture.NONCE)))
                    .isNotNull();
        }
        assertThat(fixture.entra.faults().requests(Area.KEYS) - before).isLessThanOrEqualTo(1);
    }

    @Test
    void withoutKeysNothingIsSaidAboutAToken() {
        EntraSettings nowhere = SignInFixture.settings(
                java.net.URI.create("http://127.0.0.1:1"),
                java.net.URI.create("http://127.0.0.1:1"),
                SignInFixture.BY_SECRET,
                Lookup.APP);
        try (KeySets none = new KeySets(KeySetSettings.DEFAULT, new ManualTime(), KeySetMetrics.NONE)) {
            IdTokens blind = new IdTokens(nowhere, none.use(nowhere, fixture.egress()), fixture.time);
            assertThat(SignInFixture.unavailable(() -> blind.accept(token(claims -> {}), SignInFixture.NONCE))
                            .reason())
                    .isEqualTo("KeysUnavailable");
        }
    }

    @Test
    void aRenewalsTokenNeedsNoNonce() throws Exception {
        assertThat(tokens.accept(token(claims -> claims.remove("nonce")), null).subject())
                .isEqualTo("pairwise");
    }

    @Test
    void clocksMayDifferByAMinute() {
        long now = fixture.time.wallMillis() / 1000;
        assertThat(accepted(claims -> claims.put("iat", now + 50).put("nbf", now + 50))
                        .subject())
                .isEqualTo("pairwise");
    }

    @Test
    void bothFormsOfOverageLeaveTheGroupsOpen() {
        for (String overage : List.of(
                "{\"_claim_names\":{\"groups\":\"src1\"}}",
                "{\"hasgroups\":true}",
                "{\"hasgroups\":\"true\"}",
                "{\"hasgroups\":1}",
                "{\"groups\":[\"" + SampleDirectories.STAFF + "\"],\"hasgroups\":true}",
                "{\"groups\":[\"CONTOSO\\\\Staff\",\"" + SampleDirectories.STAFF + "\"]}")) {
            IdTokenClaims.Accepted accepted = accepted(claims -> claims.setAll((ObjectNode) parsed(overage)));
            assertThat(accepted.groupsComplete()).as(overage).isFalse();
            assertThat(accepted.groups()).as(overage).isEmpty();
        }
        assertThat(accepted(claims -> claims.put("hasgroups", false)).groupsComplete())
                .isTrue();
    }

    @Test
    void groupsAndRolesAreSortedAndEachOnce() {
        String a = "aaaa0000-0000-4000-8000-000000000001";
        String b = "bbbb0000-0000-4000-8000-000000000001";
        IdTokenClaims.Accepted accepted = accepted(claims -> {
            claims.putArray("groups")
                    .add(b.toUpperCase(java.util.Locale.ROOT))
                    .add(a)
                    .add(b);
            claims.putArray("roles").add("Z").add("A").add("Z");
        });
        assertThat(accepted.groups()).containsExactly(a, b);
        assertThat(accepted.roles()).containsExactly("A", "Z");
    }

    @Test
    void onlyConfiguredClaimsAreHandedOnAndNoneThatHasItsPlace() {
        IdTokenClaims.Accepted accepted =
                accepted(claims -> claims.put("department", "R&D").put("email", "alice@contoso.example"));
        assertThat(accepted.claims().toString()).isEqualTo("{\"department\":\"R&D\"}");
    }

    @Test
    void theNameIsFitForPages() {
        assertThat(accepted(claims -> claims.put("name", "A\u0000li\u202Ece\n")).displayName())
                .isEqualTo("Alice");
        assertThat(accepted(claims -> claims.put("name", "n".repeat(5_000))).displayName())
                .hasSize(256);
        assertThat(accepted(claims -> claims.put("name", " \n")).displayName()).isEqualTo("alice@contoso.example");
        assertThat(accepted(claims -> claims.remove(List.of("name", "preferred_username")))
                        .displayName())
                .isEqualTo(SampleDirectories.ALICE.oid());
    }
}
