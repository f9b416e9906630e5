package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.UpstreamAuth;
import dev.ostiary.gateway.server.credentials.AssertionKeys;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a workload with {@code upstreamAuth: IdentityAssertion} gets, and what it can do with it. */
class IdentityAssertionTest extends GatewayScenario {

    private static final String HEADER = "Ostiary-assertion";

    private static int uid;

    /** Another UID is another workload, of which nothing is known. */
    @BeforeEach
    void bothWorkloadsAreShownAssertions() {
        uid++;
        apply();
    }

    private void apply() {
        gateway.apply(
                asserted(GatewayFixture.with(notes(), "uid-" + uid, notes().upstream(), notes().policies(), List.of())),
                asserted(gateway.route("other", policies())));
    }

    private static Route asserted(Route route) {
        return GatewayFixture.shown(route, new UpstreamAuth.IdentityAssertion());
    }

    @Test
    void theWorkloadLearnsWhoCallsFromAnAssertionThatItCanCheck() throws Exception {
        assertThat(gateway.post("anna", "notes", READ).body()).contains("\"result\"");
        JWTClaimsSet claims = verified(assertion(), "notes", null);
        assertThat(claims.getIssuer()).isEqualTo(gateway.publicUrl());
        assertThat(claims.getAudience()).containsExactly("urn:ostiary:workload:mcp/notes");
        assertThat(claims.getSubject()).isEqualTo(DemoDirectory.ANNA);
        assertThat(claims.getStringClaim("oid")).isEqualTo(DemoDirectory.ANNA);
        assertThat(claims.getStringClaim("tid")).isEqualTo(DemoDirectory.TENANT_ID);
        assertThat(claims.getStringClaim("client_id")).isEqualTo(FirstPartyApps.AZURE_CLI_ID);
        assertThat(claims.getStringClaim("idtyp")).isEqualTo("user");
        assertThat(claims.getStringListClaim("groups")).containsExactly(DemoDirectory.READERS);
        assertThat(claims.getStringListClaim("roles")).isEmpty();
        assertThat(claims.getClaim("omitted")).isNull();
        assertThat(claims.getStringClaim("route")).isEqualTo("notes");
        assertThat(claims.getStringClaim("workload_uid")).isEqualTo("uid-" + uid);
        assertThat(claims.getJWTID()).isNotEmpty();
        assertThat(claims.getExpirationTime().toInstant())
                .isEqualTo(claims.getIssueTime().toInstant().plusSeconds(60));
    }

    @Test
    void everyRequestToTheWorkloadBearsOneAlsoThoseOfTheGatewayItself() throws Exception {
        String session = gateway.initialize("anna", "notes");
        inSession("anna", session, READ);
        Events events = gateway.listen("anna", "notes", session);
        await().until(() -> gateway.workload.received().stream()
                .anyMatch(request -> request.method().equals("GET")));
        events.close();
        gateway.http.send(
                gateway.request("anna", "notes")
                        .header("Mcp-Session-Id", session)
                        .DELETE()
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        List<Workload.Received> received = gateway.workload.received();
        assertThat(received).extracting(Workload.Received::method).contains("POST", "GET", "DELETE");
        assertThat(received).extracting(Workload.Received::rpc).contains("tools/list", "tools/call");
        for (Workload.Received request : received) {
            assertThat(request.header(HEADER)).hasSize(1);
            verified(request.header(HEADER).getFirst(), "notes", null);
        }
    }

    @Test
    void nothingOfTheCallersTokenAndNothingThatTheCallerClaimsReachesTheWorkload() throws Exception {
        String forged = "eyJhbGciOiJub25lIn0.e30.";
        gateway.post("anna", "notes", READ, "Ostiary-Assertion", forged, "Cookie", "a=b", "X-Forwarded-User", "root");
        assertThat(gateway.workload.received()).isNotEmpty().allSatisfy(request -> {
            assertThat(request.header(HEADER)).hasSize(1).doesNotContain(forged);
            assertThat(request.header("Authorization")).isEmpty();
            assertThat(request.header("Cookie")).isEmpty();
            assertThat(request.header("X-forwarded-user")).isEmpty();
        });
        gateway.workload.received().clear();
        gateway.apply(notes(), gateway.route("other"));
        gateway.post("anna", "notes", READ, "Ostiary-Assertion", forged);
        assertThat(gateway.workload.received())
                .isNotEmpty()
                .allSatisfy(request -> assertThat(request.header(HEADER)).isEmpty());
    }

    @Test
    void anAssertionIsForOneWorkloadAndNotForLong() throws Exception {
        gateway.post("anna", "notes", LIST);
        String forNotes = assertion();
        assertThatThrownBy(() -> verified(forNotes, "other", null)).hasMessageContaining("aud");
        Instant later = Instant.now().plusSeconds(61);
        assertThatThrownBy(() -> verified(forNotes, "notes", later)).hasMessageContaining("xpired");
        gateway.workload.received().clear();
        gateway.post("anna", "other", LIST);
        assertThatThrownBy(() -> verified(assertion(), "notes", null)).hasMessageContaining("aud");
    }

    @Test
    void noAssertionIsAnAccessToken() throws Exception {
        gateway.post("anna", "notes", LIST);
        HttpResponse<String> refused = gateway.http.send(
                gateway.request("", "notes")
                        .header("Authorization", "Bearer " + assertion())
                        .POST(java.net.http.HttpRequest.BodyPublishers.ofString(LIST))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(401);
    }

    @Test
    void callsOfOneUserShareAnAssertionAndThoseOfTwoDoNot() throws Exception {
        gateway.post("anna", "notes", LIST);
        gateway.post("anna", "notes", LIST);
        gateway.post("ben", "notes", LIST);
        List<String> shown = gateway.workload.received().stream()
                .map(request -> request.header(HEADER).getFirst())
                .toList();
        assertThat(shown).hasSize(3);
        assertThat(shown.get(1)).isEqualTo(shown.get(0));
        assertThat(verified(shown.get(2), "notes", null).getSubject()).isEqualTo(DemoDirectory.BEN);
    }

    @Test
    void eachCallerHasACatalogueOfTheirOwn() throws Exception {
        gateway.post("anna", "notes", READ);
        gateway.post("ben", "notes", READ);
        assertThat(gateway.workload.received().stream()
                        .filter(request -> request.rpc().equals("tools/list")))
                .hasSize(2);
    }

    @Test
    void withoutAKeyTheWorkloadIsNotCalled() throws Exception {
        KeyRing whole = gateway.keys;
        gateway.keys = new KeyRing(
                whole.version() + 1,
                whole.keys().stream()
                        .filter(key -> key.purpose() != KeyRing.Purpose.ASSERTION)
                        .toList());
        try {
            apply();
            HttpResponse<String> failed = gateway.post("anna", "notes", LIST);
            assertThat(failed.statusCode()).isEqualTo(502);
            assertThat(failed.body()).contains("no credential").contains("correlationId");
            assertThat(gateway.workload.received()).isEmpty();
        } finally {
            gateway.keys = whole;
        }
    }

    @Test
    void aKeyOfAnotherGatewaySignsNothingThatHolds() throws Exception {
        gateway.post("anna", "notes", LIST);
        String assertion = assertion();
        JWKSet foreign = JWKSet.parse(AssertionKeys.jwks(KeyRing.generate(new SecureRandom(), Instant.now())));
        assertThatThrownBy(() -> verified(assertion, "notes", null, foreign)).isInstanceOf(Exception.class);
    }

    private String assertion() {
        return gateway.workload.received().getLast().header(HEADER).getFirst();
    }

    private JWTClaimsSet verified(String assertion, String workload, @Nullable Instant now) throws Exception {
        return verified(assertion, workload, now, publishedKeys());
    }

    private JWKSet publishedKeys() throws ParseException {
        JWKSet keys = JWKSet.parse(AssertionKeys.jwks(gateway.keys));
        assertThat(keys.containsNonPublicKeys()).isFalse();
        return keys;
    }

    /** As docs/workload-credentials.md tells workloads to check assertions. */
    private JWTClaimsSet verified(String assertion, String workload, @Nullable Instant now, JWKSet keys)
            throws Exception {
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("ostiary-assertion+jwt")));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.ES256, new ImmutableJWKSet<>(keys)));
        DefaultJWTClaimsVerifier<SecurityContext> rules =
                new DefaultJWTClaimsVerifier<>(
                        "urn:ostiary:workload:mcp/" + workload,
                        new JWTClaimsSet.Builder().issuer(gateway.publicUrl()).build(),
                        Set.of("sub", "exp", "iat", "jti")) {
                    @Override
                    @SuppressWarnings("JavaUtilDate") // nimbus wants one
                    protected Date currentTime() {
                        return now == null ? super.currentTime() : Date.from(now);
                    }
                };
        rules.setMaxClockSkew(0);
        processor.setJWTClaimsSetVerifier(rules);
        return processor.process(assertion, null);
    }
}
