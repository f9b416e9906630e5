package dev.ostiary.connect.metadata;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import java.net.URI;
import java.util.List;
import java.util.Set;

/**
 * The scopes that a server may have Entra asked for without its user's word. One login there is good for every API of the tenant, and a
 * scope names its API (an unqualified one: Microsoft Graph), so a server that names another's would be handed a token for that.
 */
public final class OwnScopes {

    /** Of a sign-in, not of an API. */
    private static final Set<String> SIGN_IN = Set.of("openid", "profile", "email", "offline_access");

    private OwnScopes() {}

    /**
     * Those of an API, if all of them are the server's own: {@code <its URL, or one above it>/<name>}, or {@code api://} with its host.
     *
     * @throws ConnectFailure naming one that is not
     */
    public static List<String> of(List<String> scopes, URI server) throws ConnectFailure {
        List<String> ofAnApi =
                scopes.stream().filter(scope -> !SIGN_IN.contains(scope)).toList();
        for (String scope : ofAnApi) {
            if (!isOwn(scope, server)) {
                throw ConnectFailure.refused(
                        "the server at " + server + " wants a token for " + scope
                                + ", which is not under its own address",
                        "if that is this server's API, say so: --scope " + scope
                                + "; if not, the server may be after a token for something else");
            }
        }
        return ofAnApi;
    }

    private static boolean isOwn(String scope, URI server) {
        int name = scope.lastIndexOf('/');
        if (name < 0 || name == scope.length() - 1) {
            return false;
        }
        return ProtectedResource.describes(asUrl(scope.substring(0, name), server), server);
    }

    /** An {@code api://host/path} with the server's host as the URL of that path there; anything else as it is. */
    private static String asUrl(String api, URI server) {
        String own = "api://" + server.getHost();
        return api.equals(own) || api.startsWith(own + "/")
                ? server.getScheme() + "://" + server.getRawAuthority() + api.substring(own.length())
                : api;
    }
}
