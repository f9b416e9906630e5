package dev.ostiary.gateway.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BearerTokenTest {

    @ParameterizedTest
    @ValueSource(strings = {"Bearer a.b.c", "bearer a.b.c", "BEARER   a.b.c", " Bearer a.b.c \t", "Bearer\ta.b.c"})
    void theSchemeIsCaseInsensitiveAndBlanksAroundTheTokenAreNotPartOfIt(String header) {
        assertThat(BearerToken.read(List.of(header))).isEqualTo(new BearerToken.Present("a.b.c"));
    }

    @Test
    void theWholeAlphabetOfAB64TokenIsAccepted() {
        String token = "AZaz09-._~+/==";
        assertThat(BearerToken.read(List.of("Bearer " + token))).isEqualTo(new BearerToken.Present(token));
    }

    @Test
    void noHeaderIsNoToken() {
        assertThat(BearerToken.read(List.of())).isEqualTo(new BearerToken.Absent("NoToken"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic YTpi",
                "Digest username=\"a\", realm=\"b\"",
                "Negotiate abc",
                "Bearers a.b.c",
                "Bear a.b.c",
                "Basic YTpi, Bearer a.b.c",
                "a.b.c"
            })
    void credentialsOfAnotherSchemeAreNoToken(String header) {
        assertThat(BearerToken.read(List.of(header))).isEqualTo(new BearerToken.Absent("OtherAuthorizationScheme"));
    }

    @Test
    void twoHeadersAreMalformedEvenWhenTheyAreEqual() {
        assertThat(BearerToken.read(List.of("Bearer a.b.c", "Bearer a.b.c")))
                .isInstanceOfSatisfying(
                        BearerToken.Malformed.class,
                        malformed -> assertThat(malformed.auditReason()).isEqualTo("SeveralAuthorizationHeaders"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "\t"})
    void anEmptyHeaderIsMalformed(String header) {
        assertThat(BearerToken.read(List.of(header)))
                .isInstanceOfSatisfying(
                        BearerToken.Malformed.class,
                        malformed -> assertThat(malformed.auditReason()).isEqualTo("EmptyAuthorization"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer", "Bearer ", "bearer \t "})
    void aSchemeWithoutATokenIsMalformed(String header) {
        assertThat(BearerToken.read(List.of(header)))
                .isInstanceOfSatisfying(
                        BearerToken.Malformed.class,
                        malformed -> assertThat(malformed.auditReason()).isEqualTo("EmptyToken"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer a.b.c, Bearer d.e.f",
                "Bearer a.b.c,d.e.f",
                "Bearer a.b.c d.e.f",
                "Bearer a.b.c;x=y",
                "Bearer \"a.b.c\"",
                "Bearer token=\"a.b.c\"",
                "Bearer a=b",
                "Bearer ===",
                "Bearer a.b.c\u0000",
                "Bearer a.b.\u00e9",
                "Bearer a.b.c\r\nX: y",
                "Bearer Bearer a.b.c",
                "Bearer a%2Eb%2Ec"
            })
    void anythingButOneTokenIsMalformed(String header) {
        assertThat(BearerToken.read(List.of(header)))
                .isInstanceOfSatisfying(
                        BearerToken.Malformed.class,
                        malformed -> assertThat(malformed.auditReason()).isEqualTo("MalformedAuthorization"));
    }

    @Test
    void aTokenIsAcceptedUpToItsBoundAndNotBeyond() {
        String longest = "a".repeat(BearerToken.MAX_CHARS);
        assertThat(BearerToken.read(List.of("Bearer " + longest))).isEqualTo(new BearerToken.Present(longest));
        assertThat(BearerToken.read(List.of("Bearer " + longest + "a")))
                .isInstanceOfSatisfying(
                        BearerToken.Malformed.class,
                        malformed -> assertThat(malformed.auditReason()).isEqualTo("TokenTooLarge"));
    }

    @Test
    void theTokenDoesNotShowInText() {
        assertThat(BearerToken.read(List.of("Bearer secret-token"))).asString().doesNotContain("secret");
    }
}
