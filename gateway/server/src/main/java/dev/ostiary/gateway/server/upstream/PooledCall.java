package dev.ostiary.gateway.server.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call from {@link UpstreamClient#send} to its last callback: waiting, dialing or on a connection, one of the three or
 * none of them. Calls back never while {@code send} is still running, and never after the end. Confined to its event loop.
 */
final class PooledCall implements UpstreamClient.Call {

    private final EventLoop loop;
    private final UpstreamMetrics metrics;
    private final UpstreamClient.Request request;
    private final UpstreamClient.Listener listener;
    private @Nullable Target target;
    private @Nullable OriginPool queue;
    private @Nullable ScheduledFuture<?> queueTimer;
    private @Nullable Dial dial;
    private @Nullable Connection connection;
    private boolean sending = true;
    private boolean ownsBody = true;
    private boolean paused;
    private boolean done;

    PooledCall(
            EventLoop loop, UpstreamMetrics metrics, UpstreamClient.Request request, UpstreamClient.Listener listener) {
        this.loop = loop;
        this.metrics = metrics;
        this.request = request;
        this.listener = listener;
    }

    UpstreamClient.Request request() {
        return request;
    }

    boolean isDone() {
        return done;
    }

    boolean isUnhurried() {
        return request.unhurried();
    }

    boolean isPaused() {
        return paused;
    }

    void begin(Target to) {
        target = to;
        to.pool().place(this);
    }

    /** {@code send} returns now: callbacks are welcome. */
    void sent() {
        sending = false;
    }

    Target target() {
        Target to = target;
        if (to == null) {
            throw new IllegalStateException("the call has not begun");
        }
        return to;
    }

    void waitIn(OriginPool pool, long nanos) {
        queue = pool;
        queueTimer = loop.schedule(this::waitedTooLong, nanos, TimeUnit.NANOSECONDS);
    }

    void stopWaiting() {
        queue = null;
        if (queueTimer != null) {
            queueTimer.cancel(false);
            queueTimer = null;
        }
    }

    void dialing(Dial by) {
        dial = by;
    }

    /** The call is on a connection, which now owns the request's body. */
    void carriedBy(Connection by) {
        dial = null;
        connection = by;
        ownsBody = false;
    }

    /** Nothing of the request has left this machine, and the body is the call's again: sends it on a new connection. */
    void sendAgain() {
        connection = null;
        ownsBody = true;
        metrics.callRetried();
        target().pool().placeOnNew(this);
    }

    void head(int status, HttpHeaders headers) {
        listener.onHead(status, headers);
    }

    void data(ByteBuf piece) {
        listener.onData(piece);
    }

    void end() {
        if (!done) {
            finish();
            listener.onEnd();
        }
    }

    void fail(UpstreamFailure.Kind kind, String detail) {
        if (done) {
            return;
        }
        if (sending) {
            loop.execute(() -> fail(kind, detail));
            return;
        }
        finish();
        metrics.callFailed(kind);
        listener.onFailure(new UpstreamFailure(kind, detail));
    }

    @Override
    public void cancel() {
        onLoop();
        if (done) {
            return;
        }
        Dial dialing = dial;
        Connection carrier = connection;
        OriginPool waiting = queue;
        finish();
        if (waiting != null) {
            stopWaiting();
            waiting.leave(this);
        }
        if (dialing != null) {
            dialing.cancel();
        }
        if (carrier != null) {
            carrier.abandon();
        }
    }

    @Override
    public void pause() {
        onLoop();
        if (!paused && !done) {
            paused = true;
            if (connection != null) {
                connection.pause();
            }
        }
    }

    @Override
    public void resume() {
        onLoop();
        if (paused && !done) {
            paused = false;
            if (connection != null) {
                connection.resume();
            }
        }
    }

    private void waitedTooLong() {
        queueTimer = null;
        OriginPool waiting = queue;
        if (waiting != null) {
            queue = null;
            waiting.leave(this);
            fail(UpstreamFailure.Kind.OVERLOADED, waiting.origin() + ": no connection became free in time");
        }
    }

    private void finish() {
        done = true;
        connection = null;
        dial = null;
        if (ownsBody) {
            ownsBody = false;
            request.body().release();
        }
    }

    private void onLoop() {
        if (!loop.inEventLoop()) {
            throw new IllegalStateException("a call is used on its event loop only");
        }
    }
}
