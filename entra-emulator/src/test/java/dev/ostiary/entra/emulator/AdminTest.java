package dev.ostiary.entra.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.entra.emulator.token.SigningKeys;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminTest {

    private EntraEmulator entra;
    private Flow flow;

    @BeforeEach
    void start() {
        // A copy: these tests rotate the keys.
        SigningKeys copy = Flow.KEYS.copy();
        entra = EntraEmulator.start(
                Settings.of(SampleDirectories.contosoAndFabrikam()).withKeys(copy));
        flow = new Flow(entra);
    }

    @AfterEach
    void stop() {
        entra.close();
    }

    private HttpResponse<String> admin(String method, String path, String json) {
        return flow.http.send(flow.http
                .to("/_emulator" + path)
                .header("Emulator-Admin", "1")
                .method(method, HttpRequest.BodyPublishers.ofString(json))
                .build());
    }

    private JsonNode done(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Browserless.json(response);
    }

    @Test
    void stateSaysWhatRuns() {
        JsonNode state = done(admin("GET", "", ""));
        assertThat(state.get("origin").asText()).isEqualTo(entra.origin());
        assertThat(state.get("signingKey").asText())
                .isEqualTo(entra.keys().active().kid());
        assertThat(state.get("tenants").get(0).get("users").get(0).asText()).isEqualTo("alice@contoso.example");
    }

    @Test
    void keysAreRotated() {
        String before = entra.keys().active().kid();
        done(admin("POST", "/keys/rotate", "{\"how\":\"emergency\"}"));
        assertThat(entra.keys().find(before)).isNull();
        String next = entra.keys().active().kid();
        done(admin("POST", "/keys/rotate", "{\"how\":\"graceful\"}"));
        assertThat(entra.keys().active().kid()).isNotEqualTo(next);
        assertThat(entra.keys().find(next)).isNotNull();
    }

    @Test
    void theClockIsMoved() {
        assertThat(done(admin("POST", "/clock", "{\"advance\":\"PT1H\"}"))
                        .get("clockOffset")
                        .asText())
                .isEqualTo("PT1H");
        assertThat(done(admin("POST", "/clock", "{\"reset\":true}"))
                        .get("clockOffset")
                        .asText())
                .isEqualTo("PT0S");
        assertThat(done(admin("POST", "/clock", "{\"set\":\"2030-01-01T00:00:00Z\"}"))
                        .get("time")
                        .asText())
                .startsWith("2030-01-01T00:00:0");
    }

    @Test
    void faultsAreArmedAndCleared() {
        String keys = "/common/discovery/v2.0/keys";
        done(admin("POST", "/faults", "{\"area\":\"keys\",\"status\":503,\"retryAfter\":9,\"times\":1}"));
        HttpResponse<String> failed = flow.http.get(keys);
        assertThat(failed.statusCode()).isEqualTo(503);
        assertThat(failed.headers().firstValue("Retry-After")).contains("9");
        assertThat(flow.http.get(keys).statusCode()).isEqualTo(200);
        done(admin("POST", "/faults", "{\"area\":\"keys\",\"garbage\":true}"));
        assertThat(flow.http.get(keys).body()).isEqualTo("{\"keys\":[{\"kty\"");
        done(admin("DELETE", "/faults", ""));
        assertThat(flow.http.get(keys).body()).contains("\"x5c\"");
    }

    @Test
    void aUserIsRevoked() {
        JsonNode signedIn = flow.signIn();
        done(admin("POST", "/revoke", "{\"user\":\"alice@contoso.example\"}"));
        Flow.refused(flow.token(CodeGrantTest.refreshParams(signedIn)), 400, "invalid_grant", 50173);
    }

    @Test
    void aTokenIsMinted() {
        JsonNode answer = done(admin(
                "POST",
                "/token",
                "{\"user\":\"bob@contoso.example\",\"client\":\"" + SampleDirectories.NATIVE_CLIENT + "\",\"api\":\""
                        + SampleDirectories.API + "\",\"scopes\":[\"mcp.read\"],\"lifetime\":\"PT5M\"}"));
        JsonNode claims = Browserless.claims(answer.get("access_token").asText());
        assertThat(claims.get("scp").asText()).isEqualTo("mcp.read");
        assertThat(claims.get("exp").asLong() - claims.get("iat").asLong()).isEqualTo(300);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST|/clock|{}|400",
                "POST|/clock|{\"advance\":\"soon\"}|400",
                "POST|/clock|not json|400",
                "POST|/faults|{\"area\":\"nowhere\",\"status\":500}|400",
                "POST|/faults|{\"area\":\"keys\"}|400",
                "POST|/revoke|{\"user\":\"nobody\"}|400",
                "POST|/token|{}|400",
                "POST|/keys/rotate|{\"how\":\"slowly\"}|400",
                "GET|/nothing|{}|404"
            })
    void wrongRequestsAreExplained(String method, String path, String json, int status) {
        HttpResponse<String> response = admin(method, path, json);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(Browserless.json(response).get("error").asText()).isNotEmpty();
    }

    @Test
    void aWebPageCannotDriveIt() throws IOException {
        assertThat(flow.http.get("/_emulator").statusCode()).isEqualTo(403);
        String rebound =
                "GET /_emulator HTTP/1.1\r\nHost: evil.example\r\nEmulator-Admin: 1\r\nConnection: close\r\n\r\n";
        int port = URI.create(entra.origin()).getPort();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(rebound.getBytes(StandardCharsets.US_ASCII));
            try (InputStream in = socket.getInputStream()) {
                assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .startsWith("HTTP/1.1 403");
            }
        }
    }

    @Test
    void theStartPageSaysWhatItIs() {
        assertThat(flow.http.get("/").body()).contains("not for production").contains("Contoso");
    }
}
