package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.http.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where and how the answer of /authorize goes.
 *
 * @param uri matched redirect URI
 * @param mode {@code query}, {@code fragment} or {@code form_post}
 * @param state echoed without HTML; null for none
 */
record ReplyAddress(String uri, String mode, @Nullable String state) {

    static ReplyAddress of(String requested, @Nullable String mode, @Nullable String state) {
        boolean known = mode != null && (mode.equals("fragment") || mode.equals("form_post"));
        return new ReplyAddress(
                RedirectUriRules.answered(requested),
                known && mode != null ? mode : "query",
                state == null ? null : state.replaceAll("<[^>]*>", ""));
    }

    Response success(Map<String, String> params) {
        return send(params);
    }

    Response error(EntraError error, ErrorResponses.Trace trace, String errorUri) {
        Map<String, String> params = new LinkedHashMap<>();
        params.put("error", error.error());
        params.put("error_description", trace.describe(error));
        params.put("error_uri", errorUri);
        return send(params);
    }

    Response cancelled() {
        Map<String, String> params = new LinkedHashMap<>();
        params.put("error", "access_denied");
        params.put("error_subcode", "cancel");
        return send(params);
    }

    private Response send(Map<String, String> params) {
        Map<String, String> all = new LinkedHashMap<>(params);
        if (state != null) {
            all.put("state", state);
        }
        if (mode.equals("form_post")) {
            return Pages.postBack(uri, all);
        }
        String encoded = all.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        String separator = mode.equals("fragment") ? "#" : uri.indexOf('?') >= 0 ? "&" : "?";
        return Response.redirect(uri + separator + encoded);
    }
}
