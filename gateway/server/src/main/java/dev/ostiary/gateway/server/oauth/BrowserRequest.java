package dev.ostiary.gateway.server.oauth;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request of a browser.
 *
 * @param post whether it is POST, else GET
 * @param parameters of the query of a GET, of the form of a POST
 * @param cookies all {@code Cookie} headers
 * @param origin {@code Origin}; null: not sent
 * @param fetchSite {@code Sec-Fetch-Site}; null: not sent
 * @param acceptLanguage null: not sent
 * @param source for audit
 */
record BrowserRequest(
        boolean post,
        Parameters parameters,
        List<String> cookies,
        @Nullable String origin,
        @Nullable String fetchSite,
        @Nullable String acceptLanguage,
        FacadeEvent.Source source) {

    BrowserRequest {
        cookies = List.copyOf(cookies);
    }

    /**
     * Whether the request can have been made by one of our own pages. The listener has refused foreign origins, but the
     * configured ones may do much less here than they may elsewhere: nothing. Browsers that say neither are old; what they
     * send stands and falls with cookie and sealed token.
     */
    boolean fromOwnPage(String issuer) {
        if (fetchSite != null) {
            return fetchSite.equals("same-origin");
        }
        return origin == null || origin.equals(issuer);
    }

    /** No values: they are codes and cookies. */
    @Override
    public String toString() {
        return "BrowserRequest[" + source + "]";
    }
}
