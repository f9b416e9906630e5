package dev.ostiary.connect.http;

import dev.ostiary.connect.message.Message;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A request whose answer is awaited, by one thread. Any thread may end it, once. */
public final class Call {

    private final Message request;
    private final AtomicBoolean over = new AtomicBoolean();
    private final CountDownLatch settled = new CountDownLatch(1);
    private volatile long heardNanos = System.nanoTime();
    private volatile @Nullable Closeable body;
    private volatile @Nullable Thread worker;

    public Call(Message request) {
        this.request = request;
    }

    public Message request() {
        return request;
    }

    /** The calling thread does the work: it is interrupted when the call is given up. */
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
    }

    /** Nanoseconds since something was last heard. */
    public long silentNanos() {
        return System.nanoTime() - heardNanos;
    }

    /** Ends it as answered; false when it was over. */
    public boolean finish() {
        settled.countDown();
        return over.compareAndSet(false, true);
    }

    /** Nothing will come for it any more: whoever waits in {@link #awaitSettled} goes on. */
    void lost() {
        settled.countDown();
    }

    /** Waits until it is over, or lost. */
    void awaitSettled() throws InterruptedException {
        settled.await();
    }

    /** Ends it without an answer, and what waits for one; false when it was over. */
    public boolean abandon() {
        if (!over.compareAndSet(false, true)) {
            return false;
        }
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
