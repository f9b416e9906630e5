package dev.ostiary.gateway.server;

import dev.ostiary.entra.emulator.DemoDirectory;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The browser of a user who answers every page with yes, a second factor at Entra too. Cookies of gateway and Entra have different
 * names, so that one jar does for both.
 */
final class UsersBrowser {

    private static final int MAX_STEPS = 10;

    /** Where it was sent at Entra, one URL a round. */
    final List<String> atEntra = new ArrayList<>();

    private final HttpClient http;
    private final String entra;
    private final Map<String, String> cookies = new HashMap<>();

    /** All {@code Set-Cookie} headers that it has seen. */
    final List<String> cookieHeaders = new ArrayList<>();

    /** @param entra its origin */
    UsersBrowser(HttpClient http, String entra) {
        this.http = http;
        this.entra = entra;
    }

    /**
     * Opens a URL and does what the pages say.
     *
     * @param redirectUri of the client that waits
     * @return the URL that the client gets
     */
    String open(String url, String redirectUri, String user) throws IOException, InterruptedException {
        HttpResponse<String> answer = get(url);
        for (int steps = 0; steps < MAX_STEPS; steps++) {
            if (answer.statusCode() == 200) {
                answer = approve(answer);
                continue;
            }
            HttpResponse<String> last = answer;
            String location = answer.headers()
                    .firstValue("location")
                    .orElseThrow(() -> new AssertionError(last.statusCode() + " " + last.body()));
            if (location.startsWith(redirectUri)) {
                return location;
            }
            boolean toEntra = location.startsWith(entra);
            if (toEntra) {
                atEntra.add(location);
            }
            answer = get(toEntra ? location + "&login_hint=" + user + "%40" + DemoDirectory.DOMAIN : location);
        }
        throw new AssertionError("no end");
    }

    /** As another browser, or the same after its cookies were cleared. */
    void forgetCookies() {
        cookies.clear();
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

    HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(url)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        StringBuilder header = new StringBuilder();
        cookies.forEach((name, value) -> header.append(header.isEmpty() ? "" : "; ")
                .append(name)
                .append('=')
                .append(value));
        if (!header.isEmpty()) {
            request.header("Cookie", header.toString());
        }
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        for (String cookie : answer.headers().allValues("set-cookie")) {
            cookieHeaders.add(cookie);
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

    static Map<String, String> query(String url) {
        Map<String, String> query = new HashMap<>();
        for (String pair : url.substring(url.indexOf('?') + 1).split("&", -1)) {
            String[] parts = pair.split("=", 2);
            String before = query.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            if (before != null) {
                throw new AssertionError(parts[0] + " comes twice in " + url);
            }
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

    private static String unescape(String html) {
        return html.replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
    }
}
