package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.entra.emulator.DemoDirectory;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A client that registers itself, with a user and the user's browser: everything over HTTP as it is outside. Pages are answered
 * with yes, a second factor at Entra too.
 */
final class FacadeClient {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String REDIRECT = "http://127.0.0.1:33418/callback";
    private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    /** Where the browser was sent at Entra, one URL a round. */
    final java.util.List<String> atEntra = new java.util.ArrayList<>();

    String accessToken = "";
    String refreshToken = "";
    private final GatewayFixture gateway;
    private final String route;
    private final String clientId;
    private final Map<String, String> cookies = new HashMap<>();

    FacadeClient(GatewayFixture gateway, String route) throws IOException, InterruptedException {
        this.gateway = gateway;
        this.route = route;
        HttpResponse<String> registered = gateway.http.send(
                HttpRequest.newBuilder(URI.create(gateway.publicUrl() + "/register"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"client_name\":\"A client\",\"redirect_uris\":[\""
                                + REDIRECT + "\"],\"token_endpoint_auth_method\":\"none\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(registered.statusCode()).as(registered.body()).isEqualTo(201);
        clientId = json(registered).path("client_id").asText();
    }

    /** The whole way, from the authorization request to tokens. */
    FacadeClient signIn(String user) throws IOException, InterruptedException {
        HttpResponse<String> answer = token(Map.of(
                "grant_type",
                "authorization_code",
                "code",
                authorize(user).get("code"),
                "redirect_uri",
                REDIRECT,
                "code_verifier",
                VERIFIER));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return this;
    }

    /** The parameters that the client's redirect URI gets. */
    Map<String, String> authorize(String user) throws IOException, InterruptedException {
        Map<String, String> request = new LinkedHashMap<>();
        request.put("response_type", "code");
        request.put("client_id", clientId);
        request.put("redirect_uri", REDIRECT);
        request.put("state", "s");
        request.put("code_challenge", CHALLENGE);
        request.put("code_challenge_method", "S256");
        request.put("resource", gateway.publicUrl() + "/" + route);
        HttpResponse<String> answer = get(gateway.publicUrl() + "/authorize?" + encode(request));
        for (int steps = 0; steps < 10; steps++) {
            if (answer.statusCode() == 200) {
                answer = approve(answer);
                continue;
            }
            String location = answer.headers()
                    .firstValue("location")
                    .orElseThrow(unexpected(answer.statusCode() + " " + answer.body()));
            if (location.startsWith(REDIRECT)) {
                return query(location);
            }
            boolean entra = location.startsWith(gateway.entra.origin());
            if (entra) {
                atEntra.add(location);
            }
            answer = get(entra ? location + "&login_hint=" + user + "%40" + DemoDirectory.DOMAIN : location);
        }
        throw new AssertionError("no end");
    }

    private static java.util.function.Supplier<AssertionError> unexpected(String what) {
        return () -> new AssertionError(what);
    }

    private HttpResponse<String> approve(HttpResponse<String> page) throws IOException, InterruptedException {
        Matcher action = Pattern.compile("<form[^>]*action=\"([^\"]*)\"[^>]*>(.*?)</form>", Pattern.DOTALL)
                .matcher(page.body());
        if (!action.find()) {
            throw new AssertionError("no form in " + page.body());
        }
        Map<String, String> form = new LinkedHashMap<>();
        Matcher hidden = Pattern.compile("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"")
                .matcher(action.group(2));
        while (hidden.find()) {
            form.put(hidden.group(1), unescape(hidden.group(2)));
        }
        if (page.body().contains("name=\"decision\"")) {
            form.put("decision", "approve");
        }
        URI target = page.uri().resolve(unescape(action.group(1)));
        return send(HttpRequest.newBuilder(target)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Origin", page.uri().getScheme() + "://" + page.uri().getAuthority())
                .POST(HttpRequest.BodyPublishers.ofString(encode(form))));
    }

    HttpResponse<String> refresh() throws IOException, InterruptedException {
        return token(Map.of("grant_type", "refresh_token", "refresh_token", refreshToken));
    }

    private HttpResponse<String> token(Map<String, String> parameters) throws IOException, InterruptedException {
        Map<String, String> form = new LinkedHashMap<>(parameters);
        form.put("client_id", clientId);
        form.put("resource", gateway.publicUrl() + "/" + route);
        HttpResponse<String> answer = gateway.http.send(
                HttpRequest.newBuilder(URI.create(gateway.publicUrl() + "/token"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(encode(form)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() == 200) {
            accessToken = json(answer).path("access_token").asText();
            refreshToken = json(answer).path("refresh_token").asText();
        }
        return answer;
    }

    HttpRequest request(String body) {
        return gateway.request("", route)
                .header("Authorization", "Bearer " + accessToken)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    HttpResponse<String> call(String body) throws IOException, InterruptedException {
        return gateway.http.send(request(body), HttpResponse.BodyHandlers.ofString());
    }

    static JsonNode json(HttpResponse<String> answer) {
        try {
            return JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw new AssertionError(answer.body(), e);
        }
    }

    private HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url)));
    }

    /** Cookies of gateway and Entra have different names, so that one jar does for both. */
    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        StringBuilder header = new StringBuilder();
        cookies.forEach((name, value) -> header.append(header.isEmpty() ? "" : "; ")
                .append(name)
                .append('=')
                .append(value));
        if (!header.isEmpty()) {
            request.header("Cookie", header.toString());
        }
        HttpResponse<String> answer = gateway.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        for (String cookie : answer.headers().allValues("set-cookie")) {
            String pair = cookie.split(";", -1)[0];
            String name = pair.substring(0, pair.indexOf('='));
            if (cookie.contains("Max-Age=0")) {
                cookies.remove(name);
            } else {
                cookies.put(name, pair.substring(name.length() + 1));
            }
        }
        return answer;
    }

    /** Another browser, or the same after its cookies were cleared. */
    void forgetCookies() {
        cookies.clear();
    }

    static @Nullable String parameter(String url, String name) {
        return query(url).get(name);
    }

    private static Map<String, String> query(String url) {
        Map<String, String> query = new HashMap<>();
        for (String pair : url.substring(url.indexOf('?') + 1).split("&", -1)) {
            String[] parts = pair.split("=", 2);
            query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return query;
    }

    private static String encode(Map<String, String> parameters) {
        StringBuilder encoded = new StringBuilder();
        parameters.forEach((name, value) -> encoded.append(encoded.isEmpty() ? "" : "&")
                .append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return encoded.toString();
    }

    private static String unescape(String html) {
        return html.replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
    }
}
