package dev.ostiary.connect.http;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.message.MalformedMessage;
import dev.ostiary.connect.message.Message;
import dev.ostiary.connect.metadata.SafeUrl;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One stream of HTTP with SSE, with its address for messages. Safe for any thread. */
final class SseConnection {

    private static final Duration ENDPOINT_LIMIT = Duration.ofSeconds(30);

    private final McpHttp http;
    private final Downstream downstream;
    private final EventStream events;
    private final CompletableFuture<URI> endpoint = new CompletableFuture<>();
    private final Set<Call> waiting = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Replay replay;
    private volatile boolean ended;

    private SseConnection(McpHttp http, Downstream downstream, EventStream events) {
        this.http = http;
        this.downstream = downstream;
        this.events = events;
    }

    /** An exchange that the client does not see. */
    private record Replay(Call call, CompletableFuture<Message> answer) {}

    /**
     * Opens one.
     *
     * @param call what it is opened for
     */
    static SseConnection open(McpHttp http, Downstream downstream, Call call)
            throws IOException, ConnectFailure, InterruptedException {
        HttpResponse<InputStream> answer = http.send(
                http.to(http.url())
                        .timeout(ENDPOINT_LIMIT)
                        .header("Accept", "text/event-stream")
                        .GET(),
                call);
        if (answer.statusCode() / 100 != 2 || !McpHttp.isEventStream(answer)) {
            answer.body().close();
            throw new IOException("the server answered " + answer.statusCode() + " and opens no event stream");
        }
        SseConnection connection = new SseConnection(http, downstream, new EventStream(answer.body()));
        Thread.ofVirtual().name("events").start(connection::read);
        try {
            connection.endpoint.get(ENDPOINT_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            connection.close();
            throw new IOException("the server's event stream does not say where to post, or somewhere else", e);
        } catch (InterruptedException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    boolean isOpen() {
        return !ended;
    }

    private void read() {
        try (EventStream open = events) {
            EventStream.Event event;
            while ((event = open.next()) != null) {
                if (event.type().equals("endpoint")) {
                    endpoint.complete(own(new String(event.data(), StandardCharsets.UTF_8)));
                } else if (event.data().length > 0) {
                    deliver(Message.parse(event.data()));
                }
            }
        } catch (IOException | MalformedMessage | IllegalArgumentException e) {
            // The stream is over, whatever ended it.
        } finally {
            ended = true;
            IOException over = new IOException("the server's event stream ended before its answer");
            endpoint.completeExceptionally(over);
            Replay hidden = replay;
            if (hidden != null) {
                hidden.answer().completeExceptionally(over);
            }
            waiting.forEach(Call::lost);
        }
    }

    private void deliver(Message message) {
        Replay hidden = replay;
        if (hidden != null
                && message.isResponse()
                && message.idKey().equals(hidden.call().request().idKey())) {
            hidden.answer().complete(message);
            return;
        }
        waiting.forEach(Call::heard);
        downstream.deliver(message);
    }

    /** The token goes there: only to the same origin. */
    private URI own(String reference) {
        URI target = http.url().resolve(reference.strip());
        if (!SafeUrl.haveOneOrigin(target, http.url())) {
            throw new IllegalArgumentException("another origin");
        }
        return target;
    }

    /** Sends a message; what comes of it comes on the stream. */
    void post(Message message, Call call) throws IOException, ConnectFailure, InterruptedException {
        HttpResponse<InputStream> answer = http.send(http.post(endpoint.join(), message), call);
        answer.body().close();
        if (answer.statusCode() / 100 != 2) {
            throw new IOException("the server answered " + answer.statusCode());
        }
    }

    /** Sends a request of the client's and waits until it is over. */
    void exchange(Call call) throws IOException, ConnectFailure, InterruptedException {
        waiting.add(call);
        try {
            post(call.request(), call);
            if (ended) {
                call.lost();
            }
            call.awaitSettled();
            if (!call.isOver()) {
                throw new IOException("the server's event stream ended before its answer");
            }
        } finally {
            waiting.remove(call);
        }
    }

    /**
     * Sends the client's own {@code initialize} again, whose answer it does not see.
     *
     * @param limit how long the server may take
     * @throws IOException when it does not answer in time
     * @throws ConnectFailure when it refuses
     */
    void replay(Message initialize, Call call, Duration limit)
            throws IOException, ConnectFailure, InterruptedException {
        Replay hidden = new Replay(new Call(initialize), new CompletableFuture<>());
        replay = hidden;
        try {
            post(initialize, call);
            if (ended) {
                throw new IOException("the server's event stream ended before its answer");
            }
            Message answer = hidden.answer().get(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!answer.result().isObject()) {
                throw ConnectFailure.refused(
                        "the server's stream had ended, and it refuses a new session: "
                                + answer.error().path("message").asText("no reason given"),
                        "connect again from your MCP client");
            }
        } catch (TimeoutException e) {
            throw new IOException(
                    "the server's stream had ended, and it did not answer a new session's initialize within "
                            + limit.toSeconds() + " s",
                    e);
        } catch (ExecutionException e) {
            throw new IOException("the server's event stream ended before its answer", e);
        } finally {
            replay = null;
        }
    }

    void close() {
        ended = true;
        try {
            events.close();
        } catch (IOException e) {
            // It is not read any more.
        }
    }
}
