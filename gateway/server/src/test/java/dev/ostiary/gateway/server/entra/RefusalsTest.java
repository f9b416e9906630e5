package dev.ostiary.gateway.server.entra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.Faults.Fault;
import dev.ostiary.entra.emulator.SampleDirectories;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an administrator and a user learn from Entra's errors. */
class RefusalsTest {

    private static SignInFixture fixture;

    @BeforeAll
    static void start() {
        fixture = SignInFixture.start();
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                50011, 500011, 650053, 650052, 650054, 650056, 650057, 70011, 1002012, 28000, 28002, 28003, 901002,
                9010010, 65001, 65002, 65004, 90094, 90095, 50105, 700016, 7000112, 7000215, 7000222, 7000218, 700025,
                9002325, 9002326, 9002327, 50147, 501491, 501481, 54005, 70008, 700082, 700084, 50173, 70043, 700005,
                9002313, 50076, 50079, 53003, 500131, 50013, 500133, 700211, 700212, 700213, 70021, 90002, 900023,
                50194, 9001023, 50020, 900144, 70003, 90009, 7000114, 700027, 700024, 700021, 5002723, 5002738, 50027,
                90014, 90061, 700229
            })
    void everyNumberThatCanComeIsExplained(int aadsts) {
        AadErrors.Explanation row = AadErrors.explain(aadsts);
        assertThat(row).isNotNull();
        assertThat(row.summary()).endsWith(".").doesNotContain("AADSTS").hasSizeBetween(15, 120);
        assertThat(row.fix()).endsWith(".").hasSizeBetween(10, 200);
        if (row.meaning() == Meaning.MISCONFIGURED
                && !List.of(700024, 900144, 70003, 50147, 501491).contains(aadsts)) {
            assertThat(row.field()).isNotEmpty();
        }
    }

    @Test
    void throttlingIsNoRefusal() {
        assertThat(AadErrors.known()).doesNotContainAnyElementsOf(AadErrors.TRANSIENT);
    }

    @ParameterizedTest
    @CsvSource({
        "50076,SIGN_IN_AGAIN",
        "65001,SIGN_IN_AGAIN",
        "50173,GRANT_ENDED",
        "700082,GRANT_ENDED",
        "53003,USER_REFUSED",
        "50105,USER_REFUSED",
        "7000215,MISCONFIGURED",
        "700016,MISCONFIGURED",
        "50011,MISCONFIGURED",
        "500011,MISCONFIGURED",
        "424242,GRANT_ENDED"
    })
    void whatTheTokenEndpointSaysIsUnderstood(int aadsts, Meaning meaning) {
        EntraSignIn signIn = fixture.use().signIn();
        fixture.entra.faults().arm(Area.TOKEN, new Fault.Aadsts(aadsts, null), 1);
        EntraRefusedException refusal = SignInFixture.refused(() -> signIn.renew("any"));
        assertThat(refusal.meaning()).isEqualTo(meaning);
        assertThat(refusal.diagnosis().code()).isEqualTo("AADSTS" + aadsts);
        assertThat(refusal.diagnosis().entraTraceId()).hasSize(36);
        assertThat(refusal.diagnosis().summary()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {90055, 90033})
    void whatEntraCouldNotDecideIsNoRefusal(int aadsts) {
        try (SignInFixture own = SignInFixture.start()) {
            EntraSignIn signIn = own.use().signIn();
            own.entra.faults().arm(Area.TOKEN, new Fault.Aadsts(aadsts, null), Integer.MAX_VALUE);
            SignInFixture.unavailable(() -> signIn.renew("any"));
            assertThat(own.entra.faults().requests(Area.TOKEN)).isEqualTo(3);
        }
    }

    @Test
    void aClaimsChallengeIsCarried() {
        String claims = "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}";
        EntraSignIn signIn = fixture.use().signIn();
        fixture.entra.faults().arm(Area.TOKEN, new Fault.Aadsts(53003, claims), 1);
        EntraRefusedException refusal = SignInFixture.refused(() -> signIn.renew("any"));
        assertThat(refusal.meaning()).isEqualTo(Meaning.SIGN_IN_AGAIN);
        assertThat(refusal.claims()).isEqualTo(claims);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no JSON", "[]", "{}", "{\"a\":1}{}", "{\"a\":1,\"a\":2}"})
    void aClaimsChallengeThatIsNoneIsLeftOut(String claims) {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("error", "invalid_grant")
                .put("claims", claims);
        assertThat(EntraRefusals.of(body).claims()).isNull();
        body.put("claims", "{\"a\":\"" + "x".repeat(20_000) + "\"}");
        assertThat(EntraRefusals.of(body).claims()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "access_denied,AADSTS65004: User declined to consent to access the app.,USER_REFUSED,AADSTS65004",
        "access_denied,,USER_REFUSED,access_denied",
        "consent_required,AADSTS65001: nobody consented,SIGN_IN_AGAIN,AADSTS65001",
        "login_required,,SIGN_IN_AGAIN,login_required",
        "interaction_required,AADSTS424242: something new,SIGN_IN_AGAIN,AADSTS424242",
        "invalid_client,AADSTS650053: asked for a scope that is not there,MISCONFIGURED,AADSTS650053",
        "invalid_target,AADSTS9010010: The resource,MISCONFIGURED,AADSTS9010010",
        "server_error,,SIGN_IN_AGAIN,server_error",
        "unsupported_response_type,,MISCONFIGURED,unsupported_response_type",
        "'<script>alert(1)</script>',,MISCONFIGURED,unknown_error",
        "'','AADSTS1',MISCONFIGURED,unknown_error",
        "invalid_grant,AADSTS99999999999999999999,GRANT_ENDED,AADSTS99999999"
    })
    void whatComesBackOnTheRedirectIsUnderstood(String error, String description, Meaning meaning, String code) {
        EntraRefusedException refusal = fixture.use().signIn().refusal(error, description);
        assertThat(refusal.meaning()).isEqualTo(meaning);
        assertThat(refusal.diagnosis().code()).isEqualTo(code);
    }

    @Test
    void nothingOfADescriptionIsRepeatedButItsIds() {
        EntraRefusedException refusal = fixture.use()
                .signIn()
                .refusal(
                        "invalid_request",
                        "AADSTS50020: User account 'mallory@evil.example' <b>does not exist</b> Trace ID:"
                                + " 9e8a0bd6-fb1b-45cf-8e00-95c2c73e1400 Correlation ID:"
                                + " 6ce4a5ab-87a1-4985-b06d-5ab08b5fa924 Timestamp: 2023-12-08 21:56:44Z");
        assertThat(refusal.diagnosis().entraTraceId()).isEqualTo("6ce4a5ab-87a1-4985-b06d-5ab08b5fa924");
        assertThat(refusal.toString()).doesNotContain("mallory").doesNotContain("<b>");
    }

    @Test
    void aRealRedirectWithAnErrorIsUnderstood() {
        EntraSignIn signIn = fixture.use().signIn();
        URI url = signIn.authorizationUrl(
                Registrations.CALLBACK, "s", SignInFixture.NONCE, SignInFixture.challenge(), null, "none");
        var page = fixture.get(url);
        var answer = SignInFixture.query(
                URI.create(page.headers().firstValue("Location").orElseThrow()));
        EntraRefusedException refusal = signIn.refusal(answer.get("error"), answer.get("error_description"));
        assertThat(refusal.meaning()).isEqualTo(Meaning.SIGN_IN_AGAIN);
        assertThat(refusal.diagnosis().code()).isEqualTo("AADSTS50058");
    }

    @Test
    void realMistakesInARegistrationAreNamed() {
        AppRegistration off = AppRegistration.builder(Registrations.GATEWAY, "Gateway")
                .secret(Registrations.SECRET)
                .disabled()
                .build();
        try (SignInFixture own = SignInFixture.start(Registrations.directory(off, true))) {
            assertThat(code(own, "any")).isEqualTo("AADSTS7000112");
        }
        assertThat(code(fixture, "any")).startsWith("AADSTS");
        EntraSignIn signIn = fixture.use().signIn();
        SignedIn alice = fixture.signIn(signIn, SampleDirectories.ALICE);
        for (String[] wrong : new String[][] {
            {"api://nowhere/x", "AADSTS500011", "MISCONFIGURED"},
            {"api://downstream/nothing", "AADSTS650053", "MISCONFIGURED"},
            {"api://unconsented/data.read", "AADSTS65001", "SIGN_IN_AGAIN"}
        }) {
            EntraRefusedException refusal = SignInFixture.refused(
                    () -> signIn.redeemFor(alice.refreshToken(), Arrays.asList(wrong[0].split(" "))));
            assertThat(refusal.diagnosis().code()).isEqualTo(wrong[1]);
            assertThat(refusal.meaning().name()).isEqualTo(wrong[2]);
        }
    }

    private static String code(SignInFixture fixture, String refreshToken) {
        return SignInFixture.refused(() -> fixture.use().signIn().renew(refreshToken))
                .diagnosis()
                .code();
    }
}
