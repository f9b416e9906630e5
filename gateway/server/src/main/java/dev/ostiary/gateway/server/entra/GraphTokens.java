package dev.ostiary.gateway.server.entra;

import dev.ostiary.gateway.server.entra.GroupLookup.UserCredential;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Access tokens for Graph, of the gateway itself or of a user whom it acts for, kept until shortly before their end. */
final class GraphTokens {

    private static final int MOST_KEPT = 10_000;

    private final TokenEndpoint tokens;
    private final OnBehalfOf onBehalfOf;
    private final String scope;
    private final Remembered<String, EntraToken> kept;

    GraphTokens(URI graph, TokenEndpoint tokens, OnBehalfOf onBehalfOf, Time time) {
        this.tokens = tokens;
        this.onBehalfOf = onBehalfOf;
        this.scope = graph + "/.default";
        this.kept = new Remembered<>(MOST_KEPT, time, token -> OnBehalfOf.keepFor(token, time));
    }

    /** @param user null: the gateway itself */
    String token(@Nullable UserCredential user) throws EntraRefusedException, EntraUnavailableException {
        return switch (user) {
            case null ->
                kept.get("", () -> issued(Map.of("grant_type", "client_credentials")))
                        .value();
            case UserCredential.Assertion assertion ->
                onBehalfOf.exchange(assertion.accessToken(), List.of(scope)).value();
            case UserCredential.Session session ->
                kept.get(
                                OnBehalfOf.sha256(session.refreshToken()),
                                () -> issued(
                                        Map.of("grant_type", "refresh_token", "refresh_token", session.refreshToken())))
                        .value();
        };
    }

    /**
     * The next refresh token that comes with a session's token is dropped: Entra keeps the one that was used valid
     * (Microsoft, "Refresh tokens", "Token lifetime"), and it is the one that the store has.
     */
    private EntraToken issued(Map<String, String> grant) throws EntraRefusedException, EntraUnavailableException {
        Map<String, String> form = new java.util.LinkedHashMap<>(grant);
        form.put("scope", scope);
        TokenEndpoint.Issued issued = tokens.ask(Endpoint.Repeat.ALWAYS, form);
        return new EntraToken(issued.accessToken(), issued.expires(), null);
    }

    /** Graph did not accept the token that this gave; the next one is new. */
    void forget(@Nullable UserCredential user) {
        switch (user) {
            case null -> kept.forget("");
            case UserCredential.Assertion assertion -> onBehalfOf.forget(assertion.accessToken(), List.of(scope));
            case UserCredential.Session session -> kept.forget(OnBehalfOf.sha256(session.refreshToken()));
        }
    }
}
