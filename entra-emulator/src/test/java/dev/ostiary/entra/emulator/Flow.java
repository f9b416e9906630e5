package dev.ostiary.entra.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.entra.emulator.token.SigningKeys;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sign-in flows of a client of the sample directory, over real HTTP. */
final class Flow {

    /** Made once: key generation is the slowest part of a start. */
    static final SigningKeys KEYS = SigningKeys.generate();

    static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    static final String TENANT = SampleDirectories.CONTOSO;
    static final String READ = SampleDirectories.API_URI + "/mcp.read";
    static final String LOCAL = "http://localhost:7777/callback";

    final EntraEmulator entra;
    final Browserless http;

    Flow(EntraEmulator entra) {
        this.entra = entra;
        this.http = new Browserless(entra);
    }

    static EntraEmulator start() {
        return EntraEmulator.start(
                Settings.of(SampleDirectories.contosoAndFabrikam()).withKeys(KEYS));
    }

    static String challenge(String verifier) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Parameters of a right request of the native client for alice; overridden by name and value, null removes. */
    static Map<String, String> authorizeParams(String... overrides) {
        Map<String, String> params = Browserless.params(
                "client_id",
                SampleDirectories.NATIVE_CLIENT,
                "response_type",
                "code",
                "redirect_uri",
                LOCAL,
                "scope",
                "openid profile offline_access " + READ,
                "state",
                "s 1&2",
                "nonce",
                "n1",
                "code_challenge",
                challenge(VERIFIER),
                "code_challenge_method",
                "S256",
                "login_hint",
                SampleDirectories.ALICE.upn());
        return override(params, overrides);
    }

    static Map<String, String> override(Map<String, String> params, String... overrides) {
        Map<String, String> result = new LinkedHashMap<>(params);
        for (int i = 0; i < overrides.length; i += 2) {
            if (overrides[i + 1] == null) {
                result.remove(overrides[i]);
            } else {
                result.put(overrides[i], overrides[i + 1]);
            }
        }
        return result;
    }

    HttpResponse<String> authorize(Map<String, String> params) {
        return authorize(TENANT, params, null);
    }

    HttpResponse<String> authorize(String tenant, Map<String, String> params, String cookie) {
        HttpRequest.Builder request = http.to("/" + tenant + "/oauth2/v2.0/authorize?" + Browserless.form(params));
        if (cookie != null) {
            request.header("Cookie", cookie);
        }
        return http.send(request.build());
    }

    HttpResponse<String> press(Map<String, String> params, String... fields) {
        return http.post("/" + TENANT + "/oauth2/v2.0/authorize", override(params, fields));
    }

    static String cookie(HttpResponse<String> response) {
        return response.headers().firstValue("Set-Cookie").orElseThrow().split(";")[0];
    }

    static Map<String, String> redirect(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(302);
        return Browserless.query(response.headers().firstValue("Location").orElseThrow());
    }

    String code(String... overrides) {
        Map<String, String> answer = redirect(authorize(authorizeParams(overrides)));
        assertThat(answer).as(answer.toString()).containsKey("code");
        return answer.get("code");
    }

    static Map<String, String> codeParams(String code, String... overrides) {
        return override(
                Browserless.params(
                        "grant_type",
                        "authorization_code",
                        "client_id",
                        SampleDirectories.NATIVE_CLIENT,
                        "code",
                        code,
                        "redirect_uri",
                        LOCAL,
                        "code_verifier",
                        VERIFIER,
                        "scope",
                        "openid offline_access " + READ),
                overrides);
    }

    HttpResponse<String> token(Map<String, String> params, String... headers) {
        return http.token(TENANT, params, headers);
    }

    JsonNode success(Map<String, String> params, String... headers) {
        HttpResponse<String> response = token(params, headers);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Browserless.json(response);
    }

    JsonNode signIn(String... overrides) {
        return success(codeParams(code(overrides)));
    }

    /** The error in its complete shape; {@code error} is null where public sources do not state it. */
    static void refused(HttpResponse<String> response, int status, String error, int aadsts) {
        JsonNode body = Browserless.json(response);
        assertThat(body.path("error_codes").path(0).asInt()).as(response.body()).isEqualTo(aadsts);
        if (error != null) {
            assertThat(body.path("error").asText()).isEqualTo(error);
        }
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(body.path("error_description").asText())
                .startsWith("AADSTS" + aadsts + ": ")
                .contains(" Trace ID: " + body.path("trace_id").asText())
                .contains(" Correlation ID: " + body.path("correlation_id").asText())
                .contains(" Timestamp: " + body.path("timestamp").asText());
        assertThat(body.path("trace_id").asText()).endsWith("00").hasSize(36);
        assertThat(body.path("timestamp").asText()).matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ");
        assertThat(response.headers().firstValue("Cache-Control")).contains("no-store, no-cache");
    }

    static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    static List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>();
        node.forEach(value -> texts.add(value.asText()));
        return texts;
    }
}
