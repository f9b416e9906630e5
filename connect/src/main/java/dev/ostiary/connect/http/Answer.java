package dev.ostiary.connect.http;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.message.MalformedMessage;
import dev.ostiary.connect.message.Message;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a server answers to one request: a message, or a stream of them that is taken up again where it breaks, or a refusal. Read by
 * the thread of the call.
 */
final class Answer {

    private static final int MOST_RESUMPTIONS = 5;
    private static final Duration RESUME_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final SessionHttp http;
    private final Call call;
    private final @Nullable Session used;
    private final Receiver receiver;

    /** Takes each message, with the session id that came with it. */
    @FunctionalInterface
    interface Receiver {
        void take(Message message, @Nullable String sessionId);
    }

    /**
     * Of this call.
     *
     * @param used the session in which it was sent, where a broken stream is taken up
     */
    Answer(SessionHttp http, Call call, @Nullable Session used, Receiver receiver) {
        this.http = http;
        this.call = call;
        this.used = used;
        this.receiver = receiver;
    }

    /**
     * Reads all of it.
     *
     * @throws IOException when it ends too early
     * @throws ConnectFailure when it is a refusal for a reason that stays
     */
    void read(HttpResponse<InputStream> answer) throws IOException, ConnectFailure, InterruptedException {
        try (InputStream body = answer.body()) {
            call.readsFrom(body);
            String sessionId = answer.headers().firstValue("Mcp-Session-Id").orElse(null);
            if (answer.statusCode() / 100 == 2 && McpHttp.isEventStream(answer)) {
                follow(sessionId, new EventStream(body));
            } else if (answer.statusCode() / 100 == 2 && McpHttp.isJson(answer)) {
                receiver.take(message(McpHttp.whole(body)), sessionId);
            } else {
                refused(sessionId, answer, body);
            }
        }
    }

    /** The JSON-RPC error that this answer is; null when it is something else. */
    static @Nullable Message jsonError(HttpResponse<?> answer, InputStream body) throws IOException {
        if (!McpHttp.isJson(answer)) {
            return null;
        }
        try {
            Message message = Message.parse(McpHttp.whole(body));
            return message.isResponse() && message.error().isObject() ? message : null;
        } catch (MalformedMessage e) {
            return null;
        }
    }

    /** One message of a server. */
    static Message message(byte[] json) throws IOException {
        try {
            return Message.parse(json);
        } catch (MalformedMessage e) {
            throw new IOException("the server sent what is no message: " + e.getMessage(), e);
        }
    }

    private void refused(@Nullable String sessionId, HttpResponse<?> answer, InputStream body)
            throws IOException, ConnectFailure {
        int status = answer.statusCode();
        Message error = jsonError(answer, body);
        if (error != null) {
            receiver.take(error.id() == null ? withIdOfCall(error) : error, sessionId);
            return;
        }
        if (status / 100 == 3) {
            throw ConnectFailure.refused(
                    "the server redirects to "
                            + answer.headers().firstValue("Location").orElse("another place"),
                    "use the URL that it names, if you trust it");
        }
        if (status == 403) {
            String why = McpHttp.challenge(answer).errorDescription();
            throw ConnectFailure.refused(
                    "the server at " + http.url() + " refuses this user" + (why == null ? "" : ": " + why),
                    "ask whoever runs it for access");
        }
        if (status / 100 == 2) {
            throw new IOException("the server answered " + status + " without a message");
        }
        String wait = answer.headers()
                .firstValue("Retry-After")
                .filter(after -> after.matches("[0-9]{1,6}"))
                .map(after -> "; it asks to wait " + after + " s")
                .orElse("");
        throw new IOException("the server answered " + status + wait);
    }

    private Message withIdOfCall(Message error) {
        return Message.error(
                call.request().id(),
                error.error().path("code").asInt(-32000),
                error.error().path("message").asText("refused"));
    }

    /** The events, over several connections where the server can take them up again. */
    private void follow(@Nullable String sessionId, EventStream first)
            throws IOException, ConnectFailure, InterruptedException {
        EventStream events = first;
        String lastId = null;
        long pause = RESUME_PAUSE.toMillis();
        for (int attempt = 0; ; ) {
            try (EventStream open = events) {
                EventStream.Event event;
                while (!call.isOver() && (event = open.next()) != null) {
                    attempt = 0;
                    lastId = event.idAfter(lastId);
                    pause = event.retryMillis() == null ? pause : event.retryMillis();
                    call.heard();
                    if (event.data().length > 0) {
                        receiver.take(message(event.data()), sessionId);
                    }
                }
            } catch (IOException e) {
                if (lastId == null || used == null) {
                    throw new IOException("the server's stream broke before its answer (" + e.getMessage() + ")", e);
                }
            }
            if (call.isOver()) {
                return;
            }
            if (lastId == null || used == null || ++attempt > MOST_RESUMPTIONS) {
                throw new IOException("the server ended the stream before its answer");
            }
            Thread.sleep(Math.min(pause, LONGEST_PAUSE.toMillis()));
            HttpResponse<InputStream> again = http.get(used, lastId, call);
            if (again.statusCode() / 100 != 2 || !McpHttp.isEventStream(again)) {
                again.body().close();
                throw new IOException("the server ended the stream before its answer and does not take it up again");
            }
            call.readsFrom(again.body());
            events = new EventStream(again.body());
        }
    }
}
