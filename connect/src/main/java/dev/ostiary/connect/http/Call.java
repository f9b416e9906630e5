package dev.ostiary.connect.http;

import dev.ostiary.connect.message.Message;
import dev.ostiary.connect.token.WantedBy;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A message that is sent, and for a request its answer, awaited by one thread. Any thread may end it, once. */
public final class Call {

    private final Message request;
    private final WantedBy wantedBy;
    private final AtomicBoolean over = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch settled = new CountDownLatch(1);
    private volatile long heardNanos = System.nanoTime();
    private volatile boolean held;
    private volatile @Nullable Closeable body;
    private volatile @Nullable Thread worker;

    /** Somebody waits for the answer of a request, unless programs send it by themselves. */
    public Call(Message request) {
        this(
                request,
                request.isRequest() && !request.is("ping") && !request.is("subscriptions/listen")
                        ? WantedBy.A_CALL
                        : WantedBy.NOBODY);
    }

    Call(Message request, WantedBy wantedBy) {
        this.request = request;
        this.wantedBy = wantedBy;
    }

    public Message request() {
        return request;
    }

    WantedBy wantedBy() {
        return wantedBy;
    }

    /** The calling thread does the work, and nothing after it: it is interrupted when the call is given up. */
    public void startHere() {
        worker = Thread.currentThread();
        if (over.get()) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the answer is read from, to be closed when the call is given up. */
    void readsFrom(Closeable source) {
        body = source;
        if (over.get()) {
            close(source);
        }
    }

    /** Something came for this call, so its time-out starts again. */
    void heard() {
        heardNanos = System.nanoTime();
        held = false;
    }

    /** Its time-out does not run until something is heard: what it waits for has a limit of its own, such as a person who signs in. */
    void hold() {
        held = true;
    }

    /**
     * Waits for its end.
     *
     * @param limit how long it may be silent
     * @return true when it has been silent for so long; false when it is over
     */
    public boolean awaitSilence(Duration limit) throws InterruptedException {
        while (true) {
            long silent = held ? 0 : System.nanoTime() - heardNanos;
            long left = limit.toNanos() - silent;
            if (left <= 0) {
                return !isOver();
            }
            if (ended.await(left, TimeUnit.NANOSECONDS)) {
                return false;
            }
        }
    }

    /** Ends it as answered; false when it was over. */
    public boolean finish() {
        boolean first = over.compareAndSet(false, true);
        ended.countDown();
        settled.countDown();
        return first;
    }

    /** Nothing will come for it any more: whoever waits in {@link #awaitSettled} goes on. */
    void lost() {
        settled.countDown();
    }

    /** Waits until it is over, or lost. Whoever began the call ends it when that takes too long. */
    void awaitSettled() throws InterruptedException {
        settled.await();
    }

    /** Ends it without an answer, and what waits for one; false when it was over. */
    public boolean abandon() {
        if (!over.compareAndSet(false, true)) {
            return false;
        }
        ended.countDown();
        settled.countDown();
        Thread thread = worker;
        if (thread != null) {
            thread.interrupt();
        }
        Closeable source = body;
        if (source != null) {
            close(source);
        }
        return true;
    }

    public boolean isOver() {
        return over.get();
    }

    private static void close(Closeable source) {
        try {
            source.close();
        } catch (IOException e) {
            // It is not read any more.
        }
    }
}
