package dev.ostiary.gateway.server.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Registration and the other endpoints that machines call, on the wire. */
class RegistrationTest {

    private static FacadeFixture facade;

    @BeforeAll
    static void start() throws Exception {
        RateLimits d = RateLimits.DEFAULT;
        facade = FacadeFixture.start(new RateLimits(
                new RateLimits.Limit("register", 200, Duration.ofHours(1)),
                d.authorize(),
                d.authorizeClient(),
                new RateLimits.Limit("token", 5, Duration.ofHours(1)),
                d.tokenClient(),
                d.page(),
                1000));
    }

    @AfterAll
    static void stop() {
        facade.close();
    }

    private static HttpResponse<String> register(String json) {
        return facade.browser()
                .send(HttpRequest.newBuilder(URI.create(facade.url + "/register"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    private static JsonNode registered(String json) throws Exception {
        HttpResponse<String> answer = register(json);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
        return JsonMapper.builder().build().readTree(answer.body());
    }

    @Test
    void whatIsUnknownIsFilteredAndWhatIsUnusableIsDropped() throws Exception {
        JsonNode answer = registered("""
                {"client_name":"Cursor","application_type":"native","token_endpoint_auth_method":"tls_client_auth",
                 "grant_types":["authorization_code","urn:ietf:params:oauth:grant-type:device_code"],
                 "response_types":["code","token"],"logo_uri":"http://169.254.169.254/","contacts":["x"],
                 "redirect_uris":["cursor://anysphere.cursor-mcp/oauth/callback","https://evil.example/cb",
                   "javascript:alert(1)",7,"http://localhost:8787/callback","http://localhost:8787/callback"]}
                """);
        assertThat(answer.get("redirect_uris").toString())
                .isEqualTo("[\"cursor://anysphere.cursor-mcp/oauth/callback\",\"http://localhost:8787/callback\"]");
        assertThat(answer.get("grant_types").toString()).isEqualTo("[\"authorization_code\",\"refresh_token\"]");
        assertThat(answer.get("response_types").toString()).isEqualTo("[\"code\"]");
        assertThat(answer.get("token_endpoint_auth_method").asText()).isEqualTo("none");
        assertThat(answer.get("application_type").asText()).isEqualTo("native");
        assertThat(answer.has("client_secret")).isFalse();
        assertThat(answer.has("logo_uri")).isFalse();
        assertThat(answer.get("client_id").asText()).hasSizeLessThan(400).matches("[A-Za-z0-9_-]+");
    }

    @ParameterizedTest
    @ValueSource(strings = {"client_secret_basic", "client_secret_post", ""})
    void whoAsksForASecretOrSaysNothingGetsOneThatDoesNotExpire(String method) throws Exception {
        JsonNode answer = registered("{\"redirect_uris\":[\"http://localhost/cb\"]"
                + (method.isEmpty() ? "" : ",\"token_endpoint_auth_method\":\"" + method + "\"") + "}");
        assertThat(answer.get("client_secret").asText()).hasSize(43);
        assertThat(answer.get("client_secret_expires_at").asLong()).isZero();
        assertThat(answer.get("token_endpoint_auth_method").asText())
                .isEqualTo(method.isEmpty() ? "client_secret_basic" : method);
    }

    @Test
    void aNameIsShownWithoutTricks() throws Exception {
        JsonNode answer = registered("{\"client_name\":\"Cl\\u202eaude\\u200b\\n\\u0000 Code\\u2028!" + "x".repeat(400)
                + "\",\"redirect_uris\":[\"http://localhost/cb\"]}");
        assertThat(answer.get("client_name").asText())
                .startsWith("Claude Code !x")
                .hasSizeLessThanOrEqualTo(256);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{",
                "{\"redirect_uris\":[\"http://localhost/cb\"]} {}",
                "{\"redirect_uris\":[\"http://localhost/cb\"],\"redirect_uris\":[\"http://localhost/x\"]}",
                "{\"redirect_uris\":[\"http://localhost/cb\"],\"client_name\":7}",
                "{\"redirect_uris\":[\"http://localhost/cb\"],\"token_endpoint_auth_method\":[\"none\"]}"
            })
    void whatIsNoRegistrationIsRefused(String json) {
        HttpResponse<String> answer = register(json);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("invalid_client_metadata", "correlation_id");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"redirect_uris\":[]}",
                "{\"redirect_uris\":\"http://localhost/cb\"}",
                "{\"redirect_uris\":[\"https://evil.example/cb\"]}",
                "{\"redirect_uris\":[\"http://localhost/1\",\"http://localhost/2\",\"http://localhost/3\",\"http://localhost/4\",\"http://localhost/5\",\"http://localhost/6\",\"http://localhost/7\",\"http://localhost/8\",\"http://localhost/9\",\"http://localhost/10\",\"http://localhost/11\"]}"
            })
    void aRegistrationNeedsAnAddressToBeAnswered(String json) {
        HttpResponse<String> answer = register(json);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("invalid_redirect_uri");
    }

    @Test
    void aTalkativeRegistrationIsRefusedSinceItsIdWouldNotFitIntoUrls() {
        StringBuilder uris = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            uris.append(i == 0 ? "" : ",")
                    .append("\"http://localhost/")
                    .append("x".repeat(400))
                    .append(i)
                    .append('"');
        }
        assertThat(register("{\"redirect_uris\":[" + uris + "]}").body()).contains("invalid_client_metadata");
        assertThat(register("{\"client_name\":\"" + "x".repeat(17_000) + "\"}").statusCode())
                .isEqualTo(413);
    }

    @Test
    void metadataSaysWhatThereIs() throws Exception {
        Browser browser = facade.browser();
        HttpResponse<String> answer = browser.get("/.well-known/oauth-authorization-server");
        assertThat(answer.headers().firstValue("cache-control")).contains("max-age=300");
        JsonNode metadata = JsonMapper.builder().build().readTree(answer.body());
        assertThat(metadata.get("code_challenge_methods_supported").toString()).isEqualTo("[\"S256\"]");
        assertThat(metadata.get("authorization_response_iss_parameter_supported")
                        .asBoolean())
                .isTrue();
        assertThat(metadata.get("client_id_metadata_document_supported").asBoolean())
                .isTrue();
        assertThat(metadata.get("protected_resources").toString()).contains(facade.url + "/notes");
        assertThat(metadata.get("token_endpoint_auth_methods_supported").toString())
                .contains("\"none\"");
        assertThat(metadata.has("scopes_supported")).isFalse();
        String etag = answer.headers().firstValue("etag").orElseThrow();
        assertThat(browser.send(HttpRequest.newBuilder(
                                        URI.create(facade.url + "/.well-known/oauth-authorization-server"))
                                .header("If-None-Match", etag)
                                .header("MCP-Protocol-Version", "2024-11-05"))
                        .statusCode())
                .isEqualTo(304);
        assertThat(browser.get("/.well-known/openid-configuration").statusCode())
                .isEqualTo(404);
        assertThat(browser.get("/jwks.json").body()).isEqualTo("{\"keys\":[]}");
    }

    @Test
    void aRequestOfTheWrongKindIsToldWhatIsRight() {
        Browser browser = facade.browser();
        HttpResponse<String> get = browser.get("/token");
        assertThat(get.statusCode()).isEqualTo(405);
        assertThat(get.headers().firstValue("allow")).contains("POST");
        assertThat(browser.post("/authorize", Map.of()).statusCode()).isEqualTo(405);
        assertThat(browser.post("/token?code=1", Map.of("grant_type", "x")).body())
                .contains("invalid_request");
        assertThat(browser.post("/register", Map.of()).statusCode()).isEqualTo(415);
        assertThat(browser.send(HttpRequest.newBuilder(URI.create(facade.url + "/token"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString("{}")))
                        .statusCode())
                .isEqualTo(415);
    }

    @Test
    void pagesOfAllowedOriginsMayRegisterAndNoOthers() {
        for (String path : new String[] {"/register", "/token", "/.well-known/oauth-authorization-server"}) {
            HttpResponse<String> preflight = facade.browser()
                    .send(HttpRequest.newBuilder(URI.create(facade.url + path))
                            .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                            .header("Origin", "https://inspector.example")
                            .header("Access-Control-Request-Method", "POST")
                            .header("Access-Control-Request-Headers", "content-type"));
            assertThat(preflight.statusCode()).isEqualTo(204);
            assertThat(preflight.headers().firstValue("access-control-allow-origin"))
                    .contains("https://inspector.example");
        }
        HttpResponse<String> foreign = facade.browser()
                .send(HttpRequest.newBuilder(URI.create(facade.url + "/register"))
                        .header("Origin", "https://evil.example")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"redirect_uris\":[\"http://localhost/cb\"]}")));
        assertThat(foreign.statusCode()).isEqualTo(403);
    }

    @Test
    void whoComesTooOftenIsToldWhenToComeBack() {
        Browser browser = facade.browser();
        HttpResponse<String> answer = null;
        for (int i = 0; i < 6; i++) {
            answer = browser.post("/token", Map.of("grant_type", "authorization_code"));
        }
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(Long.parseLong(answer.headers().firstValue("retry-after").orElseThrow()))
                .isPositive();
        assertThat(facade.events)
                .anyMatch(event -> event instanceof FacadeEvent.RateLimited limited
                        && limited.limit().equals("token"));
    }
}
