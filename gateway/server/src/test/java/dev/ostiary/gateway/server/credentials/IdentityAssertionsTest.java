package dev.ostiary.gateway.server.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.SessionSettings;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.config.UpstreamAuth;
import dev.ostiary.gateway.server.entra.ManualTime;
import dev.ostiary.gateway.server.identity.Principal;
import dev.ostiary.gateway.server.keys.SigningKeys;
import java.net.URI;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What an assertion says, and what it leaves out. */
class IdentityAssertionsTest {

    private final KeyRing ring = KeyRing.generate(new SecureRandom(), Instant.now());

    private final ManualTime time = new ManualTime();
    private final IdentityAssertions assertions = new IdentityAssertions(
            URI.create("https://mcp.example.com"),
            List.of("department", "iss"),
            new SigningKeys(ring, KeyRing.Purpose.ASSERTION),
            time);

    private static List<String> groups(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "00000000-0000-4000-8000-%012d".formatted(i))
                .toList();
    }

    private Principal principal(List<String> groups, List<String> roles, ObjectNode claims) {
        return new Principal(
                "tenant",
                "anna",
                "anna",
                "client",
                false,
                List.of(),
                roles,
                groups,
                claims,
                Instant.ofEpochMilli(time.wallMillis()).plusSeconds(3600),
                Integer.toHexString(List.of(groups, roles, claims).hashCode()));
    }

    private static Route route(String uid, boolean dynamicGroups, List<String> named) {
        return new Route(
                "notes",
                new ResourceName("mcp", "notes"),
                uid,
                "notes",
                null,
                new Upstream(URI.create("http://notes/mcp"), Upstream.Transport.STREAMABLE_HTTP, false),
                new UpstreamAuth.IdentityAssertion(),
                new RoutePolicies(
                        RoutePolicies.Evaluation.FORBID_ERRORS_DENY,
                        RoutePolicies.Numbers.NATIVE,
                        List.of(),
                        List.of(),
                        "[]",
                        named,
                        dynamicGroups),
                List.of(),
                SessionSettings.DEFAULT);
    }

    private JWTClaimsSet claims(Principal principal, Route route) throws ParseException {
        return SignedJWT.parse(assertions.of(principal, route)).getJWTClaimsSet();
    }

    @Test
    void onlyGroupsThatPoliciesNameAreTold() throws Exception {
        Principal anna = principal(groups(3), List.of("Writer"), JsonNodeFactory.instance.objectNode());
        JWTClaimsSet told = claims(anna, route("a", false, groups(2)));
        assertThat(told.getStringListClaim("groups")).isEqualTo(groups(2));
        assertThat(told.getStringListClaim("roles")).containsExactly("Writer");
        assertThat(claims(anna, route("b", true, List.of())).getStringListClaim("groups"))
                .isEqualTo(groups(3));
        assertThat(claims(anna, route("c", false, List.of())).getStringListClaim("groups"))
                .isEmpty();
    }

    @Test
    void whatIsTooLongIsLeftOutWholeAndNamed() throws Exception {
        ObjectNode long_ = JsonNodeFactory.instance.objectNode().put("department", "x".repeat(5_000));
        JWTClaimsSet told = claims(principal(groups(200), groups(200), long_), route("a", false, groups(200)));
        assertThat(told.getClaim("groups")).isNull();
        assertThat(told.getClaim("roles")).isNull();
        assertThat(told.getClaim("claims")).isNull();
        assertThat(told.getStringListClaim("omitted")).containsExactlyInAnyOrder("groups", "roles", "claims");
    }

    @Test
    void theLongestAssertionFitsIntoAHeaderBlockOf8Kilobytes() {
        ObjectNode most = JsonNodeFactory.instance.objectNode().put("department", "x".repeat(1_500));
        assertThat(assertions.of(principal(groups(39), groups(39), most), route("a", true, List.of())))
                .hasSizeLessThan(7_500);
    }

    @Test
    void onlyAllowedClaimsAreToldAndNoneCanPassForOneOfTheGateways() throws Exception {
        ObjectNode claims = JsonNodeFactory.instance
                .objectNode()
                .put("department", "Legal")
                .put("iss", "https://evil.example")
                .put("salary", 1);
        JWTClaimsSet told = claims(principal(List.of(), List.of(), claims), route("a", false, List.of()));
        assertThat(told.getIssuer()).isEqualTo("https://mcp.example.com");
        assertThat(told.getJSONObjectClaim("claims"))
                .containsEntry("department", "Legal")
                .containsEntry("iss", "https://evil.example")
                .doesNotContainKey("salary");
    }

    @Test
    void anAssertionIsUsedForHalfItsLifeAndNeverForAnotherWorkload() throws Exception {
        Principal anna = principal(List.of(), List.of(), JsonNodeFactory.instance.objectNode());
        Route notes = route("a", false, List.of());
        String first = assertions.of(anna, notes);
        time.advance(Duration.ofSeconds(29));
        assertThat(assertions.of(anna, notes)).isEqualTo(first);
        assertThat(assertions.of(anna, route("made-anew", false, List.of()))).isNotEqualTo(first);
        time.advance(Duration.ofSeconds(2));
        String second = assertions.of(anna, notes);
        assertThat(second).isNotEqualTo(first);
        assertThat(SignedJWT.parse(second).getJWTClaimsSet().getJWTID())
                .isNotEqualTo(SignedJWT.parse(first).getJWTClaimsSet().getJWTID());
    }

    @Test
    void theHeaderSaysWhatItIsAndWhichKeySignedIt() throws Exception {
        SignedJWT jwt = SignedJWT.parse(assertions.of(
                principal(List.of(), List.of(), JsonNodeFactory.instance.objectNode()), route("a", false, List.of())));
        assertThat(jwt.getHeader().getType()).hasToString("ostiary-assertion+jwt");
        assertThat(jwt.getHeader().getAlgorithm()).hasToString("ES256");
        assertThat(jwt.getHeader().getKeyID())
                .isEqualTo(ring.active(KeyRing.Purpose.ASSERTION).id());
    }
}
