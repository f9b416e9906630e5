package dev.ostiary.gateway.bridge.http;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Ends the connection of a client that does not take what is written to it: an interrupt closes the channel that the thread
 * writes to. Any thread.
 */
final class WriteDeadline {

    private final ScheduledThreadPoolExecutor timer;
    private final Duration bound;

    /** What may take too long. */
    interface Writing {
        void run() throws IOException;
    }

    WriteDeadline(Duration bound) {
        this.bound = bound;
        this.timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("write deadlines").factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    /** @throws IOException when the client is gone, or was too slow and therefore is */
    void within(Writing writing) throws IOException {
        Watched watched = new Watched(Thread.currentThread());
        Future<?> alarm = timer.schedule(watched::interrupt, bound.toMillis(), TimeUnit.MILLISECONDS);
        try {
            writing.run();
        } finally {
            alarm.cancel(false);
            watched.done();
        }
    }

    private static final class Watched {

        private final Thread thread;
        private boolean done;
        private boolean interrupted;

        private Watched(Thread thread) {
            this.thread = thread;
        }

        private synchronized void interrupt() {
            if (!done) {
                interrupted = true;
                thread.interrupt();
            }
        }

        /** No interrupt comes after this, and none that came stays. */
        private synchronized void done() {
            done = true;
            if (interrupted) {
                boolean _ = Thread.interrupted();
            }
        }
    }
}
