package dev.ostiary.gateway.server.forward;

import dev.ostiary.gateway.server.authorize.McpContext;
import dev.ostiary.gateway.server.authorize.ServedRoute;
import dev.ostiary.gateway.server.http.ResponseStream;
import dev.ostiary.gateway.server.mcp.SseEvent;
import dev.ostiary.gateway.server.mcp.SseReader;
import dev.ostiary.gateway.server.mcp.SseWriter;
import dev.ostiary.gateway.server.upstream.UpstreamClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Passes an event stream on in order. While an event waits for its decision, or the client for its turn, the workload is not
 * read: what is held is at most what one read brought. Confined to the exchange's executor.
 */
final class EventRelay {

    private McpContext context;
    private final EventJudge judge;
    private final @Nullable OwedAnswers answers;
    private final ResponseStream out;
    private final UpstreamClient.Call call;
    private final SseReader reader;
    private final Queue<SseEvent> waiting = new ArrayDeque<>();
    private final ScheduledFuture<?> keepAlive;

    private boolean judging;
    private boolean paused;
    private boolean wroteLately;
    private boolean numbered;
    private boolean closed;
    private @Nullable Runnable whenDrained;

    /**
     * @param answers what the stream owes answers to; null when the client only listens
     * @param silence how long nothing may be written before a comment is
     */
    EventRelay(
            McpContext context,
            EventJudge judge,
            @Nullable OwedAnswers answers,
            ResponseStream out,
            UpstreamClient.Call call,
            SseReader reader,
            Duration silence) {
        this.context = context;
        this.judge = judge;
        this.answers = answers;
        this.out = out;
        this.call = call;
        this.reader = reader;
        out.onWritable(this::flow);
        keepAlive = context.exchange()
                .executor()
                .scheduleAtFixedRate(this::keepAlive, silence.toMillis(), silence.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Takes bytes of the workload; ownership passes.
     *
     * @return false when an event is larger than may be held
     */
    boolean data(ByteBuf piece) {
        byte[] bytes;
        try {
            bytes = ByteBufUtil.getBytes(piece);
        } finally {
            piece.release();
        }
        boolean readable = reader.read(bytes, 0, bytes.length, waiting::add);
        flow();
        return readable;
    }

    /** Takes events that were read before. */
    void events(Iterable<SseEvent> events) {
        events.forEach(waiting::add);
        flow();
    }

    /** The workload has ended the stream: once everything before is passed on, runs {@code then}. */
    void afterAll(Runnable then) {
        whenDrained = then;
        flow();
    }

    /** Judges what comes from now on under another revision. */
    void under(ServedRoute served) {
        context = context.under(served);
    }

    /** Whether the workload numbers its events, so that a client that lost the stream can resume it. */
    boolean isNumbered() {
        return numbered;
    }

    /** Writes an event of the gateway's own between those of the workload. */
    void say(byte[] event) {
        if (!closed) {
            wroteLately = true;
            out.write(Unpooled.wrappedBuffer(event));
        }
    }

    /** Ends the response; nothing is passed on any more. */
    void close(boolean regular) {
        if (closed) {
            return;
        }
        closed = true;
        keepAlive.cancel(false);
        waiting.clear();
        if (regular) {
            out.end();
        } else {
            out.abort();
        }
    }

    private void flow() {
        while (!closed && !judging && out.isWritable()) {
            SseEvent event = waiting.poll();
            if (event == null) {
                break;
            }
            judging = true;
            numbered |= event.id() != null;
            boolean[] inline = {true};
            judge.judge(context, answers, event, bytes -> {
                judging = false;
                if (bytes.length > 0) {
                    say(bytes);
                }
                if (!inline[0]) {
                    flow();
                }
            });
            inline[0] = false;
        }
        throttle();
        if (!closed && !judging && waiting.isEmpty() && whenDrained != null) {
            Runnable then = whenDrained;
            whenDrained = null;
            then.run();
        }
    }

    private void throttle() {
        boolean behind = !closed && (judging || !out.isWritable() || !waiting.isEmpty());
        if (behind != paused) {
            paused = behind;
            if (behind) {
                call.pause();
            } else {
                call.resume();
            }
        }
    }

    private void keepAlive() {
        if (!wroteLately && !closed && out.isWritable()) {
            out.write(Unpooled.wrappedBuffer(SseWriter.keepAlive()));
        }
        wroteLately = false;
    }
}
