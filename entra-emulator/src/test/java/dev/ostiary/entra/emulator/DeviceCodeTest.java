package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.Flow.READ;
import static dev.ostiary.entra.emulator.Flow.refused;
import static dev.ostiary.entra.emulator.SampleDirectories.ALICE;
import static dev.ostiary.entra.emulator.SampleDirectories.NATIVE_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.entra.emulator.oauth.OpenPoints;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DeviceCodeTest {

    private EntraEmulator entra;
    private Flow flow;

    @BeforeEach
    void start() {
        entra = Flow.start();
        flow = new Flow(entra);
    }

    @AfterEach
    void stop() {
        entra.close();
    }

    private JsonNode begin(String client) {
        HttpResponse<String> response = flow.http.post(
                "/" + Flow.TENANT + "/oauth2/v2.0/devicecode",
                Browserless.params("client_id", client, "scope", "offline_access " + READ));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Browserless.json(response);
    }

    private HttpResponse<String> poll(JsonNode begun, String client) {
        return flow.token(Browserless.params(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:device_code",
                "client_id",
                client,
                "device_code",
                begun.get("device_code").asText()));
    }

    private HttpResponse<String> page(String... fields) {
        return flow.http.post("/devicelogin", Browserless.params(fields));
    }

    @Test
    @DisplayName("the answer has the documented members and a nine-character code [O, D v2-oauth2-device-code.md]")
    void theAnswer() {
        JsonNode begun = begin(NATIVE_CLIENT);
        assertThat(Flow.names(begun))
                .containsExactly("user_code", "device_code", "verification_uri", "expires_in", "interval", "message");
        assertThat(begun.get("user_code").asText()).hasSize(9);
        assertThat(begun.get("expires_in").asInt()).isEqualTo(900);
        assertThat(begun.get("message").asText())
                .contains(begun.get("user_code").asText());
    }

    @Test
    @DisplayName("polling is authorization_pending until the user has signed in, then works once [O, D]")
    void pollingUntilSignedIn() {
        JsonNode begun = begin(NATIVE_CLIENT);
        refused(poll(begun, NATIVE_CLIENT), 400, "authorization_pending", 70016);
        assertThat(flow.http.get("/devicelogin").body()).contains("<label for=\"code\">");
        String typed = begun.get("user_code").asText().toLowerCase(Locale.ROOT);
        assertThat(page("user_code", typed).body()).contains("Pick a user");
        assertThat(page("user_code", typed, "_user", ALICE.oid()).body()).contains("You have signed in");
        HttpResponse<String> done = poll(begun, NATIVE_CLIENT);
        assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
        assertThat(Browserless.json(done).has("refresh_token")).isTrue();
        refused(poll(begun, NATIVE_CLIENT), 400, "bad_verification_code", 70018);
    }

    @Test
    @DisplayName(
            "polling too often is slow_down where that is switched on, and five seconds more from then on [RFC 8628 §3.5]")
    void pollingTooOften() {
        entra.close();
        entra = EntraEmulator.start(Settings.of(SampleDirectories.contosoAndFabrikam())
                .withKeys(Flow.KEYS)
                .withOpenPoints(OpenPoints.CONTRARY));
        flow = new Flow(entra);
        JsonNode begun = begin(NATIVE_CLIENT);
        refused(poll(begun, NATIVE_CLIENT), 400, "authorization_pending", 70016);
        refused(poll(begun, NATIVE_CLIENT), 400, "slow_down", 70016);
        entra.clock().advance(Duration.ofSeconds(6));
        refused(poll(begun, NATIVE_CLIENT), 400, "slow_down", 70016);
        entra.clock().advance(Duration.ofSeconds(16));
        refused(poll(begun, NATIVE_CLIENT), 400, "authorization_pending", 70016);
        page("user_code", begun.get("user_code").asText(), "_user", ALICE.oid());
        assertThat(poll(begun, NATIVE_CLIENT).statusCode()).isEqualTo(200);
    }

    @Test
    @DisplayName("declining, expiry and unknown codes have their errors [D v2-oauth2-device-code.md]")
    void declinedExpiredUnknown() {
        JsonNode declined = begin(NATIVE_CLIENT);
        page("user_code", declined.get("user_code").asText(), "_action", "cancel");
        assertThat(Browserless.json(poll(declined, NATIVE_CLIENT)).get("error").asText())
                .isEqualTo("authorization_declined");
        JsonNode late = begin(NATIVE_CLIENT);
        entra.clock().advance(Duration.ofMinutes(16));
        assertThat(Browserless.json(poll(late, NATIVE_CLIENT)).get("error").asText())
                .isEqualTo("expired_token");
        assertThat(page("user_code", late.get("user_code").asText(), "_user", ALICE.oid())
                        .body())
                .contains("That code didn&#39;t work".replace("&#39;", "'"));
    }

    @Test
    @DisplayName("without \"Allow public client flows\" polling is AADSTS7000218 [D reference-error-codes.md]")
    void publicClientFlowsMustBeAllowed() {
        JsonNode begun = begin(SampleDirectories.UNCONSENTED_CLIENT);
        refused(poll(begun, SampleDirectories.UNCONSENTED_CLIENT), 401, "invalid_client", 7000218);
    }

    @Test
    void missingParametersAreNamed() {
        refused(
                flow.http.post("/" + Flow.TENANT + "/oauth2/v2.0/devicecode", Map.of("client_id", NATIVE_CLIENT)),
                400,
                "invalid_request",
                900144);
    }
}
