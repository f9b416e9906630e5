package dev.ostiary.gateway.server.identity;

import static dev.ostiary.gateway.server.identity.Snapshots.PUBLIC_URL;
import static dev.ostiary.gateway.server.identity.Tenants.ANNA;
import static dev.ostiary.gateway.server.identity.Tenants.BEN;
import static dev.ostiary.gateway.server.identity.Tenants.CLI;
import static dev.ostiary.gateway.server.identity.Tenants.DAEMON;
import static dev.ostiary.gateway.server.identity.Tenants.GATEWAY;
import static dev.ostiary.gateway.server.identity.Tenants.READERS;
import static dev.ostiary.gateway.server.identity.Tenants.WRITERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.entra.emulator.token.TokenBuilder;
import dev.ostiary.entra.emulator.token.TokenMint;
import dev.ostiary.gateway.config.AuthorizationSettings.EntraTokens;
import dev.ostiary.gateway.server.identity.Authentication.Authenticated;
import dev.ostiary.gateway.server.identity.Authentication.Rejected;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in, and what is known of them; with tokens of a running emulator. */
class EntraAuthenticatorTest {

    private Gateway gateway;

    @BeforeEach
    void start() {
        gateway = Gateway.start();
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private TokenBuilder anna(String... scopes) {
        return gateway.entra.tokens().userToken(ANNA, CLI, GATEWAY, scopes);
    }

    private Principal accepted(String route, String token) {
        Authentication answer = gateway.authenticate(route, token);
        assertThat(answer).isInstanceOf(Authenticated.class);
        return ((Authenticated) answer).principal();
    }

    private String refused(String route, String token) {
        Authentication answer = gateway.authenticate(route, token);
        assertThat(answer).isInstanceOf(Rejected.class);
        return ((Rejected) answer).auditReason();
    }

    @Test
    void aUsersTokenNamesThePrincipal() {
        Instant exp = Instant.ofEpochSecond(gateway.time.wallMillis() / 1000 + 600);
        Principal anna = accepted(
                "notes",
                anna("mcp.notes", "mcp.mail")
                        .claim("uti", "token-id")
                        .expiresAt(exp)
                        .roles("b", "a")
                        .build());

        assertThat(anna.key()).isEqualTo(Tenants.OURS + "/" + ANNA);
        assertThat(anna.subject()).isEqualTo(TokenMint.pairwiseSubject(GATEWAY, Tenants.OURS, ANNA));
        assertThat(anna.clientId()).isEqualTo(CLI);
        assertThat(anna.application()).isFalse();
        assertThat(anna.scopes()).containsExactly("mcp.notes", "mcp.mail");
        assertThat(anna.roles()).containsExactly("a", "b");
        assertThat(anna.groups()).containsExactly(READERS);
        assertThat(anna.expires()).isEqualTo(exp);
        assertThat(anna.tokenId()).isEqualTo("token-id");
    }

    @Test
    void onlyTheConfiguredClaimsAreExposedBesideTheFixedOnes() {
        gateway.use(gateway.standard()
                .claims("department", "oid", "preferred_username")
                .build());
        Principal anna = accepted(
                "notes",
                anna("mcp.notes")
                        .claim("department", Map.of("name", "R&D"))
                        .claim("salary", 1)
                        .build());

        assertThat(anna.claims().fieldNames())
                .toIterable()
                .containsExactly(
                        "tid", "oid", "sub", "azp", "scp", "roles", "groups", "department", "preferred_username");
        assertThat(anna.claims().path("department").path("name").textValue()).isEqualTo("R&D");
        assertThat(anna.claims().path("oid").textValue()).isEqualTo(ANNA);
        assertThat(anna.claims().path("groups").get(0).textValue()).isEqualTo(READERS);
    }

    @Test
    void identifiersAreLowerCaseWhateverTheTokenWrites() {
        Principal anna = accepted(
                "notes",
                anna("mcp.notes")
                        .claim("oid", ANNA.toUpperCase(Locale.ROOT))
                        .groups(READERS.toUpperCase(Locale.ROOT), READERS, WRITERS.toUpperCase(Locale.ROOT))
                        .build());
        assertThat(anna.objectId()).isEqualTo(ANNA);
        assertThat(anna.groups()).containsExactly(READERS, WRITERS);
    }

    @ParameterizedTest
    @ValueSource(strings = {GATEWAY, "api://" + GATEWAY})
    void aV1TokenMayNameTheRegistrationOrItsDefaultUri(String audience) {
        Principal anna = accepted(
                "notes", anna("mcp.notes").version(1).audience(audience).build());
        assertThat(anna.clientId()).isEqualTo(CLI);
        assertThat(anna.claims().path("azp").textValue()).isEqualTo(CLI);
    }

    @Test
    void theV1IssuerIsTheConfiguredOne() {
        String token = anna("mcp.notes").version(1).build();
        gateway.use(gateway.standard().sts("https://sts.chinacloudapi.cn").build());
        assertThat(refused("notes", token)).isEqualTo("WrongIssuer");
    }

    @Test
    void anApplicationWithTheRoleIsAcceptedOnEveryRoute() {
        String token = gateway.entra.tokens().appToken(DAEMON, GATEWAY).build();
        Principal daemon = accepted("notes", token);
        assertThat(daemon.application()).isTrue();
        assertThat(daemon.roles()).containsExactly("Mcp.Call");
        assertThat(accepted("mail", token)).isEqualTo(daemon);
    }

    @Test
    void anApplicationIsRefusedUnlessRolesAreConfigured() {
        gateway.use(gateway.standard()
                .tokens(new EntraTokens(List.of(CLI, DAEMON), null, List.of()))
                .build());
        String token = gateway.entra.tokens().appToken(DAEMON, GATEWAY).build();
        assertThat(refused("notes", token)).isEqualTo("AppOnlyNotAccepted");
    }

    @Test
    void anApplicationNeedsToBeListedAsAClientToo() {
        gateway.use(gateway.standard()
                .tokens(new EntraTokens(List.of(CLI), null, List.of("Mcp.Call")))
                .build());
        String token = gateway.entra.tokens().appToken(DAEMON, GATEWAY).build();
        assertThat(refused("notes", token)).isEqualTo("ClientNotAccepted");
    }

    @Test
    void aUsersAppRoleDoesNotReplaceTheScope() {
        String token = gateway.entra
                .tokens()
                .userToken(BEN, CLI, GATEWAY, "mcp.mail")
                .roles("Mcp.Call")
                .build();
        assertThat(refused("notes", token)).isEqualTo("ScopeMissing");
    }

    @Test
    void oneScopeForAllRoutesReplacesTheScopeOfEachRoute() {
        gateway.use(gateway.standard()
                .tokens(new EntraTokens(List.of(CLI), "mcp.all", List.of()))
                .build());
        String token = anna("mcp.all").build();
        accepted("notes", token);
        accepted("mail", token);
        assertThat(gateway.authenticate("notes", anna("mcp.notes").build()))
                .isInstanceOfSatisfying(Rejected.class, rejected -> {
                    assertThat(rejected.error()).isEqualTo("insufficient_scope");
                    assertThat(rejected.scope()).isEqualTo(GATEWAY + "/mcp.all");
                });
    }

    @Test
    void noEntraTokenIsAcceptedUnlessConfigured() {
        gateway.use(gateway.standard().tokens(null).facade().build());
        assertThat(refused("notes", anna("mcp.notes").build())).isEqualTo("EntraTokensNotAccepted");
    }

    @Test
    void withoutClientsInTheListNobodyIsAccepted() {
        gateway.use(gateway.standard()
                .tokens(new EntraTokens(List.of(), null, List.of()))
                .build());
        assertThat(refused("notes", anna("mcp.notes").build())).isEqualTo("ClientNotAccepted");
    }

    @Test
    void groupsThatWereLeftOutDoNotMatterWhereNoPolicyAsksForThem() {
        String token = anna("mcp.notes", "mcp.mail").overage().build();
        Principal anna = accepted("mail", token);
        assertThat(anna.groups()).isEmpty();
        assertThat(refused("notes", token)).isEqualTo("GroupsOverage");
    }

    @Test
    void groupsThatWereLeftOutMatterWherePoliciesUseGroupsWithoutNamingThem() {
        gateway.use(gateway.standard().routeWithDynamicGroups("wiki").build());
        assertThat(refused("wiki", anna("mcp.wiki").overage().build())).isEqualTo("GroupsOverage");
    }

    @Test
    void anEmptyListOfGroupsIsNotTheSameAsOneLeftOut() {
        assertThat(accepted("notes", anna("mcp.notes").groups().build()).groups())
                .isEmpty();
        assertThat(accepted("notes", anna("mcp.notes").claim("hasgroups", false).build())
                        .groups())
                .containsExactly(READERS);
    }

    @Test
    void equalPrincipalsHaveOneCacheKeyAndDifferentOnesHaveDifferentKeys() {
        String key = accepted("notes", anna("mcp.notes").build()).cacheKey();
        assertThat(accepted(
                                "notes",
                                anna("mcp.notes")
                                        .lifetime(Duration.ofMinutes(5))
                                        .build())
                        .cacheKey())
                .isEqualTo(key);
        assertThat(accepted("notes", anna("mcp.notes", "mcp.mail").build()).cacheKey())
                .isNotEqualTo(key);
        assertThat(accepted("notes", anna("mcp.notes").roles("x").build()).cacheKey())
                .isNotEqualTo(key);
        assertThat(accepted("notes", anna("mcp.notes").groups().build()).cacheKey())
                .isNotEqualTo(key);
        assertThat(accepted("notes", anna("mcp.notes").groups(WRITERS, READERS).build())
                        .cacheKey())
                .isEqualTo(accepted(
                                "notes",
                                anna("mcp.notes").groups(READERS, WRITERS).build())
                        .cacheKey());
    }

    @Test
    void aTokenAcceptedOnOneRouteIsStillCheckedOnTheOther() {
        String token = anna("mcp.notes").build();
        accepted("notes", token);
        assertThat(refused("mail", token)).isEqualTo("ScopeMissing");
    }

    @Test
    void aCachedTokenIsJudgedByTheSettingsOfToday() {
        String token = anna("mcp.notes").claim("department", "R&D").build();
        accepted("notes", token);

        gateway.use(gateway.standard()
                .tokens(new EntraTokens(List.of(Tenants.VS_CODE), null, List.of()))
                .build());
        assertThat(refused("notes", token)).isEqualTo("ClientNotAccepted");

        gateway.use(gateway.standard().client(Tenants.OTHER_API).build());
        assertThat(refused("notes", token)).isEqualTo("WrongAudience");

        gateway.use(gateway.standard().claims("department").build());
        assertThat(accepted("notes", token).claims().has("department")).isTrue();

        gateway.use(gateway.standard().build());
        assertThat(accepted("notes", token).claims().has("department")).isFalse();
    }

    @Test
    void aCachedTokenOfOneTenantIsNothingToAnother() {
        String token = anna("mcp.notes").build();
        accepted("notes", token);
        gateway.use(gateway.standard().tenant(Tenants.THEIRS).build());
        gateway.awaitKeys();
        assertThat(refused("notes", token)).isEqualTo("WrongTenant");
    }

    @Test
    void aReloadThatChangesNothingKeepsKeysAndCache() {
        String token = anna("mcp.notes").build();
        Authentication before = gateway.authenticate("notes", token);
        gateway.use(gateway.standard().build());
        // The very same principal: it was not validated again.
        assertThat(((Authenticated) gateway.authenticate("notes", token)).principal())
                .isSameAs(((Authenticated) before).principal());
    }

    @Test
    void aTokenIsGoodUntilItsLastMillisecondAndNotAfter() {
        long end = gateway.time.wallMillis() / 1000 + 600;
        String token = anna("mcp.notes").expiresAt(Instant.ofEpochSecond(end)).build();
        accepted("notes", token);

        gateway.time.advance(Duration.ofMillis(end * 1000 - gateway.time.wallMillis() - 1));
        accepted("notes", token);
        gateway.time.advance(Duration.ofMillis(1));
        assertThat(refused("notes", token)).isEqualTo("Expired");
        assertThat(refused(
                        "notes",
                        anna("mcp.notes").expiresAt(Instant.ofEpochSecond(end)).build()))
                .isEqualTo("Expired");
    }

    @Test
    void aClockThatIsSlowByAMinuteStillAcceptsFreshTokens() {
        Instant now = Instant.ofEpochMilli(gateway.time.wallMillis());
        accepted(
                "notes",
                anna("mcp.notes")
                        .issuedAt(now.plusSeconds(EntraClaims.CLOCK_SKEW_SECONDS))
                        .build());
        assertThat(refused(
                        "notes",
                        anna("mcp.notes")
                                .issuedAt(now.plusSeconds(EntraClaims.CLOCK_SKEW_SECONDS + 1))
                                .build()))
                .isEqualTo("NotYetValid");
    }

    @Test
    void aRequestWithoutATokenIsAskedToSignIn() {
        assertThat(gateway.authenticateHeaders("notes", List.of()))
                .isEqualTo(new Rejected(
                        401, null, "sign in to use this server", PUBLIC_URL + "/notes/mcp.notes", "NoToken"));
    }

    @Test
    void twoTokensAreABadRequest() {
        assertThat(gateway.authenticateHeaders("notes", List.of("Bearer a", "Bearer b")))
                .isInstanceOfSatisfying(Rejected.class, rejected -> {
                    assertThat(rejected.status()).isEqualTo(400);
                    assertThat(rejected.error()).isEqualTo("invalid_request");
                });
    }

    @Test
    void aRouteOfAnotherConfigurationIsAProgrammingError() {
        var foreign = Snapshots.route(gateway.standard().route("wiki").build(), "wiki");
        assertThatThrownBy(() -> gateway.authenticator.tryNow(foreign, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
