package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.child.Child;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** What a session's server is told, line by line, until it takes nothing any more. Any thread. */
final class ServerInput {

    private final Child child;
    private final Duration bound;
    private final Consumer<String> onDeaf;
    private final AtomicBoolean deaf = new AtomicBoolean();
    private final Semaphore replies = new Semaphore(Limits.OPEN_REQUESTS);

    /**
     * @param bound in which it must have read a message
     * @param onDeaf once, by a thread of its own: the server takes nothing any more, for this reason
     */
    ServerInput(Child child, Duration bound, Consumer<String> onDeaf) {
        this.child = child;
        this.bound = bound;
        this.onDeaf = onDeaf;
    }

    /** Waits until the server has taken the message; false when it takes nothing any more. */
    boolean write(byte[] message) {
        if (deaf.get()) {
            return false;
        }
        byte[] line = Arrays.copyOf(message, message.length + 1);
        line[message.length] = '\n';
        try {
            child.write(line, bound);
            return true;
        } catch (IOException failed) {
            if (deaf.compareAndSet(false, true)) {
                Thread.ofVirtual().name("deaf").start(() -> onDeaf.accept(String.valueOf(failed.getMessage())));
            }
            return false;
        }
    }

    /**
     * Answers the server for its client. Whoever reads the server must not wait until it reads: it may be waiting until it is read.
     * So this does not wait, unless that many answers wait already.
     */
    void reply(byte[] message) {
        replies.acquireUninterruptibly();
        Thread.ofVirtual().name("reply").start(() -> {
            try {
                boolean _ = write(message);
            } finally {
                replies.release();
            }
        });
    }
}
