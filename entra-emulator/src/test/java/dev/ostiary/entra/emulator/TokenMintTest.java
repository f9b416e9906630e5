package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.SampleDirectories.ALICE;
import static dev.ostiary.entra.emulator.SampleDirectories.API;
import static dev.ostiary.entra.emulator.SampleDirectories.API_URI;
import static dev.ostiary.entra.emulator.SampleDirectories.BOB;
import static dev.ostiary.entra.emulator.SampleDirectories.CONTOSO;
import static dev.ostiary.entra.emulator.SampleDirectories.DAEMON;
import static dev.ostiary.entra.emulator.SampleDirectories.ENGINEERING;
import static dev.ostiary.entra.emulator.SampleDirectories.EVERYBODY;
import static dev.ostiary.entra.emulator.SampleDirectories.FABRIKAM;
import static dev.ostiary.entra.emulator.SampleDirectories.GUS;
import static dev.ostiary.entra.emulator.SampleDirectories.LEGACY_API;
import static dev.ostiary.entra.emulator.SampleDirectories.NATIVE_CLIENT;
import static dev.ostiary.entra.emulator.SampleDirectories.OSCAR;
import static dev.ostiary.entra.emulator.SampleDirectories.STAFF;
import static dev.ostiary.entra.emulator.SampleDirectories.WEB_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.token.SigningKeys;
import dev.ostiary.entra.emulator.token.SigningMode;
import dev.ostiary.entra.emulator.token.TokenBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokenMintTest {

    private static EntraEmulator entra;
    private static Browserless client;

    @BeforeAll
    static void start() {
        entra = EntraEmulator.start(Settings.of(SampleDirectories.contosoAndFabrikam()));
        client = new Browserless(entra);
    }

    @AfterAll
    static void stop() {
        entra.close();
    }

    private static TokenBuilder token(User user) {
        return entra.tokens().userToken(user.oid(), NATIVE_CLIENT, API, "mcp.read", "mcp.write");
    }

    @Test
    @DisplayName("a v2 user token has the claims and header of the decoded sample [D access-token-claims-reference.md]")
    void aV2UserTokenHasTheDocumentedClaims() {
        String token = token(BOB).build();
        assertThat(names(Browserless.header(token))).containsExactly("typ", "alg", "kid");
        JsonNode claims = Browserless.claims(token);
        assertThat(names(claims))
                .containsExactlyInAnyOrder(
                        "aud",
                        "iss",
                        "iat",
                        "nbf",
                        "exp",
                        "aio",
                        "azp",
                        "azpacr",
                        "acct",
                        "name",
                        "oid",
                        "preferred_username",
                        "rh",
                        "scp",
                        "sub",
                        "tid",
                        "uti",
                        "ver");
        assertThat(claims.get("aud").asText()).isEqualTo(API);
        assertThat(claims.get("iss").asText()).isEqualTo(entra.origin() + "/" + CONTOSO + "/v2.0");
        assertThat(claims.get("azp").asText()).isEqualTo(NATIVE_CLIENT);
        assertThat(claims.get("azpacr").asText()).isEqualTo("0");
        assertThat(claims.get("scp").asText()).isEqualTo("mcp.read mcp.write");
        assertThat(claims.get("ver").asText()).isEqualTo("2.0");
        assertThat(claims.get("sub").asText()).hasSize(43);
        assertThat(client.verifies(token, CONTOSO)).isTrue();
    }

    @Test
    @DisplayName(
            "tokens of an agent identity name its blueprint and the facts about actor and subject [D agent-token-claims]")
    void tokensOfAnAgentIdentitySaySo() {
        JsonNode forUser = Browserless.claims(entra.tokens()
                .userToken(BOB.oid(), SampleDirectories.AGENT, API, "mcp.read")
                .build());
        assertThat(forUser.get("azp").asText()).isEqualTo(SampleDirectories.AGENT);
        assertThat(forUser.get("xms_par_app_azp").asText()).isEqualTo(SampleDirectories.WEB_CLIENT);
        assertThat(forUser.get("xms_act_fct").asText()).isEqualTo("11");
        assertThat(forUser.has("xms_sub_fct")).isFalse();
        assertThat(forUser.get("xms_idrel").asText()).isEqualTo("1");
        JsonNode itself = Browserless.claims(
                entra.tokens().appToken(SampleDirectories.AGENT, API).build());
        assertThat(itself.get("xms_sub_fct").asText()).isEqualTo("11");
        assertThat(itself.get("xms_idrel").asText()).isEqualTo("7");
        assertThat(Browserless.claims(token(BOB).build()).has("xms_par_app_azp"))
                .isFalse();
    }

    @Test
    @DisplayName("a v1 user token has the v1 issuer, audience, appid and x5t [D access-token-claims-reference.md]")
    void aV1UserTokenHasTheV1Shape() {
        String token = entra.tokens()
                .userToken(ALICE.upn(), NATIVE_CLIENT, LEGACY_API, "user_impersonation")
                .build();
        assertThat(names(Browserless.header(token))).containsExactly("typ", "alg", "x5t", "kid");
        JsonNode claims = Browserless.claims(token);
        assertThat(claims.get("iss").asText())
                .isEqualTo("https://sts.windows.net/" + CONTOSO + "/")
                .isEqualTo(entra.issuerV1(CONTOSO));
        assertThat(claims.get("aud").asText()).isEqualTo("api://legacy");
        assertThat(claims.get("appid").asText()).isEqualTo(NATIVE_CLIENT);
        assertThat(claims.get("ver").asText()).isEqualTo("1.0");
        assertThat(claims.get("unique_name").asText()).isEqualTo(ALICE.upn());
        assertThat(claims.get("amr").get(0).asText()).isEqualTo("pwd");
        assertThat(claims.has("azp")).isFalse();
        assertThat(claims.has("preferred_username")).isFalse();
        assertThat(client.verifies(token, CONTOSO)).isTrue();
    }

    @Test
    @DisplayName(
            "the audience of a v2 token is the client id, of a v1 token a URI unless use_guid [D access-tokens.md]")
    void theVersionDecidesTheAudience() {
        assertThat(Browserless.claims(token(ALICE).build()).get("aud").asText()).isEqualTo(API);
        assertThat(Browserless.claims(token(ALICE).version(1).build())
                        .get("aud")
                        .asText())
                .isEqualTo(API_URI);
    }

    @Test
    @DisplayName("sub is pairwise per recipient and stable [D access-token-claims-reference.md]")
    void subIsPairwise() {
        String here = Browserless.claims(token(ALICE).build()).get("sub").asText();
        String again = Browserless.claims(token(ALICE).build()).get("sub").asText();
        String there = Browserless.claims(entra.tokens()
                        .userToken(ALICE.oid(), NATIVE_CLIENT, LEGACY_API, "user_impersonation")
                        .build())
                .get("sub")
                .asText();
        assertThat(again).isEqualTo(here);
        assertThat(there).isNotEqualTo(here);
    }

    @Test
    @DisplayName("lifetimes are random between 60 and 90 minutes, uti is unique [D access-tokens.md]")
    void lifetimesAreRandom() {
        Set<Long> lifetimes = new HashSet<>();
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            JsonNode claims = Browserless.claims(token(ALICE).build());
            long lifetime = claims.get("exp").asLong() - claims.get("iat").asLong();
            assertThat(lifetime).isBetween(3600L, 5400L);
            lifetimes.add(lifetime);
            ids.add(claims.get("uti").asText());
        }
        assertThat(lifetimes).hasSizeGreaterThan(10);
        assertThat(ids).hasSize(40);
    }

    @Test
    void theSameSeedGivesTheSameValues() {
        Settings seeded = Settings.of(entra.directory())
                .withSeed(7)
                .withKeys(SigningKeys.importPem(entra.keys().exportPem()));
        List<String> first = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            try (EntraEmulator one = EntraEmulator.start(seeded)) {
                Instant when = Instant.parse("2026-01-01T00:00:00Z");
                JsonNode claims = Browserless.claims(one.tokens()
                        .userToken(ALICE.oid(), NATIVE_CLIENT, API, "mcp.read")
                        .issuedAt(when)
                        .build());
                first.add(claims.get("uti").asText() + claims.get("exp").asText());
            }
        }
        assertThat(first.get(0)).isEqualTo(first.get(1));
    }

    @Test
    void aFixedLifetimeHoldsForEveryToken() {
        Settings settings =
                Settings.of(entra.directory()).withKeys(entra.keys()).withAccessTokenLifetime(Duration.ofSeconds(5));
        try (EntraEmulator one = EntraEmulator.start(settings)) {
            JsonNode claims = Browserless.claims(one.tokens()
                    .userToken(ALICE.oid(), NATIVE_CLIENT, API, "mcp.read")
                    .build());
            assertThat(claims.get("exp").asLong() - claims.get("iat").asLong()).isEqualTo(5);
        }
    }

    @Test
    @DisplayName("security groups include nested ones [D how-to-connect-fed-group-claims.md]")
    void groupsAreTransitive() {
        assertThat(texts(Browserless.claims(token(ALICE).build()).get("groups")))
                .containsExactlyInAnyOrder(ENGINEERING, STAFF, EVERYBODY);
    }

    @Test
    @DisplayName("more than 200 groups are replaced by a graph.windows.net source [O, D note in access-token-claims]")
    void moreThan200GroupsAreOverage() {
        JsonNode claims = Browserless.claims(token(OSCAR).build());
        assertThat(claims.has("groups")).isFalse();
        assertThat(claims.get("_claim_names").get("groups").asText()).isEqualTo("src1");
        assertThat(claims.get("_claim_sources").get("src1").get("endpoint").asText())
                .isEqualTo("https://graph.windows.net/" + CONTOSO + "/users/" + OSCAR.oid() + "/getMemberObjects");
    }

    @Test
    void overageAndHasGroupsCanBeAskedFor() {
        JsonNode overage = Browserless.claims(token(ALICE).overage().build());
        assertThat(overage.has("groups")).isFalse();
        assertThat(overage.has("_claim_names")).isTrue();
        JsonNode implicit = Browserless.claims(token(ALICE).hasGroups().build());
        assertThat(implicit.has("groups")).isFalse();
        assertThat(implicit.get("hasgroups").asBoolean()).isTrue();
    }

    @Test
    @DisplayName("roles come from assignments, by value [D access-token-claims-reference.md]")
    void rolesComeFromAssignments() {
        assertThat(texts(Browserless.claims(token(ALICE).build()).get("roles"))).containsExactly("Tools.Use");
        assertThat(Browserless.claims(token(BOB).build()).has("roles")).isFalse();
    }

    @Test
    @DisplayName("a guest has idp and acct 1 [D optional-claims-reference.md]")
    void aGuestIsMarked() {
        JsonNode claims = Browserless.claims(token(GUS).build());
        assertThat(claims.get("acct").asInt()).isEqualTo(1);
        assertThat(claims.get("idp").asText()).isEqualTo("https://sts.windows.net/" + FABRIKAM + "/");
    }

    @Test
    @DisplayName("an app-only token has roles and idtyp, no scp and no names [D v2-oauth2-client-creds-grant-flow.md]")
    void anAppOnlyTokenHasNoUser() {
        JsonNode claims =
                Browserless.claims(entra.tokens().appToken(DAEMON, API).build());
        assertThat(claims.get("idtyp").asText()).isEqualTo("app");
        assertThat(texts(claims.get("roles"))).containsExactly("Mcp.Call");
        assertThat(claims.get("azpacr").asText()).isEqualTo("1");
        assertThat(claims.has("scp")).isFalse();
        assertThat(claims.has("name")).isFalse();
        assertThat(claims.has("preferred_username")).isFalse();
    }

    @Test
    @DisplayName("a role-less app-only token is issued for any API [D v2-oauth2-client-creds-grant-flow.md]")
    void anAppOnlyTokenMayHaveNoRole() {
        assertThat(Browserless.claims(entra.tokens().appToken(WEB_CLIENT, API).build())
                        .has("roles"))
                .isFalse();
    }

    @Test
    @DisplayName("a Graph token has a nonce in its header and does not verify [D sample; O identitymodel #609]")
    void aGraphTokenDoesNotVerify() {
        String token = entra.tokens()
                .userToken(ALICE.oid(), NATIVE_CLIENT, FirstPartyApps.GRAPH_ID, "User.Read")
                .build();
        assertThat(Browserless.header(token).has("nonce")).isTrue();
        assertThat(Browserless.claims(token).get("aud").asText()).isEqualTo("https://graph.microsoft.com");
        assertThat(Browserless.claims(token).get("ver").asText()).isEqualTo("1.0");
        assertThat(client.verifies(token, CONTOSO)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void onlyRightSignaturesVerify(SigningMode mode) {
        String token = token(ALICE).signedWith(mode).build();
        boolean published = switch (mode) {
            case RS256, RS256_OTHER_PUBLISHED_KEY, RS384, RS512, PS256 -> true;
            default -> false;
        };
        assertThat(client.verifies(token, CONTOSO)).isEqualTo(published);
        String alg = Browserless.header(token).get("alg").asText();
        assertThat(alg)
                .isEqualTo(
                        switch (mode) {
                            case RS384, RS512, PS256, ES256 -> mode.name();
                            case HS256_WITH_PUBLIC_KEY -> "HS256";
                            case NONE -> "none";
                            default -> "RS256";
                        });
    }

    @Test
    void everyClaimAndHeaderCanBeChanged() {
        String token = token(ALICE)
                .audience("someone-else")
                .issuer("https://evil.example")
                .tenantId(FABRIKAM)
                .client("other-client")
                .scp("x y")
                .roles("A", "B")
                .groups("g1")
                .withoutClaim("uti")
                .claim("extra", List.of(1, 2))
                .header("typ", "at+jwt")
                .withoutHeader("kid")
                .build();
        JsonNode claims = Browserless.claims(token);
        assertThat(claims.get("aud").asText()).isEqualTo("someone-else");
        assertThat(claims.get("iss").asText()).isEqualTo("https://evil.example");
        assertThat(claims.get("tid").asText()).isEqualTo(FABRIKAM);
        assertThat(claims.get("azp").asText()).isEqualTo("other-client");
        assertThat(claims.get("scp").asText()).isEqualTo("x y");
        assertThat(texts(claims.get("roles"))).containsExactly("A", "B");
        assertThat(texts(claims.get("groups"))).containsExactly("g1");
        assertThat(claims.has("uti")).isFalse();
        assertThat(claims.get("extra").get(1).asInt()).isEqualTo(2);
        assertThat(names(Browserless.header(token))).containsExactly("typ", "alg");
        assertThat(Browserless.header(token).get("typ").asText()).isEqualTo("at+jwt");
    }

    @Test
    void timeCanBeWrong() {
        Instant now = entra.clock().instant();
        assertThat(Browserless.claims(token(ALICE).expired().build()).get("exp").asLong())
                .isLessThan(now.getEpochSecond());
        assertThat(Browserless.claims(token(ALICE).notYetValid().build())
                        .get("nbf")
                        .asLong())
                .isGreaterThan(now.getEpochSecond());
    }

    @Test
    void keysSurviveARestart() {
        String token = token(ALICE).build();
        Settings kept = Settings.of(entra.directory())
                .withKeys(SigningKeys.importPem(entra.keys().exportPem()));
        try (EntraEmulator next = EntraEmulator.start(kept)) {
            assertThat(new Browserless(next).verifies(token, CONTOSO)).isTrue();
        }
    }

    @Test
    void aBrokenKeyFileIsRefusedWithTheFix() {
        String pem = entra.keys().exportPem();
        assertThatThrownBy(() -> SigningKeys.importPem(pem.substring(0, 900)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Delete it to get new keys");
        assertThatThrownBy(() -> SigningKeys.importPem(""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Delete it to get new keys");
    }

    @Test
    void unknownNamesAreRefused() {
        assertThatThrownBy(() -> entra.tokens().userToken("nobody@contoso.example", NATIVE_CLIENT, API))
                .hasMessageContaining("nobody@contoso.example");
        assertThatThrownBy(() -> entra.tokens().userToken(ALICE.oid(), "no-client", API))
                .hasMessageContaining("no-client");
        assertThatThrownBy(() -> entra.tokens().userToken(ALICE.oid(), NATIVE_CLIENT, "no-api"))
                .hasMessageContaining("no-api");
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>();
        node.forEach(value -> texts.add(value.asText()));
        return texts;
    }
}
