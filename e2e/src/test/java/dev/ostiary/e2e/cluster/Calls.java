package dev.ostiary.e2e.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One user's calls at one address: a legacy MCP client with a session, as small as it can be. */
final class Calls {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String VERSION = "2025-06-18";

    private final Https https;
    private final String address;
    private final int port;
    private final String path;
    private final String token;
    private @Nullable String session;

    Calls(Https https, String address, int port, String path, String token) {
        this.https = https;
        this.address = address;
        this.port = port;
        this.path = path;
        this.token = token;
    }

    /** What came of a call. */
    enum Outcome {
        /** The tool's own answer. */
        ALLOWED,
        /** A Cedar denial. */
        DENIED,
        /** 503: the route is closed. */
        CLOSED,
        /** 404 to a session that was good: its server is gone, and the client must start again. */
        SESSION_GONE,
        /** Anything else. */
        FAILED
    }

    /** The outcome, and what was said. */
    record Answer(Outcome outcome, String text) {}

    /** Calls {@code echo}; starts a session first where there is none. Never throws for what a server does. */
    Answer echo(String message) throws InterruptedException {
        return call("echo", "{\"message\":\"%s\"}".formatted(message), message);
    }

    /**
     * Calls a tool likewise.
     *
     * @param arguments JSON
     * @param said what its answer must contain, else the call has failed
     */
    Answer call(String tool, String arguments, String said) throws InterruptedException {
        try {
            if (session == null) {
                Answer begun = initialize();
                if (begun.outcome() != Outcome.ALLOWED) {
                    return begun;
                }
            }
            HttpResponse<String> answer = post("""
                    {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"%s","arguments":%s}}""".formatted(tool, arguments));
            if (answer.statusCode() == 404) {
                session = null;
                return new Answer(Outcome.SESSION_GONE, answer.body());
            }
            if (answer.statusCode() != 200) {
                return refused(answer);
            }
            JsonNode body = json(answer.body());
            if (body.path("result")
                    .path("content")
                    .path(0)
                    .path("text")
                    .asText()
                    .contains(said)) {
                return new Answer(Outcome.ALLOWED, answer.body());
            }
            return new Answer(
                    body.path("error").path("data").isObject() ? Outcome.DENIED : Outcome.FAILED, answer.body());
        } catch (IOException e) {
            return new Answer(Outcome.FAILED, e.toString());
        }
    }

    private Answer initialize() throws IOException, InterruptedException {
        HttpResponse<String> answer = post("""
                {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"%s","capabilities":{},"clientInfo":{"name":"calls","version":"1"}}}""".formatted(VERSION));
        if (answer.statusCode() != 200) {
            return refused(answer);
        }
        session = answer.headers().firstValue("Mcp-Session-Id").orElse("");
        HttpResponse<String> ready = post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
        if (ready.statusCode() != 202) {
            session = null;
            return refused(ready);
        }
        return new Answer(Outcome.ALLOWED, answer.body());
    }

    private static Answer refused(HttpResponse<String> answer) {
        return new Answer(
                answer.statusCode() == 503 ? Outcome.CLOSED : Outcome.FAILED,
                "HTTP " + answer.statusCode() + " " + answer.body());
    }

    private HttpResponse<String> post(String body) throws IOException, InterruptedException {
        Map<String, String> headers = new HashMap<>(Map.of(
                "Authorization",
                "Bearer " + token,
                "Content-Type",
                "application/json",
                "Accept",
                "application/json, text/event-stream",
                "MCP-Protocol-Version",
                VERSION));
        String known = session;
        if (known != null && !known.isEmpty()) {
            headers.put("Mcp-Session-Id", known);
        }
        return https.post(address, port, path, headers, body);
    }

    /** The message, which is the body or the data of its last event. */
    private static JsonNode json(String body) throws IOException {
        String last = body.lines()
                .filter(line -> line.startsWith("data:"))
                .map(line -> line.substring("data:".length()))
                .reduce(body, (first, second) -> second);
        return JSON.readTree(last);
    }
}
