package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.http.Request;
import dev.ostiary.entra.emulator.http.Response;
import dev.ostiary.entra.emulator.token.Opaque;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes an {@link EntraError} as JSON with ids and time (fact sheet §2.5, [O]). */
public final class ErrorResponses {

    private static final Pattern GUID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

    private final Clock clock;
    private final Opaque opaque;
    private final String loginOrigin;
    private final OpenPoints openPoints;

    /** For one emulator. */
    public ErrorResponses(Clock clock, Opaque opaque, String loginOrigin, OpenPoints openPoints) {
        this.openPoints = openPoints;
        this.clock = clock;
        this.opaque = opaque;
        this.loginOrigin = loginOrigin;
    }

    /** Ids and time of one request. */
    record Trace(String traceId, String correlationId, String timestamp) {

        String describe(EntraError error) {
            return error.text() + " Trace ID: " + traceId + " Correlation ID: " + correlationId + " Timestamp: "
                    + timestamp;
        }
    }

    /** Fresh ids; the correlation id is the client's own when it sent one. */
    Trace trace(Request request) {
        String sent = request.header("client-request-id");
        String correlation = sent != null && GUID.matcher(sent).matches() ? sent : opaque.guid();
        return new Trace(opaque.traceId(), correlation, TIME.format(clock.instant()));
    }

    /** The error as an answer to the redirect URI. */
    Response redirect(Request request, ReplyAddress reply, EntraError stated) {
        EntraError error = openPoints.apply(stated);
        return reply.error(error, trace(request), uri(error));
    }

    private String uri(EntraError error) {
        return loginOrigin + "/error?code=" + error.aadsts();
    }

    /** The error as the token endpoint answers it. */
    public Response json(Request request, EntraError stated) {
        EntraError error = openPoints.apply(stated);
        Trace trace = trace(request);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("error", error.error());
        body.put("error_description", trace.describe(error));
        body.put("error_codes", List.of(error.aadsts()));
        body.put("timestamp", trace.timestamp());
        body.put("trace_id", trace.traceId());
        body.put("correlation_id", trace.correlationId());
        body.put("error_uri", uri(error));
        putIfPresent(body, "suberror", error.suberror());
        putIfPresent(body, "claims", error.claims());
        return identified(Response.json(error.status(), body), trace, request);
    }

    /** Adds the headers of a token-endpoint answer. */
    static Response identified(Response response, Trace trace, Request request) {
        Response answer = response.with("Cache-Control", "no-store, no-cache")
                .with("Pragma", "no-cache")
                .with("x-ms-request-id", trace.traceId());
        String sent = request.header("client-request-id");
        return sent != null && GUID.matcher(sent).matches() ? answer.with("client-request-id", sent) : answer;
    }

    private static void putIfPresent(Map<String, Object> body, String name, @Nullable String value) {
        if (value != null) {
            body.put(name, value);
        }
    }
}
