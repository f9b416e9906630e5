package dev.ostiary.gateway.server.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.server.oauth.FacadeEvent;
import dev.ostiary.gateway.server.oauth.GrantEvent;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;

/**
 * One event of signing in as one line of JSON, without the line end: the event's own values under the names that decisions
 * use for the same things. Thread-safe.
 */
final class SignInLine {

    private static final Map<String, String> NAMES = Map.of(
            "tenantId", "tid", "objectId", "oid", "clientId", "client", "correlationId", "trace", "grantId", "grant");

    private final ObjectMapper mapper = new ObjectMapper();
    private final InstantSource clock;

    SignInLine(InstantSource clock) {
        this.clock = clock;
    }

    byte[] of(FacadeEvent event) {
        return line(
                switch (event) {
                    case FacadeEvent.Registered _ -> "client_registered";
                    case FacadeEvent.Refused _ -> "request_refused";
                    case FacadeEvent.RateLimited _ -> "rate_limited";
                    case FacadeEvent.ConsentAnswered _ -> "consent_answered";
                    case FacadeEvent.SignedInFor _ -> "signed_in";
                    case FacadeEvent.SignInFailed _ -> "sign_in_failed";
                    case FacadeEvent.GrantEnded _ -> "grant_ended_by_user";
                },
                event);
    }

    byte[] of(GrantEvent event) {
        return line(
                switch (event) {
                    case GrantEvent.Made _ -> "grant_made";
                    case GrantEvent.Redeemed _ -> "grant_redeemed";
                    case GrantEvent.Rotated _ -> "grant_rotated";
                    case GrantEvent.Refused _ -> "token_refused";
                    case GrantEvent.Reused _ -> "grant_reused";
                    case GrantEvent.Revoked _ -> "grant_revoked";
                    case GrantEvent.Unanswered _ -> "entra_unanswered";
                },
                event);
    }

    private byte[] line(String name, Object event) {
        ObjectNode line = mapper.createObjectNode();
        line.put("time", clock.instant().toString());
        line.put("event", name);
        flatten(line, mapper.valueToTree(event));
        return line.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void flatten(ObjectNode line, JsonNode values) {
        values.properties().forEach(value -> {
            if (value.getValue().isObject()) {
                flatten(line, value.getValue());
            } else if (!value.getValue().isNull()) {
                line.set(NAMES.getOrDefault(value.getKey(), value.getKey()), value.getValue());
            }
        });
    }
}
