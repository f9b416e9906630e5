package dev.ostiary.gateway.server.identity;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.server.http.Responses;
import dev.ostiary.gateway.server.pages.AddressView;
import dev.ostiary.gateway.server.pages.Language;
import dev.ostiary.gateway.server.pages.Pages;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells a client of one route why it was refused and, where signing in can help, where to begin: {@code WWW-Authenticate}
 * with the link to the metadata (RFC 9728 §5.1), the scope and the error (RFC 6750 §3), and a JSON body. Nothing that a
 * request said gets into either. Immutable.
 */
public final class Challenge {

    private final String resourceMetadata;
    private final String scope;
    private final String authorizationUri;
    private final AddressView address;

    private Challenge(String resourceMetadata, String scope, String authorizationUri, AddressView address) {
        this.resourceMetadata = resourceMetadata;
        this.scope = scope;
        this.authorizationUri = authorizationUri;
        this.address = address;
    }

    /**
     * The challenge of a route.
     *
     * @throws IllegalArgumentException when the snapshot has no Entra settings: then no route is open
     */
    public static Challenge of(Snapshot snapshot, Route route) {
        EntraSettings entra = snapshot.entra();
        if (entra == null) {
            throw new IllegalArgumentException("the snapshot has no Entra settings");
        }
        ProtectedResource resource = ProtectedResource.of(snapshot, entra, route);
        return new Challenge(
                resource.metadataUrl(),
                resource.scope(),
                entra.authority() + "/" + entra.tenantId() + "/oauth2/v2.0/authorize",
                new AddressView(
                        resource.displayName(),
                        resource.routeName(),
                        resource.resource(),
                        snapshot.authorization().facade() != null));
    }

    /** The answer to a refused request. */
    public Refusal refusal(Authentication.Rejected rejected) {
        HttpHeaders headers = jsonHeaders();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        // The header of a request without a token has no error code (RFC 6750 §3.1); a body without one helps nobody.
        body.put("error", bodyCode(rejected));
        body.put("error_description", rejected.description());
        if (offersSignIn(rejected)) {
            headers.set(HttpHeaderNames.WWW_AUTHENTICATE, header(rejected));
            if (rejected.scope() != null) {
                body.put("scope", rejected.scope());
            }
            body.put("resource_metadata", resourceMetadata);
        }
        return new Refusal(rejected.status(), headers, bytes(body));
    }

    /**
     * The answer to somebody who opened the route in a browser: the same status and challenge, and a page that says what the
     * address is for.
     */
    public Refusal visit(Authentication.Rejected rejected, Language language) {
        Refusal refusal = refusal(rejected);
        for (Map.Entry<String, String> header : Pages.headers().entrySet()) {
            refusal.headers().set(header.getKey(), header.getValue());
        }
        return new Refusal(refusal.status(), refusal.headers(), Pages.address(address, language));
    }

    /**
     * The answer where Entra wants to see the user before the gateway may act for them.
     *
     * @param claims the claims challenge for whoever gets tokens from Entra itself, as JSON: passed on in base64, the way
     *     Microsoft's client libraries look for it ("Claims challenges, claims requests, and client capabilities"); null:
     *     there is none, or the client gets its tokens from the facade, which replays it
     */
    public Refusal signInAgain(@Nullable String claims) {
        Authentication.Rejected rejected = new Authentication.Rejected(
                401,
                claims == null ? "invalid_token" : "insufficient_claims",
                "Entra asks you to sign in again before this server can act for you",
                scope,
                "SignInAgain");
        Refusal refusal = refusal(rejected);
        if (claims != null) {
            StringBuilder header = new StringBuilder(header(rejected)).append(", ");
            parameter(header, "authorization_uri", authorizationUri);
            header.append(", ");
            parameter(header, "claims", Base64.getEncoder().encodeToString(claims.getBytes(StandardCharsets.UTF_8)));
            refusal.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, header.toString());
        }
        return refusal;
    }

    /** The answer while nobody can be authenticated: 503 with {@code Retry-After}. The same on every route. */
    public static Refusal refusal(Authentication.Unavailable unavailable) {
        HttpHeaders headers = jsonHeaders();
        headers.set(HttpHeaderNames.RETRY_AFTER, Integer.toString(unavailable.retryAfterSeconds()));
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("error", "temporarily_unavailable");
        body.put("error_description", unavailable.description());
        return new Refusal(503, headers, bytes(body));
    }

    private static boolean offersSignIn(Authentication.Rejected rejected) {
        return rejected.status() != 403 || rejected.error() != null;
    }

    private static String bodyCode(Authentication.Rejected rejected) {
        String error = rejected.error();
        if (error != null) {
            return error;
        }
        return rejected.status() == 403 ? "access_denied" : "unauthorized";
    }

    private String header(Authentication.Rejected rejected) {
        StringBuilder header = new StringBuilder(256).append("Bearer ");
        parameter(header, "resource_metadata", resourceMetadata);
        optional(header, "scope", rejected.scope());
        optional(header, "error", rejected.error());
        if (rejected.error() != null) {
            optional(header, "error_description", rejected.description());
        }
        return header.toString();
    }

    private static void optional(StringBuilder header, String name, @Nullable String value) {
        if (value != null) {
            header.append(", ");
            parameter(header, name, value);
        }
    }

    /** RFC 6750 §3: the values of these parameters have no quote, no backslash and nothing outside printable ASCII. */
    private static void parameter(StringBuilder header, String name, String value) {
        header.append(name).append("=\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            header.append(c >= ' ' && c <= '~' && c != '"' && c != '\\' ? c : '?');
        }
        header.append('"');
    }

    private static HttpHeaders jsonHeaders() {
        return Responses.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    }

    private static byte[] bytes(ObjectNode body) {
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }
}
