package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.http.Request;
import dev.ostiary.entra.emulator.token.GraphTokens;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who asks Graph, and with which permissions.
 *
 * @param tenant of the token
 * @param user signed-in user; null for an app on its own
 * @param clientId app that asks
 * @param principalId object id of the user or of the app's service principal
 * @param permissions delegated scopes or application roles
 */
record GraphCaller(Tenant tenant, @Nullable User user, String clientId, String principalId, Set<String> permissions) {

    static GraphCaller of(Request request, Directory directory, GraphTokens tokens) {
        String header = request.header("Authorization");
        if (header == null || !header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            throw new GraphException(401, "InvalidAuthenticationToken", "Access token is empty.");
        }
        JsonNode claims = tokens.verify(header.substring(7).strip());
        if (claims == null) {
            throw new GraphException(
                    401,
                    "InvalidAuthenticationToken",
                    "Access token validation failure. Invalid audience or signature.");
        }
        Tenant tenant = directory
                .tenant(claims.path("tid").asText())
                .orElseThrow(() -> new GraphException(401, "InvalidAuthenticationToken", "Unknown tenant."));
        Set<String> permissions = new HashSet<>();
        User user = null;
        if (claims.has("scp")) {
            permissions.addAll(List.of(claims.path("scp").asText().split(" ")));
            user = tenant.user(claims.path("oid").asText())
                    .orElseThrow(() -> new GraphException(401, "InvalidAuthenticationToken", "Unknown user."));
        } else {
            claims.path("roles").forEach(role -> permissions.add(role.asText()));
        }
        return new GraphCaller(
                tenant, user, claims.path("appid").asText(), claims.path("oid").asText(), Set.copyOf(permissions));
    }

    boolean hasAny(String... wanted) {
        return Stream.of(wanted).anyMatch(permissions::contains);
    }

    boolean has(String permission) {
        return permissions.contains(permission);
    }

    /** The user whom {@code me} or {@code users/{id}} means. */
    User target(List<String> path) {
        if (path.getFirst().equals("me")) {
            if (user == null) {
                throw GraphException.badRequest("/me request is only valid with delegated authentication flow.");
            }
            return user;
        }
        String id = path.get(1);
        return tenant.user(id).orElseThrow(() -> GraphException.notFound(id));
    }

    boolean isSelf(User target) {
        return user != null && user.oid().equals(target.oid());
    }

    void require(boolean allowed) {
        if (!allowed) {
            throw GraphException.denied();
        }
    }
}
