package dev.ostiary.gateway.server.httpsse;

import dev.ostiary.gateway.server.mcp.McpMessages;
import dev.ostiary.gateway.server.mcp.McpMessages.Reading;
import dev.ostiary.gateway.server.mcp.Message;
import dev.ostiary.gateway.server.mcp.MessageId;
import dev.ostiary.gateway.server.mcp.SseEvent;
import dev.ostiary.gateway.server.mcp.SseReader;
import dev.ostiary.gateway.server.mcp.SseWriter;
import dev.ostiary.gateway.server.upstream.UpstreamClient;
import dev.ostiary.gateway.server.upstream.UpstreamFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One session of an HTTP+SSE workload: its one event stream, and what waits for messages on it. The stream says everything in
 * one order; an answer goes to the post that asked, anything else to the oldest post that still waits, or to whoever listens,
 * or is kept for them within bounds. While one of them does not read, the whole stream is not read.
 *
 * <p>Confined to the event loop it was opened on; what others ask of it is handed over.
 */
final class SseSession {

    private static final long ENDPOINT_SECONDS = 15;

    private final String id;
    private final SseEndpoint endpoint;
    private final UpstreamClient client;
    private final EventLoop loop;
    private final Runnable forget;
    private final SseReader reader;
    private final UnheardMessages unheard = new UnheardMessages();
    private final WaitingPosts waiting = new WaitingPosts();

    private UpstreamClient.@Nullable Call stream;
    private @Nullable ScheduledFuture<?> timer;
    private @Nullable URI messages;
    private @Nullable Attached listening;

    /** Waits for the stream to open. */
    private @Nullable Attached opening;

    private long lastMessage = System.nanoTime();
    private boolean ended;

    /**
     * Not open yet.
     *
     * @param id what the gateway calls it
     * @param forget called once it has ended, on any thread
     */
    SseSession(String id, SseEndpoint endpoint, UpstreamClient client, EventLoop loop, Runnable forget) {
        this.id = id;
        this.endpoint = endpoint;
        this.client = client;
        this.loop = loop;
        this.forget = forget;
        this.reader = new SseReader(endpoint.maxEventBytes());
    }

    SseEndpoint endpoint() {
        return endpoint;
    }

    /** Opens the stream and, once it has named the endpoint, posts the {@code initialize} there. On the session's loop. */
    void open(Attached caller, HttpHeaders headers, List<Message> first, byte[] body) {
        HttpHeaders asking = headers.copy();
        asking.remove(HttpHeaderNames.CONTENT_TYPE);
        asking.set(HttpHeaderNames.ACCEPT, "text/event-stream");
        opening = caller;
        caller.whenChanged(() -> onLoop(this::pace));
        timer = loop.schedule(
                () -> end(new UpstreamFailure(UpstreamFailure.Kind.FIRST_BYTE_TIMEOUT, "no endpoint event")),
                ENDPOINT_SECONDS,
                TimeUnit.SECONDS);
        stream = client.send(
                loop,
                new UpstreamClient.Request(endpoint.url(), HttpMethod.GET, asking, Unpooled.EMPTY_BUFFER, true),
                new Stream(() -> {
                    opening = null;
                    send(caller, headers, first, body, id);
                }));
    }

    /** Posts messages. Any thread. */
    void post(Attached caller, HttpHeaders headers, List<Message> posted, byte[] body) {
        caller.whenChanged(() -> onLoop(this::pace));
        onLoop(() -> {
            lastMessage = System.nanoTime();
            send(caller, headers, posted, body, null);
        });
    }

    /** Hears what belongs to no post, until it ends; who listened before hears no more. Any thread. */
    void listen(Attached caller) {
        caller.whenChanged(() -> onLoop(this::pace));
        onLoop(() -> {
            if (ended || caller.isCancelled()) {
                caller.answer(404);
                return;
            }
            if (listening != null) {
                listening.end();
            }
            listening = caller;
            lastMessage = System.nanoTime();
            caller.streamHead(null);
            unheard.drainTo(caller::data);
            pace();
        });
    }

    /** Ends it. Any thread. */
    void close() {
        onLoop(() -> end(new UpstreamFailure(UpstreamFailure.Kind.BROKEN, "the session has ended")));
    }

    private void onLoop(Runnable what) {
        if (loop.inEventLoop()) {
            what.run();
        } else if (!loop.isShuttingDown()) {
            loop.execute(what);
        }
    }

    private void send(
            Attached caller, HttpHeaders headers, List<Message> posted, byte[] body, @Nullable String newSession) {
        URI to = messages;
        if (ended || to == null) {
            caller.answer(404);
            return;
        }
        Set<MessageId> asked = new LinkedHashSet<>();
        for (Message message : posted) {
            MessageId asks = message.kind() == Message.Kind.REQUEST ? message.id() : null;
            if (asks != null) {
                asked.add(asks);
            }
        }
        int refusal = waiting.refusal(asked);
        if (refusal != 0) {
            caller.answer(refusal);
            return;
        }
        WaitingPosts.Post waits = asked.isEmpty() ? null : waiting.add(caller, asked, newSession);
        HttpHeaders sent = headers.copy();
        sent.remove(Attached.SESSION_ID);
        client.send(
                loop,
                new UpstreamClient.Request(to, HttpMethod.POST, sent, Unpooled.wrappedBuffer(body)),
                new Posting(caller, waits));
    }

    private void settled(WaitingPosts.Post waits) {
        waiting.remove(waits);
        pace();
    }

    // ---- what the stream says ----

    private void event(SseEvent event, Runnable opened) {
        byte[] data = event.data();
        if (data == null || ended) {
            return;
        }
        if ("endpoint".equals(event.type())) {
            named(data, opened);
        } else if (messages != null && event.hasMessage()) {
            lastMessage = System.nanoTime();
            message(data);
        }
    }

    private void named(byte[] data, Runnable opened) {
        if (messages != null) {
            // A server has one; what comes later could only lead calls elsewhere.
            return;
        }
        messages = MessageEndpoint.read(endpoint.url(), data);
        if (messages == null) {
            end(new UpstreamFailure(
                    UpstreamFailure.Kind.PROTOCOL, "the endpoint event names no URL of the stream's own origin"));
            return;
        }
        cancelTimer();
        watchIdle(endpoint.idleTimeout().toNanos());
        opened.run();
    }

    private void message(byte[] data) {
        if (!(McpMessages.readFromServer(data, endpoint.maxDepth(), 1) instanceof Reading.Single(Message message))) {
            end(new UpstreamFailure(UpstreamFailure.Kind.PROTOCOL, "an event that is no JSON-RPC message"));
            return;
        }
        byte[] event = SseWriter.event(null, data);
        if (message.kind() != Message.Kind.RESPONSE) {
            hear(event);
            return;
        }
        MessageId answers = message.id();
        WaitingPosts.Post waits = answers == null ? null : waiting.answered(answers);
        if (waits == null) {
            return;
        }
        waits.caller().streamHead(waits.newSession());
        waits.caller().data(event);
        if (waits.isAnswered()) {
            waits.caller().end();
            settled(waits);
        }
    }

    /** A request or notification of the workload's. */
    private void hear(byte[] event) {
        Attached oldest = waiting.oldestListener();
        if (oldest != null) {
            oldest.streamHead(null);
            oldest.data(event);
            return;
        }
        if (listening != null) {
            listening.data(event);
        } else {
            unheard.keep(event);
        }
    }

    // ---- pace, idleness and end ----

    private void pace() {
        if (listening != null && listening.isCancelled()) {
            listening = null;
        }
        if (opening != null && opening.isCancelled()) {
            end(new UpstreamFailure(UpstreamFailure.Kind.BROKEN, "the client has gone"));
        }
        if (waiting.removeCancelled()) {
            // Nobody has learnt of the session.
            close();
        }
        boolean slow = (listening != null && listening.isPaused()) || waiting.isOneSlow();
        if (stream != null && !ended) {
            if (slow) {
                stream.pause();
            } else {
                stream.resume();
            }
        }
    }

    private void watchIdle(long nanos) {
        timer = loop.schedule(
                () -> {
                    long left = endpoint.idleTimeout().toNanos() - (System.nanoTime() - lastMessage);
                    if (!waiting.isEmpty() || left > 0) {
                        watchIdle(Math.max(left, TimeUnit.SECONDS.toNanos(1)));
                    } else {
                        end(new UpstreamFailure(UpstreamFailure.Kind.IDLE_TIMEOUT, "idle for too long"));
                    }
                },
                nanos,
                TimeUnit.NANOSECONDS);
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void end(UpstreamFailure why) {
        if (ended) {
            return;
        }
        ended = true;
        cancelTimer();
        forget.run();
        if (stream != null) {
            stream.cancel();
        }
        if (opening != null) {
            opening.fail(why);
            opening = null;
        }
        waiting.drain().forEach(caller -> caller.fail(why));
        if (listening != null) {
            listening.end();
            listening = null;
        }
    }

    /** The event stream. */
    private final class Stream implements UpstreamClient.Listener {

        private final Runnable opened;
        private boolean usable;

        Stream(Runnable opened) {
            this.opened = opened;
        }

        @Override
        public void onHead(int status, HttpHeaders headers) {
            String type = headers.get(HttpHeaderNames.CONTENT_TYPE);
            boolean plain = !headers.contains(HttpHeaderNames.CONTENT_ENCODING);
            usable = status == 200 && type != null && type.startsWith("text/event-stream") && plain;
            if (!usable) {
                if (status != 200 && opening != null) {
                    opening.answer(status);
                    opening = null;
                }
                end(new UpstreamFailure(UpstreamFailure.Kind.PROTOCOL, "GET opens no event stream"));
            }
        }

        @Override
        public void onData(ByteBuf piece) {
            byte[] bytes = ByteBufUtil.getBytes(piece);
            piece.release();
            if (usable && !ended && !reader.read(bytes, 0, bytes.length, event -> event(event, opened))) {
                end(new UpstreamFailure(UpstreamFailure.Kind.PROTOCOL, "an event beyond the limit"));
            }
        }

        @Override
        public void onEnd() {
            end(new UpstreamFailure(UpstreamFailure.Kind.BROKEN, "the event stream has ended"));
        }

        @Override
        public void onFailure(UpstreamFailure failure) {
            end(failure);
        }
    }

    /** A post to the endpoint: whether it was taken. Its answer comes on the stream. */
    private final class Posting implements UpstreamClient.Listener {

        private final Attached caller;
        private final WaitingPosts.@Nullable Post waits;
        private int status;

        Posting(Attached caller, WaitingPosts.@Nullable Post waits) {
            this.caller = caller;
            this.waits = waits;
        }

        @Override
        public void onHead(int received, HttpHeaders headers) {
            status = received;
        }

        @Override
        public void onData(ByteBuf piece) {
            piece.release();
        }

        @Override
        public void onEnd() {
            if (status >= 200 && status < 300) {
                if (waits == null) {
                    caller.answer(202);
                }
                return;
            }
            caller.answer(status);
            gone();
        }

        @Override
        public void onFailure(UpstreamFailure failure) {
            if (!caller.isHeadSaid()) {
                caller.fail(failure);
            }
            gone();
        }

        private void gone() {
            if (waits != null) {
                settled(waits);
                if (waits.newSession() != null) {
                    close();
                }
            }
            if (status == 404) {
                // The server no longer knows the session of its own stream.
                close();
            }
        }
    }
}
