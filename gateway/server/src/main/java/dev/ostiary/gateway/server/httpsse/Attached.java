package dev.ostiary.gateway.server.httpsse;

import dev.ostiary.gateway.server.upstream.UpstreamClient;
import dev.ostiary.gateway.server.upstream.UpstreamFailure;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * One caller of a session: told on its own event loop, in the order in which the session, on its loop, says things. What is
 * said after it has cancelled reaches nobody.
 */
final class Attached implements UpstreamClient.Call {

    static final String SESSION_ID = "mcp-session-id";

    private final EventLoop loop;
    private final UpstreamClient.Listener listener;
    private volatile boolean cancelled;
    private volatile boolean paused;
    private @Nullable Runnable whenChanged;

    /** Of the session's loop. */
    private boolean headSaid;

    /** Of the caller's loop. */
    private boolean ended;

    Attached(EventLoop loop, UpstreamClient.Listener listener) {
        this.loop = loop;
        this.listener = listener;
    }

    /** Whom to tell, on whatever loop, that the caller has gone, pauses or goes on. */
    void whenChanged(Runnable told) {
        whenChanged = told;
    }

    boolean isCancelled() {
        return cancelled;
    }

    boolean isPaused() {
        return paused && !cancelled;
    }

    boolean isHeadSaid() {
        return headSaid;
    }

    /** A whole answer without a body. */
    void answer(int status) {
        if (headSaid) {
            return;
        }
        HttpHeaders headers = headers();
        headSaid = true;
        tell(() -> listener.onHead(status, headers), false);
        tell(listener::onEnd, true);
    }

    /** The head of an event stream, once. */
    void streamHead(@Nullable String session) {
        if (headSaid) {
            return;
        }
        headSaid = true;
        HttpHeaders headers = headers().set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream");
        if (session != null) {
            headers.set(SESSION_ID, session);
        }
        tell(() -> listener.onHead(200, headers), false);
    }

    /** Bytes of the stream. */
    void data(byte[] bytes) {
        tell(() -> listener.onData(Unpooled.wrappedBuffer(bytes)), false);
    }

    /** The regular end of the stream. */
    void end() {
        tell(listener::onEnd, true);
    }

    void fail(UpstreamFailure failure) {
        headSaid = true;
        tell(() -> listener.onFailure(failure), true);
    }

    private void tell(Runnable what, boolean last) {
        loop.execute(() -> {
            if (!cancelled && !ended) {
                ended = last;
                what.run();
            }
        });
    }

    @Override
    public void cancel() {
        cancelled = true;
        changed();
    }

    @Override
    public void pause() {
        paused = true;
        changed();
    }

    @Override
    public void resume() {
        paused = false;
        changed();
    }

    private void changed() {
        Runnable told = whenChanged;
        if (told != null) {
            told.run();
        }
    }

    private static HttpHeaders headers() {
        return DefaultHttpHeadersFactory.headersFactory().newHeaders();
    }
}
