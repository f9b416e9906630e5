package dev.ostiary.connect.http;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.message.Message;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Streamable HTTP (MCP 2025-03-26 and later) as a client. Keeps the session: a server that has forgotten it is told the client's
 * own {@code initialize} again, and the request that found out is sent once more, since a server that answers 404 has not begun it.
 */
public final class StreamableHttp implements Upstream {

    private static final Duration GOODBYE = Duration.ofSeconds(1);

    private final SessionHttp http;
    private final Downstream downstream;
    private final Sessions sessions;
    private final Listener listener;
    private boolean closed;

    /**
     * Talks to one server.
     *
     * @param longestPause before the server's own stream is opened again
     */
    public StreamableHttp(McpHttp http, Downstream downstream, Duration longestPause, Diagnostics diagnostics) {
        this.http = new SessionHttp(http);
        this.downstream = downstream;
        this.sessions = new Sessions(this.http, downstream, diagnostics);
        this.listener = new Listener(this.http, sessions, downstream, longestPause, diagnostics);
    }

    /**
     * The request that decides whether the server has this transport.
     *
     * @throws NotStreamable when it answers as one that has not; nothing was passed on then
     */
    public void initialize(Call call) throws IOException, ConnectFailure, InterruptedException, NotStreamable {
        HttpResponse<InputStream> answer = http.post(call.request(), null, call);
        int status = answer.statusCode();
        if (status == 400 || status == 404 || status == 405) {
            try (InputStream body = answer.body()) {
                call.readsFrom(body);
                Message error = Answer.jsonError(answer, body);
                if (error == null) {
                    throw new NotStreamable(status);
                }
                deliver(call, error, null);
                return;
            }
        }
        receive(call, null, answer);
    }

    @Override
    public void request(Call call) throws IOException, ConnectFailure, InterruptedException {
        Session used = sessions.current();
        HttpResponse<InputStream> answer = http.post(call.request(), used, call);
        if (isForgotten(answer, used, call.request())) {
            answer.body().close();
            used = sessions.after(Objects.requireNonNull(used), call);
            answer = http.post(call.request(), used, call);
        }
        receive(call, used, answer);
    }

    @Override
    public void tell(Call notice) throws IOException, ConnectFailure, InterruptedException {
        Session used = sessions.current();
        HttpResponse<InputStream> answer = http.post(notice.request(), used, notice);
        if (isForgotten(answer, used, notice.request())) {
            answer.body().close();
            sessions.after(Objects.requireNonNull(used), notice);
            // An answer or a notice about a session that is gone means nothing to the new one.
            return;
        }
        try (InputStream body = answer.body()) {
            notice.readsFrom(body);
            if (answer.statusCode() >= 300) {
                throw new IOException("the server answered " + answer.statusCode());
            }
            McpHttp.whole(body);
        }
        if (notice.request().is("notifications/initialized") && used != null) {
            listener.start();
        }
    }

    @Override
    public void reopen() {
        listener.reopen();
    }

    /** A second caller waits for the first: the process ends when one of them returns. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        listener.close();
        sessions.close();
        Session last = sessions.current();
        if (last == null || last.id() == null) {
            return;
        }
        Thread goodbye = Thread.ofVirtual().start(() -> {
            try {
                http.delete(last, GOODBYE);
            } catch (IOException | ConnectFailure e) {
                // The server ends sessions that nobody uses.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            goodbye.join(GOODBYE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isForgotten(HttpResponse<?> answer, @Nullable Session used, Message message) {
        return answer.statusCode() == 404 && used != null && used.id() != null && message.modernVersion() == null;
    }

    private void receive(Call call, @Nullable Session used, HttpResponse<InputStream> answer)
            throws IOException, ConnectFailure, InterruptedException {
        new Answer(http, call, used, (message, sessionId) -> deliver(call, message, sessionId)).read(answer);
    }

    private void deliver(Call call, Message message, @Nullable String sessionId) {
        Message request = call.request();
        if (message.isResponse()
                && message.idKey().equals(request.idKey())
                && message.result().isObject()) {
            if (request.is("initialize")) {
                sessions.begin(request, message, sessionId);
            }
            http.learn(request, message);
            sessions.remember(request);
            listener.callGotThrough();
        }
        downstream.deliver(message);
    }
}
