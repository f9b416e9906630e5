package dev.ostiary.gateway.server.oauth;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The client's redirect URI with an answer in its query, the issuer always among it (RFC 6749 §4.1.2, RFC 9207). */
final class RedirectAnswer {

    private final StringBuilder uri;

    private RedirectAnswer(String redirectUri) {
        this.uri = new StringBuilder(redirectUri);
    }

    static String code(String redirectUri, String code, @Nullable String state, String issuer) {
        RedirectAnswer answer = new RedirectAnswer(redirectUri);
        answer.add("code", code);
        return answer.end(state, issuer);
    }

    static String error(String redirectUri, String error, String description, @Nullable String state, String issuer) {
        RedirectAnswer answer = new RedirectAnswer(redirectUri);
        answer.add("error", error);
        answer.add("error_description", description);
        return answer.end(state, issuer);
    }

    private String end(@Nullable String state, String issuer) {
        if (state != null) {
            add("state", state);
        }
        add("iss", issuer);
        return uri.toString();
    }

    private void add(String name, String value) {
        char last = uri.charAt(uri.length() - 1);
        if (last != '?' && last != '&') {
            uri.append(uri.indexOf("?") < 0 ? '?' : '&');
        }
        // Form encoding writes a space as a plus, which some clients do not read back.
        uri.append(name)
                .append('=')
                .append(URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20"));
    }
}
