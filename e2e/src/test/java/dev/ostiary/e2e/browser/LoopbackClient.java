package dev.ostiary.e2e.browser;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A program on the user's machine that registers itself (RFC 7591), sends the browser to the gateway with PKCE (RFC 7636) and
 * waits for the answer on loopback. Its callback page reports to the window that opened it, where there is one.
 */
final class LoopbackClient implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CALLBACK = """
            <!DOCTYPE html><html lang="en"><title>answered</title><h1>Answered</h1>
            <script>if (window.opener) window.opener.postMessage(location.search, location.origin);</script>""";
    private static final String OPENER = """
            <!DOCTYPE html><html lang="en"><title>waiting</title>
            <button>Sign in</button>
            <script>
            document.querySelector('button').onclick = () => window.open('%s', 'sign-in', 'popup,width=500,height=700');
            addEventListener('message', event => { if (event.origin === location.origin) document.title = event.data; });
            </script>""";

    private final HttpServer server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final URI gateway;
    private final Map<String, Map<String, String>> answers = new ConcurrentHashMap<>();
    private volatile String clientId = "";
    private volatile String opens = "";

    private LoopbackClient(HttpServer server, URI gateway) {
        this.server = server;
        this.gateway = gateway;
    }

    /** Registers under this name. */
    static LoopbackClient registered(URI gateway, String name) throws IOException, InterruptedException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        LoopbackClient client = new LoopbackClient(server, gateway);
        server.createContext("/", exchange -> {
            try (exchange) {
                client.serve(exchange);
            }
        });
        server.start();
        String registration = JSON.createObjectNode()
                .put("client_name", name)
                .put("token_endpoint_auth_method", "none")
                .set("redirect_uris", JSON.createArrayNode().add(client.redirectUri()))
                .toString();
        HttpResponse<String> answer = client.send(HttpRequest.newBuilder(URI.create(gateway + "/register"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(registration)));
        if (answer.statusCode() != 201) {
            throw new IOException("registration: " + answer.statusCode() + " " + answer.body());
        }
        client.clientId = JSON.readTree(answer.body()).path("client_id").asText();
        return client;
    }

    private void serve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String page = OPENER.formatted(opens);
        if (path.equals("/callback")) {
            Map<String, String> answer = query(exchange.getRequestURI());
            answers.put(answer.getOrDefault("state", ""), answer);
            page = CALLBACK;
        }
        byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** A page with one button, which opens a sign-in as a popup and shows what that reports as its title. */
    URI opener(SignIn signIn) {
        opens = signIn.url().toString();
        return URI.create(origin() + "/");
    }

    private String origin() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private String redirectUri() {
        return origin() + "/callback";
    }

    /** One attempt, with its own state and verifier. */
    SignIn begin() {
        return new SignIn(UUID.randomUUID().toString(), UUID.randomUUID() + "-" + UUID.randomUUID());
    }

    /** An attempt to get access to the route. */
    final class SignIn {

        private final String state;
        private final String verifier;

        private SignIn(String state, String verifier) {
            this.state = state;
            this.verifier = verifier;
        }

        /** Where to send the browser. */
        URI url() {
            Map<String, String> request = new LinkedHashMap<>();
            request.put("response_type", "code");
            request.put("client_id", clientId);
            request.put("redirect_uri", redirectUri());
            request.put("state", state);
            request.put("code_challenge", sha256(verifier));
            request.put("code_challenge_method", "S256");
            request.put("resource", route().toString());
            return URI.create(gateway + "/authorize?" + form(request));
        }

        /** Whether the browser has come back. */
        boolean isAnswered() {
            return answers.containsKey(state);
        }

        /** What the browser brings back, once it does. */
        Map<String, String> answer() {
            await().until(this::isAnswered);
            return answers.get(state);
        }

        /** The access token for the code of the answer. */
        String token() throws IOException, InterruptedException {
            Map<String, String> request = new LinkedHashMap<>();
            request.put("grant_type", "authorization_code");
            request.put("code", String.valueOf(answer().get("code")));
            request.put("redirect_uri", redirectUri());
            request.put("client_id", clientId);
            request.put("code_verifier", verifier);
            request.put("resource", route().toString());
            HttpResponse<String> answer = send(HttpRequest.newBuilder(URI.create(gateway + "/token"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(form(request))));
            JsonNode token = JSON.readTree(answer.body()).path("access_token");
            if (answer.statusCode() != 200 || !token.isTextual()) {
                throw new IOException("no token: " + answer.statusCode());
            }
            return token.asText();
        }
    }

    /** What the route answers when it is asked for its tools. */
    HttpResponse<String> tools(String token) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(route())
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString("""
                        {"jsonrpc":"2.0","id":1,"method":"tools/list"}""")));
    }

    private URI route() {
        return URI.create(gateway + "/" + FacadeInFront.ROUTE);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        server.stop(0);
        http.close();
    }

    private static String form(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(parameter ->
                        parameter.getKey() + "=" + URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private static Map<String, String> query(URI uri) {
        Map<String, String> parameters = new LinkedHashMap<>();
        String query = uri.getRawQuery();
        for (String pair : query == null ? new String[0] : query.split("&")) {
            String[] parts = pair.split("=", 2);
            parameters.put(parts[0], parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return parameters;
    }

    private static String sha256(String text) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
