package dev.ostiary.gateway.server.legacysse;

import dev.ostiary.gateway.server.http.Exchange;
import dev.ostiary.gateway.server.http.ResponseStream;
import dev.ostiary.gateway.server.mcp.McpMessages;
import dev.ostiary.gateway.server.mcp.McpMessages.Reading;
import dev.ostiary.gateway.server.mcp.SseEvent;
import dev.ostiary.gateway.server.mcp.SseReader;
import dev.ostiary.gateway.server.mcp.SseWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream of one HTTP+SSE client. Its posts are carried on as requests of Streamable HTTP; what they are answered, and what
 * the workload says by itself, is written to the stream. When the stream ends, so does the session behind it.
 *
 * <p>Confined to the event loop of the stream.
 */
final class LegacySession {

    private static final Logger LOG = LoggerFactory.getLogger(LegacySession.class);
    private static final String SESSION_ID = "mcp-session-id";
    private static final int MAX_OPEN = 64;

    private final EventLoop loop;
    private final ResponseStream out;
    private final String path;
    private final String clientAddress;
    private final int maxBytes;
    private final int maxDepth;
    private final Runnable forget;

    /** Unanswered exchanges, and whom to tell that the stream can take more again. */
    private final Map<CarriedExchange, Runnable> open = new LinkedHashMap<>();

    private Consumer<Exchange> next;
    private HttpHeaders headers;
    private @Nullable ScheduledFuture<?> keepAlive;
    private @Nullable CarriedExchange listening;
    private @Nullable String mcpSession;
    private boolean ended;

    /**
     * Nothing is written yet.
     *
     * @param path the path of the route's endpoint
     * @param headers of the request that opened the stream; not changed
     * @param maxBytes longest message
     * @param maxDepth deepest JSON
     * @param next takes carried requests, as the caller who opened the stream
     * @param forget run once when it has ended
     */
    LegacySession(
            EventLoop loop,
            ResponseStream out,
            String path,
            String clientAddress,
            HttpHeaders headers,
            int maxBytes,
            int maxDepth,
            Consumer<Exchange> next,
            Runnable forget) {
        this.loop = loop;
        this.out = out;
        this.path = path;
        this.clientAddress = clientAddress;
        this.headers = headers;
        this.maxBytes = maxBytes;
        this.maxDepth = maxDepth;
        this.next = next;
        this.forget = forget;
    }

    EventLoop loop() {
        return loop;
    }

    /** Tells the client where to post, and keeps the stream from falling silent. */
    void begin(String endpoint, long keepAliveSeconds) {
        out.onWritable(() -> List.copyOf(open.values()).forEach(Runnable::run));
        write(("event: endpoint\ndata: " + endpoint + "\n\n").getBytes(StandardCharsets.US_ASCII));
        keepAlive = loop.scheduleWithFixedDelay(
                () -> write(SseWriter.keepAlive()), keepAliveSeconds, keepAliveSeconds, TimeUnit.SECONDS);
    }

    /**
     * Carries a post on.
     *
     * @param posted its headers; ownership passes
     * @param as takes it, as the caller of this post
     * @return false when too many wait for answers
     */
    boolean post(HttpHeaders posted, byte[] body, Consumer<Exchange> as) {
        if (ended) {
            return true;
        }
        if (open.size() >= MAX_OPEN) {
            return false;
        }
        next = as;
        headers = posted.copy();
        listen();
        carry(HttpMethod.POST, posted, body);
        return true;
    }

    private CarriedExchange carry(HttpMethod method, HttpHeaders with, byte[] body) {
        with.remove(SESSION_ID);
        with.remove("last-event-id");
        with.set("accept", "application/json, text/event-stream");
        if (mcpSession != null) {
            with.set(SESSION_ID, mcpSession);
        }
        CarriedExchange exchange = new CarriedExchange(this, method, path, with, clientAddress, body);
        open.put(exchange, () -> {});
        try {
            next.accept(exchange);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("a carried request failed: its stream ends");
            open.remove(exchange);
            loop.execute(this::end);
        }
        return exchange;
    }

    /** Hears what the workload says by itself, where there is a session to hear it in. */
    private void listen() {
        if (mcpSession == null || listening != null || ended) {
            return;
        }
        HttpHeaders with = headers.copy();
        with.remove("content-type");
        with.remove("content-length");
        CarriedExchange exchange = carry(HttpMethod.GET, with, new byte[0]);
        listening = open.containsKey(exchange) ? exchange : listening;
    }

    // ---- what carried exchanges are answered ----

    void answered(CarriedExchange exchange, int status, HttpHeaders answer, byte[] body) {
        open.remove(exchange);
        if (ended || exchange.method().equals(HttpMethod.DELETE)) {
            return;
        }
        if (exchange.method().equals(HttpMethod.GET)) {
            // 405: the workload says nothing by itself, and need not be asked again.
            listening = exchange;
            return;
        }
        opened(answer);
        boolean message = body.length > 0
                && !(McpMessages.readFromServer(body, maxDepth, Integer.MAX_VALUE) instanceof Reading.Malformed);
        if (message) {
            write(SseWriter.event(null, body));
        }
        // A client cannot be told a status by now; a new stream, and a new sign-in where that is what is missing, is
        // the
        // only way on.
        boolean lost = status == 404 && mcpSession != null;
        if (lost || (status >= 400 && !message)) {
            end();
        }
    }

    ResponseStream streaming(CarriedExchange exchange, HttpHeaders answer) {
        if (exchange.method().equals(HttpMethod.POST)) {
            opened(answer);
        }
        String type = answer.get("content-type");
        return type != null && type.startsWith("application/json")
                ? new CarriedBody(exchange, answer)
                : new Carried(exchange);
    }

    private void opened(HttpHeaders answer) {
        String id = answer.get(SESSION_ID);
        if (id != null && mcpSession == null) {
            mcpSession = id;
            // The answer to initialize comes before anything else that is said in the session.
            loop.execute(this::listen);
        }
    }

    private void write(byte[] bytes) {
        if (!ended) {
            out.write(Unpooled.wrappedBuffer(bytes));
        }
    }

    /** Ends the stream regularly, or because the client has gone. */
    void end() {
        if (ended) {
            return;
        }
        forget.run();
        if (keepAlive != null) {
            keepAlive.cancel(false);
        }
        List<CarriedExchange> left = List.copyOf(open.keySet());
        left.forEach(CarriedExchange::gone);
        open.clear();
        if (mcpSession != null) {
            HttpHeaders with = headers.copy();
            with.remove("content-type");
            with.remove("content-length");
            carry(HttpMethod.DELETE, with, new byte[0]);
        }
        ended = true;
        out.end();
    }

    /** A whole answer that comes in pieces. */
    private final class CarriedBody implements ResponseStream {

        private final CarriedExchange exchange;
        private final HttpHeaders answer;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();

        CarriedBody(CarriedExchange exchange, HttpHeaders answer) {
            this.exchange = exchange;
            this.answer = answer;
        }

        @Override
        public void write(ByteBuf piece) {
            byte[] bytes = ByteBufUtil.getBytes(piece);
            piece.release();
            if (ended) {
                return;
            }
            if (bytes.length > maxBytes - body.size()) {
                LegacySession.this.end();
            } else {
                body.writeBytes(bytes);
            }
        }

        @Override
        public boolean isWritable() {
            return out.isWritable();
        }

        @Override
        public void onWritable(Runnable callback) {
            open.replace(exchange, callback);
        }

        @Override
        public void end() {
            if (open.containsKey(exchange)) {
                answered(exchange, HttpResponseStatus.OK.code(), answer, body.toByteArray());
            }
        }

        /** Half an answer is none: the client must not wait for the other half. */
        @Override
        public void abort() {
            LegacySession.this.end();
        }
    }

    /** The events of one carried exchange, on their way into the one stream. */
    private final class Carried implements ResponseStream {

        private final CarriedExchange exchange;
        private final SseReader reader = new SseReader(maxBytes);

        Carried(CarriedExchange exchange) {
            this.exchange = exchange;
        }

        @Override
        public void write(ByteBuf piece) {
            byte[] bytes = ByteBufUtil.getBytes(piece);
            piece.release();
            if (!ended && !reader.read(bytes, 0, bytes.length, this::event)) {
                LegacySession.this.end();
            }
        }

        private void event(SseEvent event) {
            byte[] data = event.data();
            if (data != null && event.hasMessage()) {
                LegacySession.this.write(SseWriter.event(null, data));
            }
        }

        @Override
        public boolean isWritable() {
            return out.isWritable();
        }

        @Override
        public void onWritable(Runnable callback) {
            open.replace(exchange, callback);
        }

        @Override
        public void end() {
            open.remove(exchange);
            if (exchange == listening) {
                listening = null;
            }
        }

        @Override
        public void abort() {
            end();
        }
    }
}
