package dev.ostiary.cli;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An MCP client and its user's browser, who follow the way from the route's URL to a tool's answer as far as it goes: metadata,
 * redirects, forms, cookies, tokens, a call. What the user meets at its end is what is told.
 */
final class SignInAttempt implements AutoCloseable {

    private static final String CALLBACK = "http://127.0.0.1:33418/";
    private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_HOPS = 12;

    private final RegisteredGateway gateway;
    private final String route;
    private final String user;
    private final Map<String, String> cookies = new HashMap<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Where the way ended. */
    enum Place {
        /** A page of the gateway's in the browser. */
        GATEWAY_PAGE,
        /** A page of Entra's in the browser. */
        ENTRA_PAGE,
        /** An OAuth error that Entra, through the browser or not, gave to the client, which shows it. */
        ENTRA_ERROR,
        /** An OAuth error that the gateway gave to the client. */
        GATEWAY_ERROR,
        /** The gateway's refusal of a request with a token. */
        REFUSAL,
        /** The gateway's denial of a call. */
        DENIAL,
        /** Nowhere: the tool has answered. */
        IN
    }

    /** What the user met. */
    record Met(Place place, String text) {}

    /** @param user name, of the tenant's domain */
    SignInAttempt(RegisteredGateway gateway, String route, String user) {
        this.gateway = gateway;
        this.route = route;
        this.user = user;
    }

    /** A client that registers itself at the facade. */
    Met throughFacade() throws IOException, InterruptedException {
        JsonNode registered = JSON.readTree(post(
                        gateway.url() + "/register",
                        "application/json",
                        "{\"client_name\":\"A client\",\"redirect_uris\":[\"" + CALLBACK
                                + "\"],\"token_endpoint_auth_method\":\"none\"}")
                .body());
        String clientId = registered.path("client_id").asText();
        HttpResponse<String> page = get(gateway.url() + "/authorize?"
                + form(
                        "response_type",
                        "code",
                        "client_id",
                        clientId,
                        "redirect_uri",
                        CALLBACK,
                        "state",
                        "s",
                        "code_challenge",
                        CHALLENGE,
                        "code_challenge_method",
                        "S256",
                        "resource",
                        resource()));
        Matcher transaction =
                Pattern.compile("name=\"transaction\" value=\"([^\"]*)\"").matcher(page.body());
        if (!transaction.find()) {
            return new Met(Place.GATEWAY_PAGE, page.body());
        }
        HttpResponse<String> approved = post(
                gateway.url() + "/consent",
                "application/x-www-form-urlencoded",
                form("transaction", transaction.group(1), "decision", "approve"));
        return followed(
                location(approved),
                Place.GATEWAY_ERROR,
                code -> redeemed(
                        gateway.url() + "/token",
                        Place.GATEWAY_ERROR,
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

    /** A client that signs in at Entra under this id, with what the route's metadata says of scope and resource. */
    Met atEntra(String clientId, String redirect) throws IOException, InterruptedException {
        return atEntra(clientId, redirect, scope() + " openid offline_access");
    }

    /** The same with a scope of its own. */
    Met atEntra(String clientId, String redirect, String scope) throws IOException, InterruptedException {
        String start = gateway.authority() + "/oauth2/v2.0/authorize?"
                + form(
                        "client_id",
                        clientId,
                        "response_type",
                        "code",
                        "redirect_uri",
                        redirect,
                        "response_mode",
                        "query",
                        "scope",
                        scope,
                        "resource",
                        resource(),
                        "state",
                        "s",
                        "code_challenge",
                        CHALLENGE,
                        "code_challenge_method",
                        "S256");
        return followed(
                start,
                Place.ENTRA_ERROR,
                code -> redeemed(
                        gateway.authority() + "/oauth2/v2.0/token",
                        Place.ENTRA_ERROR,
                        "grant_type",
                        "authorization_code",
                        "client_id",
                        clientId,
                        "code",
                        code,
                        "redirect_uri",
                        redirect,
                        "code_verifier",
                        VERIFIER,
                        "scope",
                        scope));
    }

    /** The Azure CLI: its user has signed in before, and it asks for a token without a browser. */
    Met withTheAzureCli(String clientId) throws IOException, InterruptedException {
        String redirect = "http://localhost:51234";
        String begin = gateway.authority() + "/oauth2/v2.0/authorize?"
                + form(
                        "client_id",
                        clientId,
                        "response_type",
                        "code",
                        "redirect_uri",
                        redirect,
                        "scope",
                        "openid profile offline_access",
                        "state",
                        "s",
                        "code_challenge",
                        CHALLENGE,
                        "code_challenge_method",
                        "S256");
        return followed(begin, Place.ENTRA_ERROR, code -> {
            JsonNode login = JSON.readTree(post(
                            gateway.authority() + "/oauth2/v2.0/token",
                            "application/x-www-form-urlencoded",
                            form(
                                    "grant_type",
                                    "authorization_code",
                                    "client_id",
                                    clientId,
                                    "code",
                                    code,
                                    "redirect_uri",
                                    redirect,
                                    "code_verifier",
                                    VERIFIER,
                                    "scope",
                                    "openid profile offline_access"))
                    .body());
            return redeemed(
                    gateway.authority() + "/oauth2/v2.0/token",
                    Place.ENTRA_ERROR,
                    "grant_type",
                    "refresh_token",
                    "client_id",
                    clientId,
                    "refresh_token",
                    login.path("refresh_token").asText(),
                    "scope",
                    scope());
        });
    }

    /** An app without a user. */
    Met asApp(String clientId, String secret) throws IOException, InterruptedException {
        return redeemed(
                gateway.authority() + "/oauth2/v2.0/token",
                Place.ENTRA_ERROR,
                "grant_type",
                "client_credentials",
                "client_id",
                clientId,
                "client_secret",
                secret,
                "scope",
                gateway.clientId() + "/.default");
    }

    private interface WithCode {
        Met go(String code) throws IOException, InterruptedException;
    }

    /** Follows redirects until a page, or until the client is called back. */
    private Met followed(String start, Place errors, WithCode then) throws IOException, InterruptedException {
        String next = start;
        for (int hop = 0; hop < MOST_HOPS; hop++) {
            boolean entra = next.startsWith(gateway.entra());
            HttpResponse<String> answer =
                    get(entra ? next + "&login_hint=" + URLEncoder.encode(user, StandardCharsets.UTF_8) : next);
            if (answer.headers().firstValue("location").isEmpty()) {
                return new Met(entra ? Place.ENTRA_PAGE : Place.GATEWAY_PAGE, answer.body());
            }
            next = location(answer);
            if (!next.startsWith(gateway.url()) && !next.startsWith(gateway.entra())) {
                Map<String, String> told = query(next);
                String code = told.get("code");
                return code == null
                        ? new Met(errors, told.get("error") + ": " + told.get("error_description"))
                        : then.go(code);
            }
        }
        throw new AssertionError("more than " + MOST_HOPS + " redirects");
    }

    /** Gets a token and calls a tool with it. */
    private Met redeemed(String endpoint, Place errors, String... parameters) throws IOException, InterruptedException {
        HttpResponse<String> answer = post(endpoint, "application/x-www-form-urlencoded", form(parameters));
        if (answer.statusCode() != 200) {
            return new Met(errors, answer.body());
        }
        String token = JSON.readTree(answer.body()).path("access_token").asText();
        HttpResponse<String> called = send(HttpRequest.newBuilder(URI.create(resource()))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.ofString("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
                        + "\"params\":{\"name\":\"read_note\",\"arguments\":{\"id\":\"welcome\"}}}")));
        if (called.statusCode() != 200) {
            return new Met(
                    Place.REFUSAL,
                    called.headers().firstValue("WWW-Authenticate").orElse("") + "\n" + called.body());
        }
        boolean denied = called.body().contains("\"code\":-32003");
        return new Met(denied ? Place.DENIAL : Place.IN, called.body());
    }

    private String resource() {
        return gateway.url() + "/" + route;
    }

    /** As a client without any knowledge finds it (RFC 9728). */
    private String scope() throws IOException, InterruptedException {
        JsonNode metadata = JSON.readTree(get(gateway.url() + "/.well-known/oauth-protected-resource/" + route)
                .body());
        return metadata.path("scopes_supported").path(0).asText();
    }

    private HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url)));
    }

    private HttpResponse<String> post(String url, String type, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).header("Content-Type", type);
        if (url.startsWith(gateway.url())) {
            request.header("Origin", gateway.url());
        }
        return send(request.POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        boolean ours = request.build().uri().toString().startsWith(gateway.url());
        if (ours && !cookies.isEmpty()) {
            request.header(
                    "Cookie",
                    String.join(
                            "; ",
                            cookies.entrySet().stream()
                                    .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                                    .toList()));
        }
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (ours) {
            for (String cookie : answer.headers().allValues("set-cookie")) {
                String pair = cookie.split(";", -1)[0];
                int equals = pair.indexOf('=');
                cookies.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return answer;
    }

    private static String location(HttpResponse<String> response) {
        return response.headers()
                .firstValue("location")
                .orElseThrow(() -> new AssertionError(response.statusCode() + " " + response.body()));
    }

    private static String form(String... pairs) {
        StringBuilder encoded = new StringBuilder();
        for (int i = 0; i < pairs.length; i += 2) {
            encoded.append(i == 0 ? "" : "&")
                    .append(pairs[i])
                    .append('=')
                    .append(URLEncoder.encode(pairs[i + 1], StandardCharsets.UTF_8));
        }
        return encoded.toString();
    }

    private static Map<String, String> query(String url) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : url.substring(url.indexOf('?') + 1).split("&", -1)) {
            int equals = pair.indexOf('=');
            parameters.put(
                    pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        return parameters;
    }

    @Override
    public void close() {
        http.close();
    }
}
