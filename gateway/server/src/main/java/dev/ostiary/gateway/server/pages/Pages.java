package dev.ostiary.gateway.server.pages;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The pages as bytes of UTF-8, and the headers without which they must not be sent. Stateless. */
public final class Pages {

    private static final Map<String, String> HEADERS = buildHeaders();

    private Pages() {}

    /** The question whether a client may use a server in the user's name. */
    public static byte[] consent(ConsentView view, Language language) {
        return bytes(ConsentPage.of(view, Texts.in(language)));
    }

    /** What a user has granted, and how to end it. */
    public static byte[] grants(GrantsView view, Language language) {
        return bytes(GrantsPage.of(view, Texts.in(language)));
    }

    /** What a server's address is for, where somebody opens it in a browser. */
    public static byte[] address(AddressView view, Language language) {
        return bytes(AddressPage.of(view, Texts.in(language)));
    }

    /** What went wrong, for the user and for administrators. */
    public static byte[] error(ErrorView view, Language language) {
        return bytes(ErrorPage.of(view, Texts.in(language)));
    }

    /**
     * The headers of every page, {@code Content-Type} among them, in lower case.
     *
     * <p>The policy has no {@code form-action}: Chromium applies it to the redirects that answer a form too, and those end at
     * the client's redirect URI, whatever that is. {@code Referrer-Policy} is not {@code no-referrer}: with it browsers post
     * forms with {@code Origin: null} (Fetch standard, "append a request Origin header"), which is refused as foreign. There is
     * no {@code Cross-Origin-Opener-Policy}: clients on the web sign in through a popup that reports back to its opener.
     */
    public static Map<String, String> headers() {
        return HEADERS;
    }

    private static byte[] bytes(Html page) {
        return page.markup().getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, String> buildHeaders() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("content-type", "text/html; charset=utf-8");
        headers.put(
                "content-security-policy",
                "default-src 'none'; style-src '" + Stylesheet.HASH
                        + "'; img-src data:; base-uri 'none'; frame-ancestors 'none'");
        headers.put("x-frame-options", "DENY");
        headers.put("x-content-type-options", "nosniff");
        headers.put("referrer-policy", "same-origin");
        headers.put("cache-control", "no-store");
        headers.put(
                "permissions-policy",
                "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), publickey-credentials-get=(), usb=()");
        return Collections.unmodifiableMap(headers);
    }
}
