package dev.ostiary.gateway.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An MCP client and its user's browser, at a gateway's public URL: a connection of its own for each request, so that each goes
 * to another replica.
 */
final class McpUser {

    static final String CALLBACK = "http://127.0.0.1:33418/cb";
    static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a token endpoint answered. */
    record Tokens(String access, String refresh) {}

    private final String url;
    private final String user;
    private final Map<String, String> cookies = new HashMap<>();
    String clientId = "";

    McpUser(String url, String user) {
        this.url = url;
        this.user = user;
    }

    /** From registration to tokens for a route; {@code before} is told of each step to come. */
    Tokens signIn(String route, Consumer<String> before) throws Exception {
        return tokens(redeem(code(route, before), before));
    }

    Tokens signIn(String route) throws Exception {
        return signIn(route, step -> {});
    }

    /** From registration to a code. */
    String code(String route, Consumer<String> before) throws Exception {
        String toClient = location(callback(route, before));
        String code = query(toClient).get("code");
        if (code == null) {
            throw new AssertionError("no code in " + toClient);
        }
        return code;
    }

    /** From registration to what the gateway answers to whom Entra sends back. */
    HttpResponse<String> callback(String route, Consumer<String> before) throws Exception {
        if (clientId.isEmpty()) {
            before.accept("register");
            clientId = register();
        }
        before.accept("authorize");
        HttpResponse<String> page = get("/authorize?" + encode(request(route)));
        expect(page, 200);
        before.accept("consent");
        Map<String, String> form = new LinkedHashMap<>();
        form.put("transaction", hidden(page.body()));
        form.put("decision", "approve");
        HttpResponse<String> toEntra = form("/consent", form);
        String back = location(atEntra(location(toEntra)));
        before.accept("callback");
        return get(back);
    }

    /** Signs in at the page of grants; the form that ends the first one. */
    Map<String, String> openGrants() throws Exception {
        String back = location(atEntra(location(get("/grants"))));
        String page = get(location(get(back))).body();
        Matcher fields = Pattern.compile("name=\"(\\w+)\" value=\"([^\"]*)\"").matcher(page);
        Map<String, String> form = new HashMap<>();
        while (fields.find()) {
            form.putIfAbsent(fields.group(1), fields.group(2));
        }
        if (form.size() != 2) {
            throw new AssertionError("not the form of a grant: " + page);
        }
        return form;
    }

    private HttpResponse<String> atEntra(String redirect) throws Exception {
        return get(redirect + "&login_hint=" + URLEncoder.encode(user, StandardCharsets.UTF_8));
    }

    String register() throws Exception {
        HttpResponse<String> registered = send(registration(url));
        expect(registered, 201);
        return JSON.readTree(registered.body()).path("client_id").asText();
    }

    static HttpRequest.Builder registration(String url) {
        return HttpRequest.newBuilder(URI.create(url + "/register"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"client_name\":\"A client\",\"redirect_uris\":[\""
                        + CALLBACK + "\"],\"token_endpoint_auth_method\":\"none\"}"));
    }

    /** What a client asks for. */
    Map<String, String> request(String route) {
        Map<String, String> request = new LinkedHashMap<>();
        request.put("response_type", "code");
        request.put("client_id", clientId);
        request.put("redirect_uri", CALLBACK);
        request.put("state", "s");
        request.put("code_challenge", CHALLENGE);
        request.put("code_challenge_method", "S256");
        request.put("resource", url + "/" + route);
        return request;
    }

    HttpResponse<String> redeem(String code, Consumer<String> before) throws Exception {
        before.accept("token");
        return form(
                "/token",
                Map.of(
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

    HttpResponse<String> refresh(String token) throws Exception {
        return form("/token", Map.of("grant_type", "refresh_token", "client_id", clientId, "refresh_token", token));
    }

    HttpResponse<String> revoke(String token) throws Exception {
        return form("/revoke", Map.of("client_id", clientId, "token", token));
    }

    HttpResponse<String> call(String route, String access, String body, String... headers) throws Exception {
        HttpRequest.Builder request = mcp(url, route, access).POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    static HttpRequest.Builder mcp(String url, String route, String access) {
        return HttpRequest.newBuilder(URI.create(url + "/" + route))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .header("Authorization", "Bearer " + access);
    }

    HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(path.startsWith("http") ? path : url + path)));
    }

    HttpResponse<String> form(String path, Map<String, String> form) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Origin", url)
                .POST(HttpRequest.BodyPublishers.ofString(encode(form))));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        if (!cookies.isEmpty() && request.build().uri().toString().startsWith(url)) {
            StringBuilder header = new StringBuilder();
            cookies.forEach((name, value) -> header.append(header.isEmpty() ? "" : "; ")
                    .append(name)
                    .append('=')
                    .append(value));
            request.header("Cookie", header.toString());
        }
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (request.build().uri().toString().startsWith(url)) {
                response.headers().allValues("set-cookie").forEach(this::keep);
            }
            return response;
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

    static Tokens tokens(HttpResponse<String> response) throws IOException {
        expect(response, 200);
        JsonNode json = JSON.readTree(response.body());
        return new Tokens(
                json.path("access_token").asText(), json.path("refresh_token").asText());
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

    static String hidden(String html) {
        Matcher matcher =
                Pattern.compile("name=\"transaction\" value=\"([^\"]*)\"").matcher(html);
        if (!matcher.find()) {
            throw new AssertionError("no transaction in " + html);
        }
        return matcher.group(1);
    }

    private static Map<String, String> query(String url) {
        Map<String, String> query = new HashMap<>();
        for (String pair : url.substring(url.indexOf('?') + 1).split("&", -1)) {
            int equals = pair.indexOf('=');
            query.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return query;
    }

    static String encode(Map<String, String> parameters) {
        StringBuilder encoded = new StringBuilder();
        parameters.forEach((name, value) -> encoded.append(encoded.isEmpty() ? "" : "&")
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return encoded.toString();
    }
}
