package dev.ostiary.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.entra.emulator.DemoDirectory;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An MCP client and its user's browser, at the gateway's public URL, step by step, so that the gateway can die between any two. No
 * connection outlives its request. Whoever gets no answer gets an {@link IOException}; so does whoever gets 503, which says the
 * same.
 */
final class SignedInUser {

    private static final String CALLBACK = "http://127.0.0.1:33418/cb";
    private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String gateway;
    private final String user;
    private final Map<String, String> cookies = new HashMap<>();
    private String clientId = "";
    volatile String accessToken = "";
    volatile String refreshToken = "";

    SignedInUser(String gateway, String user) {
        this.gateway = gateway;
        this.user = user;
    }

    /** The whole way. */
    SignedInUser signIn() throws IOException, InterruptedException {
        redeem(code(callback()));
        return this;
    }

    /** Registers once, asks, approves and signs in at Entra; the URL that Entra sends the browser to, not yet visited. */
    String callback() throws IOException, InterruptedException {
        if (clientId.isEmpty()) {
            HttpResponse<String> registered = send(HttpRequest.newBuilder(URI.create(gateway + "/register"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"client_name\":\"A client\",\"redirect_uris\":[\""
                            + CALLBACK + "\"],\"token_endpoint_auth_method\":\"none\"}")));
            expect(registered, 201);
            clientId = JSON.readTree(registered.body()).path("client_id").asText();
        }
        Map<String, String> request = new LinkedHashMap<>();
        request.put("response_type", "code");
        request.put("client_id", clientId);
        request.put("redirect_uri", CALLBACK);
        request.put("state", "s");
        request.put("code_challenge", CHALLENGE);
        request.put("code_challenge_method", "S256");
        request.put("resource", gateway + "/notes");
        HttpResponse<String> page = get(gateway + "/authorize?" + encode(request));
        expect(page, 200);
        Matcher transaction =
                Pattern.compile("name=\"transaction\" value=\"([^\"]*)\"").matcher(page.body());
        if (!transaction.find()) {
            throw new AssertionError("no transaction in " + page.body());
        }
        HttpResponse<String> toEntra =
                post("/consent", Map.of("transaction", transaction.group(1), "decision", "approve"));
        return location(get(location(toEntra) + "&login_hint=" + user + "%40" + DemoDirectory.DOMAIN));
    }

    /** Visits the callback; the code that the client gets. */
    String code(String callback) throws IOException, InterruptedException {
        String location = location(get(callback));
        Matcher code = Pattern.compile("[?&]code=([^&]*)").matcher(location);
        if (!code.find()) {
            throw new AssertionError("no code in " + location);
        }
        return URLDecoder.decode(code.group(1), StandardCharsets.UTF_8);
    }

    /** The same, whatever comes of it. */
    HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url)));
    }

    void redeem(String code) throws IOException, InterruptedException {
        tokens(Map.of(
                "grant_type",
                "authorization_code",
                "client_id",
                clientId,
                "code",
                code,
                "redirect_uri",
                CALLBACK,
                "code_verifier",
                VERIFIER));
    }

    void refresh() throws IOException, InterruptedException {
        tokens(Map.of("grant_type", "refresh_token", "client_id", clientId, "refresh_token", refreshToken));
    }

    private void tokens(Map<String, String> form) throws IOException, InterruptedException {
        HttpResponse<String> answer = post("/token", form);
        expect(answer, 200);
        accessToken = JSON.readTree(answer.body()).path("access_token").asText();
        refreshToken = JSON.readTree(answer.body()).path("refresh_token").asText();
    }

    /** Asks for the list of tools with the access token. */
    HttpResponse<String> list() throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(gateway + "/notes"))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .header("Authorization", "Bearer " + accessToken)
                .POST(HttpRequest.BodyPublishers.ofString("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}")));
    }

    private HttpResponse<String> post(String path, Map<String, String> form) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(gateway + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Origin", gateway)
                .POST(HttpRequest.BodyPublishers.ofString(encode(form))));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        boolean ours = request.build().uri().toString().startsWith(gateway);
        if (ours && !cookies.isEmpty()) {
            request.header(
                    "Cookie",
                    String.join(
                            "; ",
                            cookies.entrySet().stream()
                                    .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                                    .toList()));
        }
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 503) {
                throw new IOException("not now: " + answer.body());
            }
            if (ours) {
                answer.headers().allValues("set-cookie").forEach(this::keep);
            }
            return answer;
        }
    }

    private void keep(String cookie) {
        String pair = cookie.split(";", -1)[0];
        int equals = pair.indexOf('=');
        if (cookie.contains("Max-Age=0")) {
            cookies.remove(pair.substring(0, equals));
        } else {
            cookies.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
    }

    private static void expect(HttpResponse<String> response, int status) {
        if (response.statusCode() != status) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
    }

    private static String location(HttpResponse<String> response) {
        return response.headers()
                .firstValue("location")
                .orElseThrow(() -> new AssertionError(response.statusCode() + " " + response.body()));
    }

    private static String encode(Map<String, String> parameters) {
        StringBuilder encoded = new StringBuilder();
        parameters.forEach((name, value) -> encoded.append(encoded.isEmpty() ? "" : "&")
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return encoded.toString();
    }
}
