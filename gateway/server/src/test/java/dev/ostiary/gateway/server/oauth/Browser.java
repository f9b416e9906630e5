package dev.ostiary.gateway.server.oauth;

import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.gateway.config.egress.TrustAnchors;
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
import javax.net.ssl.SSLContext;

/** A browser as far as sign-ins go: it keeps cookies for the gateway, fills in forms and tells where it was sent. */
final class Browser {

    static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    final Map<String, String> cookies = new HashMap<>();
    private final FacadeFixture facade;

    Browser(FacadeFixture facade) {
        this.facade = facade;
    }

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create(path.startsWith("http") ? path : facade.url + path)));
    }

    HttpResponse<String> post(String path, Map<String, String> form, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(facade.url + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(encode(form)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        StringBuilder header = new StringBuilder();
        cookies.forEach((name, value) -> header.append(header.isEmpty() ? "" : "; ")
                .append(name)
                .append('=')
                .append(value));
        if (!header.isEmpty()) {
            request.header("Cookie", header.toString());
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            for (String cookie : response.headers().allValues("set-cookie")) {
                String pair = cookie.split(";")[0];
                int equals = pair.indexOf('=');
                if (cookie.contains("Max-Age=0")) {
                    cookies.remove(pair.substring(0, equals));
                } else {
                    cookies.put(pair.substring(0, equals), pair.substring(equals + 1));
                }
            }
            return response;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a client asks for, complete and right. */
    static Map<String, String> request(FacadeFixture facade, String clientId, String redirectUri) {
        Map<String, String> request = new LinkedHashMap<>();
        request.put("response_type", "code");
        request.put("client_id", clientId);
        request.put("redirect_uri", redirectUri);
        request.put("state", "the client's state");
        request.put("code_challenge", CHALLENGE);
        request.put("code_challenge_method", "S256");
        request.put("resource", facade.url + "/notes");
        return request;
    }

    HttpResponse<String> authorize(Map<String, String> request) {
        return get("/authorize?" + encode(request));
    }

    /** Presses a button on a consent page. */
    HttpResponse<String> answer(HttpResponse<String> page, String decision, boolean remember) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("transaction", hidden(page.body(), "transaction"));
        form.put("decision", decision);
        if (remember) {
            form.put("remember", "yes");
        }
        return post("/consent", form);
    }

    /** Signs in at Entra and comes back with the URL of the callback, not yet visited. */
    String atEntra(HttpResponse<String> redirect, User user) {
        return atEntra(location(redirect), user);
    }

    /** The same at a URL of Entra's. */
    String atEntra(String entraUrl, User user) {
        String url = entraUrl + "&login_hint=" + URLEncoder.encode(user.upn(), StandardCharsets.UTF_8);
        HttpClient.Builder client = HttpClient.newBuilder();
        facade.entra.caCertificatePem().ifPresent(pem -> client.sslContext(trusting(pem)));
        try (HttpClient entra = client.build()) {
            HttpResponse<String> answer =
                    entra.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
            return location(answer);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext trusting(String pem) {
        try {
            return TrustAnchors.context(pem);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static String location(HttpResponse<String> response) {
        return response.headers()
                .firstValue("location")
                .orElseThrow(
                        () -> new AssertionError(response.statusCode() + " without a location: " + response.body()));
    }

    static String hidden(String html, String name) {
        Matcher matcher =
                Pattern.compile("name=\"" + name + "\" value=\"([^\"]*)\"").matcher(html);
        if (!matcher.find()) {
            throw new AssertionError("no field " + name + " in " + html);
        }
        return matcher.group(1);
    }

    static Map<String, String> query(String url) {
        Map<String, String> query = new HashMap<>();
        for (String pair : url.substring(url.indexOf('?') + 1).split("&")) {
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
