package dev.ostiary.connect.http;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.message.Message;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The requests of Streamable HTTP, with the headers that say of which session and version they are. Safe for any thread. */
final class SessionHttp {

    private final McpHttp http;
    private final MirroredHeaders mirrored = new MirroredHeaders();

    SessionHttp(McpHttp http) {
        this.http = http;
    }

    URI url() {
        return http.url();
    }

    /** Sends a message; a message of the stateless era says its version itself. */
    HttpResponse<InputStream> post(Message message, @Nullable Session used, Call call)
            throws IOException, ConnectFailure, InterruptedException {
        HttpRequest.Builder request = http.post(http.url(), message);
        String modern = message.modernVersion();
        if (modern != null) {
            mirrored.add(request, message, modern);
        } else if (used != null) {
            withSession(request, used);
        }
        return http.send(request, call);
    }

    /** Opens the server's own stream, or takes up one that broke after this event. */
    HttpResponse<InputStream> get(Session used, @Nullable String lastId, Call call)
            throws IOException, ConnectFailure, InterruptedException {
        HttpRequest.Builder request = withSession(
                http.to(http.url()).header("Accept", "text/event-stream").GET(), used);
        if (lastId != null) {
            request.setHeader("Last-Event-ID", lastId);
        }
        return http.send(request, call);
    }

    /** Ends a session. */
    void delete(Session last, Duration timeout) throws IOException, ConnectFailure, InterruptedException {
        Call goodbye = new Call(Message.notification("notifications/cancelled"));
        http.send(withSession(http.to(http.url()).DELETE().timeout(timeout), last), goodbye)
                .body()
                .close();
    }

    /** What an answer says about the headers of later requests. */
    void learn(Message request, Message answer) {
        mirrored.learn(request, answer);
    }

    private static HttpRequest.Builder withSession(HttpRequest.Builder request, Session used) {
        request.setHeader("MCP-Protocol-Version", used.protocolVersion());
        String id = used.id();
        if (id != null) {
            request.setHeader("Mcp-Session-Id", id);
        }
        return request;
    }
}
