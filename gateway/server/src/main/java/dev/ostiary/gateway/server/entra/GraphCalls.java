package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.server.entra.EntraRefusedException.Meaning;
import dev.ostiary.gateway.server.entra.GroupLookup.UserCredential;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Calls to Microsoft Graph v1.0 with a bearer token, never to another origin. Blocks; thread-safe. */
final class GraphCalls {

    private static final String VERSION = "/v1.0/";
    private static final Pattern CLAIMS = Pattern.compile("\\bclaims=\"([A-Za-z0-9+/=_-]{1,12000})\"");

    private final URI graph;
    private final Endpoint endpoint;
    private final GraphTokens tokens;

    GraphCalls(URI graph, Endpoint endpoint, GraphTokens tokens) {
        this.graph = graph;
        this.endpoint = endpoint;
        this.tokens = tokens;
    }

    /** The address of a resource, such as {@code me/checkMemberGroups}. */
    URI at(String path) {
        return URI.create(graph + VERSION + path);
    }

    /**
     * The address in an {@code @odata.nextLink}, which is followed as it stands, but only where the token may go.
     *
     * @throws EntraUnavailableException when it leads elsewhere
     */
    URI following(String nextLink) throws EntraUnavailableException {
        try {
            URI uri = URI.create(nextLink);
            if (Objects.equals(uri.getScheme(), graph.getScheme())
                    && Objects.equals(uri.getRawAuthority(), graph.getRawAuthority())
                    && uri.normalize().getRawPath().startsWith(VERSION)) {
                return uri;
            }
        } catch (IllegalArgumentException notAUri) {
            // Answered below, like one that leads elsewhere.
        }
        throw Endpoint.unavailable("WrongNextLink", Duration.ZERO, "Graph's next page is not on " + graph, null);
    }

    /**
     * Asks.
     *
     * @param user on whose behalf; null: the gateway's own
     * @param json the body of a POST; null: GET
     */
    ObjectNode ask(URI uri, @Nullable UserCredential user, @Nullable String json)
            throws EntraRefusedException, EntraUnavailableException {
        Endpoint.Reply reply = send(uri, user, json);
        if (reply.status() == 401 && challenge(reply) == null) {
            // Revoked before its time, or signed with a key that is gone: worth one new token.
            tokens.forget(user);
            reply = send(uri, user, json);
        }
        ObjectNode body = reply.body();
        if (reply.successful() && body != null) {
            return body;
        }
        throw refusal(reply);
    }

    private Endpoint.Reply send(URI uri, @Nullable UserCredential user, @Nullable String json)
            throws EntraRefusedException, EntraUnavailableException {
        String token = tokens.token(user);
        return endpoint.ask(Endpoint.Repeat.ALWAYS, () -> {
            HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                    .header("Authorization", "Bearer " + token)
                    .header("Accept", "application/json")
                    .header("ConsistencyLevel", "eventual");
            return json == null
                    ? request.GET()
                    : request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(json));
        });
    }

    /** A claims challenge (Microsoft, "Claims challenges, claims requests and client capabilities"), as JSON; null: none. */
    private static @Nullable String challenge(Endpoint.Reply reply) {
        for (String header : reply.headers().allValues("WWW-Authenticate")) {
            Matcher matcher = CLAIMS.matcher(header);
            if (matcher.find()) {
                try {
                    byte[] claims = Base64.getDecoder()
                            .decode(matcher.group(1).replace('-', '+').replace('_', '/'));
                    return EntraRefusals.claims(new String(claims, StandardCharsets.UTF_8));
                } catch (IllegalArgumentException notBase64) {
                    return null;
                }
            }
        }
        return null;
    }

    private static EntraRefusedException refusal(Endpoint.Reply reply) throws EntraUnavailableException {
        String correlation = reply.body() == null
                ? null
                : Texts.guid(reply.body()
                        .path("error")
                        .path("innerError")
                        .path("request-id")
                        .textValue());
        String claims = reply.status() == 401 ? challenge(reply) : null;
        return switch (reply.status()) {
            case 401 ->
                claims == null
                        ? refused(
                                Meaning.MISCONFIGURED,
                                "GraphUnauthorized",
                                "Microsoft Graph does not accept the gateway's token.",
                                "spec.entra.graph",
                                "Compare authority and Graph origin: both must be of the tenant's cloud.",
                                correlation,
                                null)
                        : refused(
                                Meaning.SIGN_IN_AGAIN,
                                "GraphClaimsChallenge",
                                "Microsoft Graph wants another proof of who you are.",
                                "Conditional Access > Policies",
                                "Sign in again.",
                                correlation,
                                claims);
            case 403 ->
                refused(
                        Meaning.MISCONFIGURED,
                        "GraphForbidden",
                        "The gateway may not read group memberships.",
                        "API permissions > Microsoft Graph",
                        "Grant GroupMember.Read.All and User.Read.All (application permissions with lookup App, delegated"
                                + " ones with OnBehalfOf) with admin consent.",
                        correlation,
                        null);
            case 404 ->
                refused(
                        Meaning.USER_REFUSED,
                        "GraphUserNotFound",
                        "Your account is not in this tenant.",
                        "Users",
                        "See whether the account was deleted.",
                        correlation,
                        null);
            default ->
                throw Endpoint.unavailable(
                        "UnusableAnswer", Duration.ofSeconds(30), "Graph answered " + reply.status(), null);
        };
    }

    private static EntraRefusedException refused(
            Meaning meaning,
            String code,
            String summary,
            String field,
            String fix,
            @Nullable String correlation,
            @Nullable String claims) {
        return new EntraRefusedException(meaning, new EntraDiagnosis(code, summary, field, fix, correlation), claims);
    }
}
