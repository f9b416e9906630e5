package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.config.Closure;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks what a client asks for, once it is known who asks and where the answer goes: from here on every error is the
 * client's to read. Immutable.
 */
final class AuthorizationRequest {

    /** Longest {@code state} of a client, in characters: it travels in URLs, sealed. */
    static final int MAX_STATE_LENGTH = 2048;

    /** S256 of anything has 43 characters (RFC 7636 §4.2). */
    private static final Pattern CHALLENGE = Pattern.compile("[A-Za-z0-9_-]{43}");

    private static final String SCOPE_PREFIX = "mcp:";

    private final Snapshot snapshot;

    AuthorizationRequest(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /**
     * The transaction.
     *
     * @throws OAuthException for the client's redirect URI
     */
    Transaction check(Parameters parameters, String clientId, String redirectUri, String id, Instant expires)
            throws OAuthException {
        refuseRequestObjects(parameters);
        if (!parameters.require("response_type").equals("code")) {
            throw new OAuthException(400, "unsupported_response_type", "only the response type code is supported");
        }
        String mode = parameters.get("response_mode");
        if (mode != null && !mode.equals("query")) {
            throw OAuthException.invalidRequest("only the response mode query is supported");
        }
        String challenge = challenge(parameters);
        String state = parameters.get("state");
        if (state != null && state.length() > MAX_STATE_LENGTH) {
            throw OAuthException.invalidRequest("state has more than " + MAX_STATE_LENGTH + " characters");
        }
        Route route = route(parameters);
        Closure closure = snapshot.closure() != null ? snapshot.closure() : route.closure();
        if (closure != null) {
            throw new OAuthException(
                    503,
                    "temporarily_unavailable",
                    "this MCP server is closed at the moment: " + ascii(closure.reason()));
        }
        return new Transaction(
                id,
                expires,
                clientId,
                redirectUri,
                state,
                challenge,
                route.name(),
                route.workloadUid(),
                snapshot.resourceUrl(route).toString(),
                SCOPE_PREFIX + route.name());
    }

    /**
     * Whether the client wants an answer without any page (OpenID Connect Core §3.1.2.1). Every other prompt is ours to
     * decide, and none is passed on: Entra's consent page would come at every sign-in.
     */
    static boolean isSilent(Parameters parameters) throws OAuthException {
        String prompt = parameters.get("prompt");
        if (prompt == null) {
            return false;
        }
        List<String> prompts = List.of(prompt.split(" "));
        if (prompts.contains("none") && prompts.size() > 1) {
            throw OAuthException.invalidRequest("prompt has none and something else");
        }
        return prompts.contains("none");
    }

    /** The route of a transaction while it is open and still leads to the same workload; null otherwise. */
    @Nullable
    Route routeOf(Transaction transaction) {
        if (snapshot.closure() != null) {
            return null;
        }
        for (Route route : snapshot.routes()) {
            if (route.name().equals(transaction.route())) {
                boolean same = route.workloadUid().equals(transaction.workloadUid());
                return same && route.closure() == null ? route : null;
            }
        }
        return null;
    }

    /** The route's name in words, for pages; the name itself when the route is gone. */
    String displayName(String routeName) {
        for (Route route : snapshot.routes()) {
            if (route.name().equals(routeName)) {
                return route.displayName();
            }
        }
        return routeName;
    }

    private static void refuseRequestObjects(Parameters parameters) throws OAuthException {
        if (parameters.get("request") != null) {
            throw new OAuthException(400, "request_not_supported", "request objects are not supported");
        }
        if (parameters.get("request_uri") != null) {
            throw new OAuthException(400, "request_uri_not_supported", "request objects are not supported");
        }
    }

    private static String challenge(Parameters parameters) throws OAuthException {
        String challenge = parameters.require("code_challenge");
        if (!"S256".equals(parameters.get("code_challenge_method"))) {
            throw OAuthException.invalidRequest("the code challenge method must be S256");
        }
        if (!CHALLENGE.matcher(challenge).matches()) {
            throw OAuthException.invalidRequest("code_challenge is not a SHA-256 in base64url");
        }
        return challenge;
    }

    /**
     * What the client wants access to (RFC 8707 §2): the resource it names, else the one that its scopes name, else the only
     * one there is. Scopes beyond that are not granted, and not refused: clients ask for what they ask for everywhere.
     */
    private Route route(Parameters parameters) throws OAuthException {
        String resource = parameters.get("resource");
        if (resource != null) {
            if (resource.indexOf('#') >= 0) {
                throw invalidTarget("resource has a fragment");
            }
            String asked = ResourceUri.canonical(resource);
            for (Route route : snapshot.routes()) {
                if (snapshot.resourceUrl(route).toString().equals(asked)) {
                    return route;
                }
            }
            throw invalidTarget("resource is not the URL of an MCP server at this gateway");
        }
        Route named = namedByScope(parameters.get("scope"));
        if (named != null) {
            return named;
        }
        if (snapshot.routes().size() == 1) {
            return snapshot.routes().getFirst();
        }
        throw invalidTarget("the parameter resource is missing: it is the URL of the MCP server");
    }

    private @Nullable Route namedByScope(@Nullable String scope) {
        if (scope == null) {
            return null;
        }
        Set<String> asked = new HashSet<>(List.of(scope.split(" ")));
        List<Route> named = snapshot.routes().stream()
                .filter(route -> asked.contains(SCOPE_PREFIX + route.name()))
                .toList();
        return named.size() == 1 ? named.getFirst() : null;
    }

    private static OAuthException invalidTarget(String description) {
        return new OAuthException(400, "invalid_target", description);
    }

    private static String ascii(String text) {
        return text.replaceAll("[^A-Za-z0-9 ]", "");
    }
}
