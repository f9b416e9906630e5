package dev.ostiary.gateway.server.oauth;

import java.util.List;

/**
 * A request to an endpoint that machines call, its form read.
 *
 * @param parameters of the form; the query has none, a request with one is refused before this is made
 * @param authorization all values of that header
 * @param clientAddress for rate limits and audit
 */
record OAuthRequest(Parameters parameters, List<String> authorization, String clientAddress) {

    public OAuthRequest {
        authorization = List.copyOf(authorization);
    }

    /** No header: it holds secrets. */
    @Override
    public String toString() {
        return "OAuthRequest[" + parameters + "]";
    }
}
