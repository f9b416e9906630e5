package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.Flow.codeParams;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.entra.emulator.oauth.OpenPoints;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenPointsTest {

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("each open point of the fact sheet's section 10 can be switched")
    void openPointsCanBeSwitched(boolean contrary) {
        OpenPoints points = contrary ? OpenPoints.CONTRARY : OpenPoints.LIKELY;
        try (EntraEmulator entra = EntraEmulator.start(Settings.of(SampleDirectories.contosoAndFabrikam())
                .withKeys(Flow.KEYS)
                .withOpenPoints(points))) {
            Flow flow = new Flow(entra);
            Flow.refused(
                    flow.token(codeParams(flow.code(), "client_secret", "x")),
                    points.publicClientStatus(),
                    "invalid_client",
                    700025);
            Map<String, String> unknown = Flow.redirect(flow.authorize(Flow.authorizeParams("scope", "groups")));
            assertThat(unknown).containsEntry("error", points.unknownScopeError());
            assertThat(flow.token(codeParams(flow.code(), "scope", null)).statusCode())
                    .isEqualTo(contrary ? 400 : 200);
            String issuer = flow.http
                    .json("/" + Flow.TENANT + "/discovery/v2.0/keys")
                    .get("keys")
                    .get(0)
                    .get("issuer")
                    .asText();
            assertThat(issuer).isEqualTo(entra.origin() + "/" + (contrary ? Flow.TENANT : "{tenantid}") + "/v2.0");
            entra.faults().arm(Faults.Area.TOKEN, new Faults.Fault.Aadsts(50076, null), 1);
            Flow.refused(
                    flow.token(Map.of("grant_type", "refresh_token")), 400, points.conditionalAccessError(), 50076);
        }
    }

    @Test
    @DisplayName("PKCE can be advertised for clients that insist on it, unlike Entra")
    void pkceCanBeAdvertised() {
        try (EntraEmulator entra = EntraEmulator.start(Settings.of(SampleDirectories.contosoAndFabrikam())
                .withKeys(Flow.KEYS)
                .advertisingPkce())) {
            assertThat(Flow.texts(new Browserless(entra)
                            .json("/" + Flow.TENANT + "/v2.0/.well-known/openid-configuration")
                            .get("code_challenge_methods_supported")))
                    .contains("S256");
        }
    }
}
