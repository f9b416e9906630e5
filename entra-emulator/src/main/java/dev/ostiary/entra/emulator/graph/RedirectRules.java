package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.entra.emulator.objects.ObjectJson;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Redirect URIs by platform ([D] entra-docs {@code reply-url.md}; fact sheet §2.7): https, or http on this machine; single-page apps only
 * these two; mobile and desktop apps any scheme. [O] terraform-provider-azuread #575: URNs on the web platform only.
 */
final class RedirectRules {

    private static final int MAX_LENGTH = 256;
    private static final int MAX_URIS = 256;
    private static final Pattern FORBIDDEN = Pattern.compile("[!$'(),;*]");
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1");

    private RedirectRules() {}

    static void check(JsonNode application) {
        int count = 0;
        for (String platform : List.of("web", "spa", "publicClient")) {
            Set<String> seen = new HashSet<>();
            for (String uri : ObjectJson.texts(application.path(platform).path("redirectUris"))) {
                count++;
                if (!fits(uri, platform) || !seen.add(uri)) {
                    throw GraphException.badRequest("Property " + platform + ".redirectUris is invalid.");
                }
            }
        }
        if (count > MAX_URIS) {
            throw GraphException.badRequest("The number of redirect URIs exceeds the maximum of " + MAX_URIS + ".");
        }
    }

    private static boolean fits(String text, String platform) {
        if (text.length() > MAX_LENGTH || FORBIDDEN.matcher(text).find()) {
            return false;
        }
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme();
            if (scheme == null || uri.getRawFragment() != null) {
                return false;
            }
            return switch (scheme) {
                case "https" -> uri.getHost() != null;
                // [::1] is not supported ([D] reply-url.md).
                case "http" -> uri.getHost() != null && LOOPBACK.contains(uri.getHost());
                case "urn" -> platform.equals("web");
                default -> platform.equals("publicClient");
            };
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
