package dev.ostiary.benchmarks.load;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.entra.emulator.DemoDirectory;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One client's way from registration to its first call, seven requests. Thread-safe. */
final class SignInSequence {

    private static final String REDIRECT = "http://127.0.0.1:33418/callback";
    private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final Pattern TRANSACTION = Pattern.compile("name=\"transaction\" value=\"([^\"]*)\"");
    private static final Pattern CODE = Pattern.compile("[?&]code=([^&]*)");
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http;
    private final String gateway;
    private final String entra;
    private final AtomicInteger next = new AtomicInteger();

    SignInSequence(HttpClient http, String gateway, String entra) {
        this.http = http;
        this.gateway = gateway;
        this.entra = entra;
    }

    /** @throws IllegalStateException when an answer is not the one that leads on */
    void run() throws IOException, InterruptedException {
        int number = next.getAndIncrement();
        // A client address of its own, since the facade limits addresses.
        String address = "10.%d.%d.%d".formatted(number >> 16 & 255, number >> 8 & 255, number & 255);
        Map<String, String> cookies = new HashMap<>();
        String id = json(
                send(
                        post(
                                "/register",
                                "application/json",
                                "{\"client_name\":\"Load\",\"redirect_uris\":[\"" + REDIRECT
                                        + "\"],\"token_endpoint_auth_method\":\"none\"}"),
                        address,
                        cookies,
                        201),
                "client_id");
        HttpResponse<String> page = send(
                get(gateway + "/authorize?response_type=code&state=s&code_challenge_method=S256&code_challenge="
                        + CHALLENGE + "&client_id=" + url(id) + "&redirect_uri=" + url(REDIRECT) + "&resource="
                        + url(gateway + "/echo")),
                address,
                cookies,
                200);
        String toEntra = location(send(
                post("/consent", FORM, "decision=approve&transaction=" + url(find(TRANSACTION, page.body())))
                        .header("Origin", gateway),
                address,
                cookies,
                303));
        if (!toEntra.startsWith(entra)) {
            throw new IllegalStateException("not sent to Entra");
        }
        String user = "user" + number % FacadeStage.USERS + "@" + DemoDirectory.DOMAIN;
        String back = location(send(get(toEntra + "&login_hint=" + url(user)), address, new HashMap<>(), 302));
        String done = location(send(get(back), address, cookies, 303));
        String token = json(
                send(
                        post(
                                "/token",
                                FORM,
                                "grant_type=authorization_code&client_id=" + url(id) + "&code=" + find(CODE, done)
                                        + "&redirect_uri=" + url(REDIRECT) + "&code_verifier=" + VERIFIER
                                        + "&resource=" + url(gateway + "/echo")),
                        address,
                        cookies,
                        200),
                "access_token");
        HttpResponse<String> called = send(
                post(
                                "/echo",
                                "application/json",
                                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\",\"arguments\":{}}}")
                        .header("Accept", "application/json, text/event-stream")
                        .header("Authorization", "Bearer " + token),
                address,
                cookies,
                200);
        if (!called.body().contains("hello")) {
            throw new IllegalStateException("the call was refused: " + called.body());
        }
    }

    private HttpRequest.Builder post(String path, String type, String body) {
        return HttpRequest.newBuilder(URI.create(gateway + path))
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private static HttpRequest.Builder get(String url) {
        return HttpRequest.newBuilder(URI.create(url));
    }

    private HttpResponse<String> send(
            HttpRequest.Builder request, String address, Map<String, String> cookies, int expected)
            throws IOException, InterruptedException {
        request.header("X-Forwarded-For", address);
        if (!cookies.isEmpty()) {
            StringBuilder header = new StringBuilder();
            cookies.forEach((name, value) -> header.append(header.isEmpty() ? "" : "; ")
                    .append(name)
                    .append('=')
                    .append(value));
            request.header("Cookie", header.toString());
        }
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        boolean redirects = expected / 100 == 3;
        if (redirects ? answer.statusCode() / 100 != 3 : answer.statusCode() != expected) {
            throw new IllegalStateException(
                    answer.uri().getPath() + " answered " + answer.statusCode() + ": " + answer.body());
        }
        for (String cookie : answer.headers().allValues("set-cookie")) {
            String pair = cookie.substring(0, cookie.indexOf(';'));
            int equals = pair.indexOf('=');
            if (cookie.contains("Max-Age=0")) {
                cookies.remove(pair.substring(0, equals));
            } else {
                cookies.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return answer;
    }

    private static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("location").orElseThrow();
    }

    private static String find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("nothing like " + pattern + " in " + text);
        }
        return matcher.group(1);
    }

    private static String json(HttpResponse<String> answer, String name) throws IOException {
        return JSON.readTree(answer.body()).path(name).asText();
    }

    private static String url(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
