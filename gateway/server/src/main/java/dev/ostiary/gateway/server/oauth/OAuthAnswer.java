package dev.ostiary.gateway.server.oauth;

import java.util.Map;

/**
 * An answer for machines; always sent with {@code Cache-Control: no-store}.
 *
 * @param status the HTTP status
 * @param headers beyond the usual ones
 * @param json the body; empty: none
 */
record OAuthAnswer(int status, Map<String, String> headers, String json) {

    public OAuthAnswer {
        headers = Map.copyOf(headers);
    }

    /** No body: it holds tokens. */
    @Override
    public String toString() {
        return "OAuthAnswer[" + status + "]";
    }
}
