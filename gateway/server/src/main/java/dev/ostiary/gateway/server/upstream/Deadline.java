package dev.ostiary.gateway.server.upstream;

import io.netty.channel.EventLoop;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A time-out that moves with every request and read without touching the loop's timer queue each time: a task that runs
 * too early looks again and comes back later. Confined to its event loop.
 */
final class Deadline implements Runnable {

    private final EventLoop loop;
    private final Runnable expired;
    private boolean armed;
    private long at;
    private long taskAt;
    private @Nullable ScheduledFuture<?> task;

    Deadline(EventLoop loop, Runnable expired) {
        this.loop = loop;
        this.expired = expired;
    }

    /** Expires in {@code nanos}, instead of when it was set to before. */
    void in(long nanos) {
        armed = true;
        at = System.nanoTime() + nanos;
        if (task != null) {
            if (taskAt - at <= 0) {
                return;
            }
            task.cancel(false);
        }
        schedule(nanos);
    }

    /** Does not expire until it is set again. */
    void clear() {
        armed = false;
    }

    /** Does not expire and leaves nothing in the loop's timer queue. */
    void end() {
        armed = false;
        if (task != null) {
            task.cancel(false);
            task = null;
        }
    }

    @Override
    public void run() {
        task = null;
        if (!armed) {
            return;
        }
        long left = at - System.nanoTime();
        if (left > 0) {
            schedule(left);
        } else {
            armed = false;
            expired.run();
        }
    }

    private void schedule(long nanos) {
        taskAt = System.nanoTime() + nanos;
        task = loop.schedule(this, nanos, TimeUnit.NANOSECONDS);
    }
}
