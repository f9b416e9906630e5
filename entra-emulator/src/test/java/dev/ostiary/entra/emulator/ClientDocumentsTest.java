package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.Flow.authorizeParams;
import static dev.ostiary.entra.emulator.Flow.codeParams;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.ostiary.entra.emulator.oauth.ClientDocuments;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HTTPS URLs as client ids, which is a public preview and therefore a switch. */
class ClientDocumentsTest {

    private final AtomicInteger fetched = new AtomicInteger();
    private volatile int status = 200;
    private volatile String document;
    private HttpServer web;
    private String clientId;
    private EntraEmulator entra;
    private Flow flow;

    @BeforeEach
    void start() throws Exception {
        web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext("/client.json", exchange -> {
            try (exchange) {
                fetched.incrementAndGet();
                byte[] bytes = document.getBytes(StandardCharsets.UTF_8);
                if (status == 302) {
                    exchange.getResponseHeaders().set("Location", "/client.json?again");
                }
                exchange.sendResponseHeaders(status, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        web.start();
        clientId = "http://localhost:" + web.getAddress().getPort() + "/client.json";
        document = document("", "");
        start(ClientDocuments.of("localhost"));
    }

    private void start(ClientDocuments documents) {
        entra = EntraEmulator.start(Settings.of(SampleDirectories.contosoAndFabrikam())
                .withKeys(Flow.KEYS)
                .withClientDocuments(documents));
        flow = new Flow(entra);
    }

    @AfterEach
    void stop() {
        entra.close();
        web.stop(0);
    }

    /** What generic clients publish [O opencode #47743], with one thing replaced. */
    private String document(String part, String replacement) {
        return ("{\"client_id\":\"" + clientId + "\",\"client_name\":\"Some Editor\","
                        + "\"redirect_uris\":[\"http://127.0.0.1/callback\",\"http://localhost/callback\"],"
                        + "\"grant_types\":[\"authorization_code\",\"refresh_token\"],\"response_types\":[\"code\"],"
                        + "\"token_endpoint_auth_method\":\"none\"}")
                .replace(part, replacement);
    }

    private Map<String, String> params() {
        return authorizeParams("client_id", clientId);
    }

    @Test
    @DisplayName(
            "the client signs in by code with PKCE, after consent, as an identity of its own [D client-id-metadata-documents]")
    void aDocumentIsAClient() {
        HttpResponse<String> page = flow.authorize(params());
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("Some Editor");
        String cookie = Flow.cookie(page);
        HttpResponse<String> accepted = flow.http.send(flow.http
                .to("/" + Flow.TENANT + "/oauth2/v2.0/authorize")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Cookie", cookie)
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(Browserless.form(
                        Flow.override(params(), "_user", SampleDirectories.ALICE.oid(), "_action", "accept"))))
                .build());
        String code = Flow.redirect(accepted).get("code");
        JsonNode answer = flow.success(codeParams(code, "client_id", clientId));
        String azp = Browserless.claims(answer.path("access_token").asText())
                .path("azp")
                .asText();
        assertThat(azp).matches("[0-9a-f-]{36}");
        JsonNode again = flow.success(Browserless.params(
                "grant_type",
                "refresh_token",
                "client_id",
                clientId,
                "refresh_token",
                answer.path("refresh_token").asText(),
                "scope",
                Flow.READ));
        assertThat(Browserless.claims(again.path("access_token").asText())
                        .path("azp")
                        .asText())
                .isEqualTo(azp);
        assertThat(fetched).hasValue(1);
    }

    @Test
    @DisplayName("without PKCE it is refused, and client_credentials are not possible [D client-id-metadata-documents]")
    void delegatedFlowsWithPkceOnly() {
        assertThat(Flow.redirect(
                        flow.authorize(Flow.override(params(), "code_challenge", null, "code_challenge_method", null))))
                .containsEntry("error", "invalid_request");
        Flow.refused(
                flow.token(Browserless.params(
                        "grant_type", "client_credentials", "client_id", clientId, "scope", "api://x/.default")),
                401,
                "invalid_client",
                7000218);
    }

    @ParameterizedTest
    @DisplayName("a document that does not describe the client is none [draft-ietf-oauth-client-id-metadata-document]")
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "/client.json\\,,/other.json\\,",
                "Some Editor,",
                "`\"none\"`,`\"client_secret_post\"`",
                "`[\"http://127.0.0.1/callback\",\"http://localhost/callback\"]`,[]",
                "{,[",
            })
    void wrongDocuments(String part, String replacement) {
        document = part.startsWith("/client.json")
                ? document("/client.json\"", "/other.json\"")
                : document(part, replacement == null ? "" : replacement);
        assertRefused(clientId);
    }

    @Test
    @DisplayName("redirects are not followed, errors and endless documents are none")
    void wrongAnswers() {
        for (int code : new int[] {302, 404, 500}) {
            status = code;
            assertRefused(clientId);
        }
        assertThat(fetched).hasValue(3);
        status = 200;
        document = document("Some Editor", "x".repeat(20_000));
        assertRefused(clientId);
    }

    @ParameterizedTest
    @DisplayName("only https URLs with a path, of hosts that are named, are fetched")
    @CsvSource({
        "https://evil.example/client.json",
        "http://evil.example/client.json",
        "https://localhost",
        "https://localhost/",
        "https://user@localhost/client.json",
        "https://localhost/client.json#x",
        "https://localhost/../client.json",
        "file:///etc/passwd",
        "javascript:alert(1)"
    })
    void otherUrls(String url) {
        assertRefused(url);
        assertThat(fetched).hasValue(0);
    }

    @Test
    @DisplayName("it is off unless switched on, and discovery says which")
    void offByDefault() {
        String discovery = "/" + Flow.TENANT + "/v2.0/.well-known/openid-configuration";
        assertThat(flow.http
                        .json(discovery)
                        .path("client_id_metadata_document_supported")
                        .asBoolean())
                .isTrue();
        entra.close();
        start(ClientDocuments.OFF);
        assertRefused(clientId);
        assertThat(fetched).hasValue(0);
        assertThat(flow.http.json(discovery).has("client_id_metadata_document_supported"))
                .isFalse();
    }

    private void assertRefused(String id) {
        HttpResponse<String> refused = flow.authorize(authorizeParams("client_id", id));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("AADSTS700016");
        assertThat(refused.headers().firstValue("Location")).isEmpty();
    }
}
