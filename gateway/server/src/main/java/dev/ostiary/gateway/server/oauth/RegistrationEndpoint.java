package dev.ostiary.gateway.server.oauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.server.entra.JsonObjects;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Dynamic registration (RFC 7591 §3): answers with what the client will be, which may be less than what it asked for, and
 * keeps nothing. Nothing that a registration names is ever fetched. Thread-safe.
 */
final class RegistrationEndpoint {

    /** Longest request, in bytes. */
    static final int MAX_BODY_BYTES = 16 * 1024;

    /** Most redirect URIs. */
    static final int MAX_REDIRECT_URIS = 10;

    private static final int MAX_DEPTH = 16;
    private static final String BASIC = "client_secret_basic";
    private static final String POST = "client_secret_post";
    private static final String NONE = "none";
    private static final Set<String> APPLICATION_TYPES = Set.of("native", "web");

    private final RedirectUris redirectUris;
    private final SealedClients sealed;
    private final InstantSource clock;
    private final FacadeEvents events;
    private final JsonObjects strictJson = new JsonObjects(MAX_DEPTH, MAX_BODY_BYTES);

    RegistrationEndpoint(RedirectUris redirectUris, SealedClients sealed, InstantSource clock, FacadeEvents events) {
        this.redirectUris = redirectUris;
        this.sealed = sealed;
        this.clock = clock;
        this.events = events;
    }

    /**
     * Registers.
     *
     * @param body anything
     * @throws OAuthException {@code invalid_redirect_uri} or {@code invalid_client_metadata}
     */
    OAuthAnswer register(byte[] body, FacadeEvent.Source source) throws OAuthException {
        ObjectNode request = strictJson.object(body);
        if (request == null) {
            throw invalid("the body is not one JSON object");
        }
        List<String> uris = redirectUris(request.get("redirect_uris"));
        String method = authenticationMethod(text(request, "token_endpoint_auth_method"));
        String name = ClientNames.clean(text(request, "client_name"));
        String applicationType = text(request, "application_type");
        boolean confidential = !method.equals(NONE);
        Instant now = clock.instant();
        String id = sealed.seal(name, uris, confidential, now);
        if (id.length() > SealedClients.MAX_ID_LENGTH) {
            throw invalid("name and redirect URIs are too long together");
        }

        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("client_id", id);
        answer.put("client_id_issued_at", now.getEpochSecond());
        if (confidential) {
            answer.put("client_secret", sealed.secretOf(id));
            answer.put("client_secret_expires_at", 0);
        }
        answer.put("client_name", name);
        ArrayNode accepted = answer.putArray("redirect_uris");
        uris.forEach(accepted::add);
        answer.putArray("grant_types").add("authorization_code").add("refresh_token");
        answer.putArray("response_types").add("code");
        answer.put("token_endpoint_auth_method", method);
        if (applicationType != null && APPLICATION_TYPES.contains(applicationType)) {
            answer.put("application_type", applicationType);
        }
        events.record(new FacadeEvent.Registered(source, id, name, confidential));
        return new OAuthAnswer(201, Map.of(), answer.toString());
    }

    private List<String> redirectUris(@Nullable JsonNode asked) throws OAuthException {
        if (asked == null || !asked.isArray() || asked.isEmpty()) {
            throw invalidRedirect("redirect_uris is missing or empty");
        }
        if (asked.size() > MAX_REDIRECT_URIS) {
            throw invalidRedirect("there are more than " + MAX_REDIRECT_URIS + " redirect URIs");
        }
        Set<String> usable = new LinkedHashSet<>();
        for (JsonNode uri : asked) {
            if (uri.isTextual() && redirectUris.acceptable(uri.textValue())) {
                usable.add(uri.textValue());
            }
        }
        if (usable.isEmpty()) {
            throw invalidRedirect("none of the redirect URIs is allowed here: loopback http, or https at a host that"
                    + " the administrator of this gateway has allowed");
        }
        return new ArrayList<>(usable);
    }

    /** What the client asked for where we have it; a method with keys, which it did not say where to find, becomes none. */
    private static String authenticationMethod(@Nullable String asked) {
        return switch (asked) {
            case null -> BASIC; // RFC 7591 §2
            case BASIC, POST -> asked;
            default -> NONE;
        };
    }

    private static @Nullable String text(ObjectNode request, String name) throws OAuthException {
        JsonNode value = request.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw invalid(name + " is not a string");
        }
        return value.textValue();
    }

    private static OAuthException invalid(String description) {
        return new OAuthException(400, "invalid_client_metadata", description);
    }

    private static OAuthException invalidRedirect(String description) {
        return new OAuthException(400, "invalid_redirect_uri", description);
    }
}
