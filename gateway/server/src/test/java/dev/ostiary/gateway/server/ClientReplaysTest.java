package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.FacadeSettings.MetadataDocuments;
import dev.ostiary.gateway.config.FacadeSettings.Redirects;
import dev.ostiary.gateway.server.WireClient.Found;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What each known client sends, request by request, from the first one to the first refresh. Sources: the clients' documentation
 * and code, and captures of those that can be run; those are also run as they are, in the level {@code clients}. Documents of
 * clients come from hosts that this test plays.
 */
class ClientReplaysTest extends GatewayScenario {

    private static final String CLAUDE_CODE = "https://claude.ai/oauth/claude-code-client-metadata";
    private static final String CLAUDE = "https://claude.ai/oauth/mcp-oauth-client-metadata";
    private static final String VS_CODE = "https://vscode.dev/oauth/client-metadata.json";
    private static final String COPILOT_CLI = "https://github.com/copilot/cli/client-metadata.json";
    private static final String CODEX = "https://chatgpt.com/oauth/codex/client.json";
    private static final String CHAT_GPT = "https://chatgpt.com/oauth/client.json";

    private static final String INITIALIZE = initialize("2025-11-25");

    private ClientHosts hosts;

    @BeforeAll
    void openHosts() throws IOException {
        hosts = new ClientHosts();
    }

    @AfterAll
    void closeHosts() throws IOException {
        hosts.close();
    }

    @BeforeEach
    void signInAtTheGateway() {
        gateway.egress = hosts.egress();
        gateway.entraCredential = new EntraCredential.ClientSecret("mcp/entra/secret");
        gateway.credentials = new Credentials(Map.of("mcp/entra/secret", DemoDirectory.GATEWAY_CLIENT_SECRET));
        use(FacadeSettings.DEFAULT);
    }

    @AfterEach
    void nobodyAnswersAnyMore() {
        hosts.unreachable();
        gateway.egress = EgressSettings.DIRECT;
    }

    private void use(FacadeSettings settings) {
        gateway.facade = settings;
        assertThat(gateway.apply(notes(), gateway.route("other"))).isEmpty();
    }

    private static FacadeSettings with(MetadataDocuments documents, Redirects redirects) {
        FacadeSettings defaults = FacadeSettings.DEFAULT;
        return new FacadeSettings(
                defaults.dynamicRegistration(),
                documents,
                defaults.deny(),
                defaults.remember(),
                defaults.staticClients(),
                redirects,
                defaults.accessTokenTtl(),
                defaults.refreshTokenTtl(),
                defaults.store());
    }

    private static String initialize(String version) {
        return request(
                0,
                "initialize",
                "{\"protocolVersion\":\"" + version
                        + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}");
    }

    private static int anyPort() {
        return ThreadLocalRandom.current().nextInt(49_152, 65_536);
    }

    private static Map<String, String> resource(WireClient client) {
        return Map.of("resource", client.url());
    }

    private static Map<String, String> and(Map<String, String> some, String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(some);
        all.put(name, value);
        return all;
    }

    /** With the token: a session, the list, a call. */
    private static void useTools(WireClient client, String... headers) throws Exception {
        HttpResponse<String> opened = client.mcp(INITIALIZE, headers);
        assertThat(opened.statusCode()).as(opened.body()).isEqualTo(200);
        String session = opened.headers().firstValue("Mcp-Session-Id").orElseThrow();
        String[] inSession = Stream.concat(Arrays.stream(headers), Stream.of("Mcp-Session-Id", session))
                .toArray(String[]::new);
        assertThat(client.mcp(notification("notifications/initialized", "{}"), inSession)
                        .statusCode())
                .isEqualTo(202);
        assertThat(client.mcp(LIST, inSession).body()).contains("read_note");
        assertThat(client.mcp(READ, inSession).body()).contains("\"result\"");
    }

    /** The usual rest: code, tokens, tools, refresh, tools. */
    private static void signInAndCall(WireClient client, Found found, String clientId, String redirectUri)
            throws Exception {
        Map<String, String> resource = resource(client);
        String code = client.code(found, clientId, redirectUri, resource);
        client.redeem(found, clientId, code, redirectUri, resource);
        useTools(client);
        client.refresh(found, clientId, resource);
        useTools(client);
    }

    private void serve(String id, String name, String more, String... redirectUris) {
        hosts.serve(
                id,
                "{\"client_id\":\"" + id + "\",\"client_name\":\"" + name + "\",\"redirect_uris\":[\""
                        + String.join("\",\"", redirectUris) + "\"]" + more + "}");
    }

    @Test
    @DisplayName(
            "Claude Code: metadata before any 401, a random port, the modern era, and a logout that revokes both tokens")
    void claudeCode() throws Exception {
        serve(
                CLAUDE_CODE,
                "Claude Code",
                ",\"token_endpoint_auth_method\":\"none\"",
                "http://localhost/callback",
                "http://127.0.0.1/callback");
        WireClient client = new WireClient(gateway, "User-Agent", "Bun/1.4.4", "Accept", "application/json");
        Found found = client.lookUp("MCP-Protocol-Version", "2025-11-25");
        String redirectUri = "http://localhost:" + anyPort() + "/callback";
        Map<String, String> resource = resource(client);
        client.redeem(
                found, CLAUDE_CODE, client.code(found, CLAUDE_CODE, redirectUri, resource), redirectUri, resource);

        for (String method : List.of("server/discover", "tools/list")) {
            String modern = request(
                    1,
                    method,
                    "{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                            + "\"io.modelcontextprotocol/clientCapabilities\":{}}}");
            HttpResponse<String> answer =
                    client.mcp(modern, "MCP-Protocol-Version", "2026-07-28", "Mcp-Method", method);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).contains("\"result\"");
        }
        client.refresh(found, CLAUDE_CODE, resource);

        // It looks at the root alone: with several routes there is no resource there, and the server is.
        assertThat(client.get(gateway.publicUrl() + "/.well-known/oauth-protected-resource")
                        .statusCode())
                .isEqualTo(404);
        JsonNode server =
                WireClient.json(200, client.get(gateway.publicUrl() + "/.well-known/oauth-authorization-server"));
        for (String token : List.of(client.refreshToken, client.accessToken)) {
            assertThat(client.post(
                                    server.path("revocation_endpoint").asText(),
                                    "application/x-www-form-urlencoded",
                                    UsersBrowser.encode(Map.of("token", token, "client_id", CLAUDE_CODE)))
                            .statusCode())
                    .isEqualTo(200);
        }
        await().untilAsserted(
                        () -> assertThat(client.mcp(INITIALIZE).statusCode()).isEqualTo(401));
    }

    @Test
    @DisplayName("Claude Code where documents are switched off: registers as native, with a scope")
    void claudeCodeThatRegisters() throws Exception {
        use(with(new MetadataDocuments(false, List.of(), List.of()), Redirects.DEFAULT));
        WireClient client = new WireClient(gateway, "User-Agent", "Bun/1.4.4");
        JsonNode server =
                WireClient.json(200, client.get(gateway.publicUrl() + "/.well-known/oauth-authorization-server"));
        assertThat(server.has("client_id_metadata_document_supported")).isFalse();
        Found found = new Found(server, server, null);
        String redirectUri = "http://localhost:" + anyPort() + "/callback";
        JsonNode registered = client.register(
                found,
                "{\"client_name\":\"Claude Code (notes)\",\"redirect_uris\":[\"" + redirectUri
                        + "\"],\"grant_types\":[\"authorization_code\",\"refresh_token\"],\"response_types\":[\"code\"],"
                        + "\"token_endpoint_auth_method\":\"none\",\"application_type\":\"native\",\"scope\":\"mcp:notes\"}");
        assertThat(registered.path("application_type").asText()).isEqualTo("native");
        assertThat(registered.has("client_secret")).isFalse();
        signInAndCall(client, found, registered.path("client_id").asText(), redirectUri);
    }

    @ParameterizedTest(name = "callback at {0}")
    @DisplayName("claude.ai: document with a grant that we do not have, prompt=consent, scope of the challenge")
    @ValueSource(strings = {"claude.ai", "claude.com"})
    void claudeAi(String host) throws Exception {
        String redirectUri = "https://" + host + "/api/mcp/auth_callback";
        serve(
                CLAUDE,
                "Claude",
                ",\"grant_types\":[\"authorization_code\",\"refresh_token\","
                        + "\"urn:ietf:params:oauth:grant-type:jwt-bearer\"],\"response_types\":[\"code\"],"
                        + "\"token_endpoint_auth_method\":\"none\"",
                "https://claude.ai/api/mcp/auth_callback",
                "https://claude.com/api/mcp/auth_callback");
        WireClient client = new WireClient(gateway, "User-Agent", "python-httpx/0.28.1");
        Found found = client.knock(INITIALIZE);
        assertThat(found.scope()).isEqualTo("mcp:notes");
        Map<String, String> resource = resource(client);
        String code =
                client.code(found, CLAUDE, redirectUri, and(and(resource, "scope", "mcp:notes"), "prompt", "consent"));
        client.redeem(found, CLAUDE, code, redirectUri, resource);
        useTools(client, "MCP-Protocol-Version", "2025-11-25");
        client.refresh(found, CLAUDE, resource);
        useTools(client, "MCP-Protocol-Version", "2025-11-25");
    }

    @Test
    @DisplayName("claude.ai that registered elsewhere once: 401 invalid_client, and it registers again")
    void claudeAiRegistersAgain() throws Exception {
        WireClient client = new WireClient(gateway);
        Found found = client.knock(INITIALIZE);
        HttpResponse<String> refused = client.post(
                found.at("token_endpoint"),
                "application/x-www-form-urlencoded",
                UsersBrowser.encode(Map.of(
                        "grant_type", "refresh_token", "refresh_token", "of-long-ago", "client_id", "forgotten")));
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(FacadeClient.json(refused).path("error").asText()).isEqualTo("invalid_client");

        String redirectUri = "https://claude.ai/api/mcp/auth_callback";
        JsonNode registered = client.register(
                found,
                "{\"client_name\":\"Claude\",\"redirect_uris\":[\"" + redirectUri
                        + "\"],\"grant_types\":[\"authorization_code\",\"refresh_token\"],\"response_types\":[\"code\"],"
                        + "\"token_endpoint_auth_method\":\"none\",\"scope\":\"mcp:notes\"}");
        signInAndCall(client, found, registered.path("client_id").asText(), redirectUri);
    }

    private void serveVsCode() {
        serve(
                VS_CODE,
                "Visual Studio Code",
                ",\"client_uri\":\"https://code.visualstudio.com\",\"application_type\":\"native\","
                        + "\"grant_types\":[\"authorization_code\",\"refresh_token\","
                        + "\"urn:ietf:params:oauth:grant-type:device_code\"],\"response_types\":[\"code\"],"
                        + "\"token_endpoint_auth_method\":\"none\"",
                "http://127.0.0.1:33418/",
                "https://vscode.dev/redirect",
                "http://127.0.0.1/",
                "https://insiders.vscode.dev/redirect");
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName(
            "VS Code: its document, its port or any other or vscode.dev, no MCP-Protocol-Version, a new session after 404")
    @ValueSource(strings = {"http://127.0.0.1:33418/", "http://127.0.0.1:51999/", "https://vscode.dev/redirect"})
    void vsCode(String redirectUri) throws Exception {
        serveVsCode();
        WireClient client = new WireClient(gateway, "User-Agent", "Visual Studio Code/1.128.0");
        Found found = client.knock(INITIALIZE);
        Map<String, String> resource =
                Map.of("resource", found.resource().path("resource").asText());
        // Behind vscode.dev/redirect the way back into the editor is in the state.
        String state = redirectUri.startsWith("https:")
                ? "vscode://dynamicauthprovider/localhost/authorize?nonce=f4b1&windowId=1"
                : "dGhlIHN0YXRl";
        String code =
                client.code(found, VS_CODE, redirectUri, and(and(resource, "scope", "mcp:notes"), "state", state));
        client.redeem(found, VS_CODE, code, redirectUri, resource);
        useTools(client);
        assertThat(client.mcp(LIST, "Mcp-Session-Id", "of-a-gateway-before").statusCode())
                .isEqualTo(404);
        useTools(client);
        client.refresh(found, VS_CODE, resource);
        useTools(client);
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("VS Code that registers: four redirect URIs, a grant that we do not have")
    @ValueSource(
            strings = {"http://127.0.0.1:33418/", "http://127.0.0.1:50111/", "https://insiders.vscode.dev/redirect"})
    void vsCodeThatRegisters(String redirectUri) throws Exception {
        WireClient client = new WireClient(gateway, "User-Agent", "Visual Studio Code - Insiders/1.129.0");
        Found found = client.knock(INITIALIZE);
        JsonNode registered = client.register(
                found,
                "{\"client_name\":\"Visual Studio Code\",\"client_uri\":\"https://code.visualstudio.com\","
                        + "\"grant_types\":[\"authorization_code\",\"refresh_token\","
                        + "\"urn:ietf:params:oauth:grant-type:device_code\"],\"response_types\":[\"code\"],"
                        + "\"redirect_uris\":[\"https://insiders.vscode.dev/redirect\",\"https://vscode.dev/redirect\","
                        + "\"http://127.0.0.1/\",\"http://127.0.0.1:33418/\"],\"scope\":\"mcp:notes\","
                        + "\"token_endpoint_auth_method\":\"none\",\"application_type\":\"native\"}");
        assertThat(registered.path("redirect_uris")).hasSize(4);
        assertThat(registered.path("grant_types")).hasToString("[\"authorization_code\",\"refresh_token\"]");
        signInAndCall(client, found, registered.path("client_id").asText(), redirectUri);
    }

    @Test
    @DisplayName("Copilot CLI: listens at another port than its own document says")
    void copilotCli() throws Exception {
        hosts.serve(
                COPILOT_CLI,
                "{\"client_id\":\"" + COPILOT_CLI + "\",\"client_name\":\"GitHub Copilot CLI\",\"redirect_uris\":"
                        + "[\"http://127.0.0.1:33418/\"],\"application_type\":\"native\","
                        + "\"token_endpoint_auth_method\":\"none\"}");
        WireClient client = new WireClient(gateway);
        signInAndCall(client, client.knock(INITIALIZE), COPILOT_CLI, "http://127.0.0.1:" + anyPort() + "/");
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("Cursor: registers three ways back at once and uses any of them")
    @ValueSource(
            strings = {
                "http://localhost:8787/callback",
                "cursor://anysphere.cursor-mcp/oauth/callback",
                "https://www.cursor.com/agents/mcp/oauth/callback"
            })
    void cursor(String redirectUri) throws Exception {
        WireClient client = new WireClient(gateway, "User-Agent", "node");
        Found found = client.knock(INITIALIZE);
        // It takes this list for what to ask for.
        assertThat(found.server().has("scopes_supported")).isFalse();
        JsonNode registered = client.register(
                found,
                "{\"client_name\":\"Cursor\",\"redirect_uris\":[\"cursor://anysphere.cursor-mcp/oauth/callback\","
                        + "\"https://www.cursor.com/agents/mcp/oauth/callback\",\"http://localhost:8787/callback\"],"
                        + "\"grant_types\":[\"authorization_code\",\"refresh_token\"],\"response_types\":[\"code\"],"
                        + "\"token_endpoint_auth_method\":\"none\",\"client_uri\":\"https://cursor.com\"}");
        assertThat(registered.path("redirect_uris")).hasSize(3);
        signInAndCall(client, found, registered.path("client_id").asText(), redirectUri);
    }

    @Test
    @DisplayName("Codex: a probe with GET and the oldest protocol version, then its document and a random port")
    void codex() throws Exception {
        serve(CODEX, "Codex", ",\"token_endpoint_auth_method\":\"none\"", "http://127.0.0.1/callback");
        WireClient client = new WireClient(gateway, "MCP-Protocol-Version", "2024-11-05");
        assertThat(client.get(client.url(), "Accept", "application/json").statusCode())
                .isEqualTo(401);
        Found found = client.lookUp();
        String redirectUri = "http://127.0.0.1:" + anyPort() + "/callback";
        Map<String, String> resource = resource(client);
        client.redeem(found, CODEX, client.code(found, CODEX, redirectUri, resource), redirectUri, resource);
        WireClient session = new WireClient(gateway);
        session.accessToken = client.accessToken;
        useTools(session);
    }

    @ParameterizedTest(name = "{0} back at {1}")
    @DisplayName("ChatGPT: proves itself with its key, adds a query to resource, compares scopes")
    @CsvSource({
        "https://chatgpt.com/oauth/client.json, https://chatgpt.com/connector_platform_oauth_redirect",
        "https://chatgpt.com/oauth/c0ffee/client.json, https://chatgpt.com/connector/oauth/c0ffee"
    })
    void chatGpt(String clientId, String redirectUri) throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID("k1").generate();
        hosts.serve("https://chatgpt.com/oauth/jwks.json", new JWKSet(key.toPublicJWK()).toString());
        serve(
                clientId,
                "ChatGPT",
                ",\"token_endpoint_auth_method\":\"private_key_jwt\","
                        + "\"jwks_uri\":\"https://chatgpt.com/oauth/jwks.json\"",
                redirectUri);
        WireClient client = new WireClient(gateway, "User-Agent", "openai-mcp/1.0.0");
        Found found = client.knock(INITIALIZE);
        Map<String, String> request =
                Map.of("resource", client.url() + "?utm_source=chatgpt.com", "scope", "mcp:notes");
        String code = client.code(found, clientId, redirectUri, request);
        JsonNode tokens = client.redeem(
                found, clientId, code, redirectUri, proven(found, clientId, key, request.get("resource")));
        assertThat(tokens.path("scope").asText()).isEqualTo("mcp:notes");
        useTools(client);
        client.refresh(found, clientId, proven(found, clientId, key, request.get("resource")));
        useTools(client);
    }

    private static Map<String, String> proven(Found found, String clientId, ECKey key, String resource)
            throws Exception {
        SignedJWT assertion = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                new JWTClaimsSet.Builder()
                        .issuer(clientId)
                        .subject(clientId)
                        .audience(found.at("token_endpoint"))
                        .jwtID(UUID.randomUUID().toString())
                        .expirationTime(Date.from(Instant.now().plusSeconds(60)))
                        .build());
        assertion.sign(new ECDSASigner(key));
        return Map.of(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion",
                assertion.serialize(),
                "resource",
                resource);
    }

    @Test
    @DisplayName("ChatGPT and claude.ai whose hosts turn the gateway away: the copies that ship serve")
    void hostsThatTurnTheGatewayAway() throws Exception {
        WireClient chatGpt = new WireClient(gateway);
        signInAndCall(
                chatGpt, chatGpt.knock(INITIALIZE), CHAT_GPT, "https://chatgpt.com/connector_platform_oauth_redirect");
        WireClient claude = new WireClient(gateway);
        signInAndCall(claude, claude.knock(INITIALIZE), CLAUDE, "https://claude.ai/api/mcp/auth_callback");
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("Clients that register for loopback: ")
    @CsvSource({
        "OpenCode, http://127.0.0.1:19876/mcp/oauth/callback",
        "MCP Inspector, http://127.0.0.1:6276/oauth/callback",
        "MCP Inspector (web), http://localhost:6274/oauth/callback",
        "MCP CLI Client (mcp-remote), http://localhost:24731/oauth/callback",
        "mcporter, http://127.0.0.1:53717/callback",
        "Cline, http://127.0.0.1:1456/mcp/oauth/callback",
        "Gemini CLI, http://localhost:40801/oauth/callback",
        "Antigravity, https://antigravity.google/oauth-callback"
    })
    void clientsThatRegister(String name, String redirectUri) throws Exception {
        WireClient client = new WireClient(gateway);
        Found found = client.knock(INITIALIZE);
        JsonNode registered = client.register(
                found,
                "{\"client_name\":\"" + name + "\",\"redirect_uris\":[\"" + redirectUri
                        + "\"],\"grant_types\":[\"authorization_code\",\"refresh_token\"],\"response_types\":[\"code\"],"
                        + "\"token_endpoint_auth_method\":\"none\"}");
        signInAndCall(client, found, registered.path("client_id").asText(), redirectUri);
    }

    @Test
    @DisplayName("mcp-remote: the headers of the modern era on legacy messages")
    void mcpRemoteSendsMcpMethod() throws Exception {
        WireClient client = new WireClient(gateway);
        Found found = client.knock(INITIALIZE, "Mcp-Method", "initialize");
        String redirectUri = "http://localhost:24731/oauth/callback";
        JsonNode registered = client.register(
                found,
                "{\"client_name\":\"MCP CLI Client\",\"redirect_uris\":[\"" + redirectUri
                        + "\"],\"token_endpoint_auth_method\":\"none\"}");
        String id = registered.path("client_id").asText();
        client.redeem(found, id, client.code(found, id, redirectUri, resource(client)), redirectUri, resource(client));
        HttpResponse<String> opened = client.mcp(INITIALIZE, "Mcp-Method", "initialize");
        assertThat(opened.statusCode()).as(opened.body()).isEqualTo(200);
        HttpResponse<String> listed = client.mcp(
                LIST,
                "Mcp-Session-Id",
                opened.headers().firstValue("Mcp-Session-Id").orElseThrow(),
                "MCP-Protocol-Version",
                "2025-06-18",
                "Mcp-Method",
                "tools/list");
        assertThat(listed.body()).contains("read_note");
    }

    @ParameterizedTest(name = "method: {0}")
    @DisplayName("Microsoft 365 Copilot: needs a secret, whatever it says about how it will be shown")
    @ValueSource(strings = {"", "client_secret_basic", "client_secret_post"})
    void microsoft365Copilot(String method) throws Exception {
        String redirectUri = "https://teams.microsoft.com/api/platform/v1.0/oAuthRedirect";
        WireClient client = new WireClient(gateway);
        Found found = client.knock(INITIALIZE);
        JsonNode registered = client.register(
                found,
                "{\"client_name\":\"Microsoft 365 Copilot\",\"redirect_uris\":[\"" + redirectUri + "\"]"
                        + (method.isEmpty() ? "" : ",\"token_endpoint_auth_method\":\"" + method + "\"") + "}");
        String id = registered.path("client_id").asText();
        String secret = registered.required("client_secret").asText();
        Map<String, String> resource = resource(client);
        String code = client.code(found, id, redirectUri, resource);
        if (method.equals("client_secret_post")) {
            Map<String, String> inForm = and(resource, "client_secret", secret);
            client.redeem(found, id, code, redirectUri, inForm);
            client.refresh(found, id, inForm);
        } else {
            String basic = "Basic "
                    + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(StandardCharsets.US_ASCII));
            client.redeem(found, id, code, redirectUri, resource, "Authorization", basic);
            client.refresh(found, id, resource, "Authorization", basic);
        }
        useTools(client);
    }

    @Test
    @DisplayName("n8n: at a host that the gateway must be told of, with the slash of the resource stripped")
    void n8n() throws Exception {
        String redirectUri = "https://n8n.contoso.com/rest/oauth2-credential/callback";
        String registration =
                "{\"client_name\":\"n8n\",\"client_uri\":\"https://n8n.io/\",\"redirect_uris\":[\"" + redirectUri
                        + "\"],\"grant_types\":[\"authorization_code\",\"refresh_token\"],\"response_types\":[\"code\"],"
                        + "\"token_endpoint_auth_method\":\"none\"}";
        WireClient client = new WireClient(gateway);
        Found found = client.knock(INITIALIZE);
        HttpResponse<String> refused = client.post(found.at("registration_endpoint"), "application/json", registration);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(FacadeClient.json(refused).path("error").asText()).isEqualTo("invalid_redirect_uri");

        use(with(
                MetadataDocuments.DEFAULT,
                new Redirects(Redirects.Hosts.LISTED, List.of("n8n.contoso.com"), List.of())));
        JsonNode registered = client.register(found, registration);
        signInAndCall(client, found, registered.path("client_id").asText(), redirectUri);
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("Goose and Zed: documents that nobody has a copy of, without a port")
    @CsvSource({
        "https://goose.example.com/oauth/client-metadata.json, http://127.0.0.1/oauth_callback, http://127.0.0.1:{port}/oauth_callback",
        "https://zed.dev/oauth/client-metadata.json, http://127.0.0.1/callback, http://127.0.0.1:{port}/callback"
    })
    void documentsWithoutACopy(String clientId, String registered, String used) throws Exception {
        serve(clientId, "An editor", ",\"token_endpoint_auth_method\":\"none\"", registered);
        WireClient client = new WireClient(gateway);
        Found found = client.knock(initialize("2025-03-26"));
        signInAndCall(client, found, clientId, used.replace("{port}", Integer.toString(anyPort())));
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("AgentCore: speaks any revision, on discovery too")
    @ValueSource(strings = {"2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"})
    void agentCore(String revision) throws Exception {
        WireClient client = new WireClient(gateway);
        Found found = client.lookUp("MCP-Protocol-Version", revision);
        assertThat(found.scope()).isNull();
        HttpResponse<String> challenge = client.mcp(initialize(revision), "MCP-Protocol-Version", revision);
        assertThat(challenge.statusCode())
                .as("authentication comes before the era")
                .isEqualTo(401);
    }
}
