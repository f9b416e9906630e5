package dev.ostiary.operator.registry;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a registry wants to see before it answers: the {@code WWW-Authenticate} of RFC 9110 §11.6.1, as registries use it. */
sealed interface AuthChallenge {

    /** None that can be met. */
    record None() implements AuthChallenge {}

    /** User and password. */
    record Basic() implements AuthChallenge {}

    /**
     * A token of a service (distribution project, "Token Authentication Specification").
     *
     * @param realm where tokens are issued
     * @param name who they are for; empty when it is not said
     */
    record Bearer(String realm, String name) implements AuthChallenge {

        /** The address to ask for a token with a scope; null when that is no HTTPS. */
        @Nullable
        URI service(String scope) {
            try {
                URI at = URI.create(realm);
                if (!"https".equals(at.getScheme()) || at.getHost() == null || at.getRawUserInfo() != null) {
                    return null;
                }
                String query = (name.isEmpty() ? "" : "service=" + encoded(name) + "&") + "scope=" + encoded(scope);
                return URI.create(realm + (at.getRawQuery() == null ? "?" : "&") + query);
            } catch (IllegalArgumentException e) {
                return null;
            }
        }

        private static String encoded(String value) {
            return URLEncoder.encode(value, StandardCharsets.UTF_8);
        }
    }

    Pattern PARAMETER = Pattern.compile("([a-zA-Z]+)=\"([^\"]{0,2048})\"");

    /** RFC 6750 §2.1, and no longer than a header may be. */
    Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{1,32768}=*");

    static boolean isToken(String text) {
        return TOKEN.matcher(text).matches();
    }

    /** The first that can be met; tokens before passwords. */
    static AuthChallenge of(List<String> headers) {
        for (String header : headers) {
            if (header.toLowerCase(Locale.ROOT).startsWith("bearer ")) {
                Map<String, String> parameters = new HashMap<>();
                Matcher matcher = PARAMETER.matcher(header);
                while (matcher.find()) {
                    parameters.putIfAbsent(matcher.group(1).toLowerCase(Locale.ROOT), matcher.group(2));
                }
                return new Bearer(parameters.getOrDefault("realm", ""), parameters.getOrDefault("service", ""));
            }
        }
        boolean basic = headers.stream()
                .anyMatch(header -> header.toLowerCase(Locale.ROOT).startsWith("basic"));
        return basic ? new Basic() : new None();
    }
}
