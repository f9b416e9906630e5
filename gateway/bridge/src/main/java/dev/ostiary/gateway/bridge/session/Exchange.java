package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.message.Span;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One request of the client's on its way: what the server says about it waits here for the client's connection, in room that was taken
 * before.
 */
public final class Exchange {

    /** What comes next for the client. */
    public sealed interface Next {
        /** One message before the answer. */
        @SuppressWarnings("ArrayRecordComponent") // nobody compares messages
        record Before(byte[] message) implements Next {}

        /** The answer; nothing follows. */
        @SuppressWarnings("ArrayRecordComponent") // nobody compares messages
        record Last(byte[] message) implements Next {}

        /** Nothing yet. */
        record Nothing() implements Next {}
    }

    private static final Next NOTHING = new Next.Nothing();

    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    private record Item(byte[] message, Memory.@Nullable Hold hold) {
        void drop() {
            if (hold != null) {
                hold.close();
            }
        }
    }

    private final long id;
    private final String clientId;
    private final String clientToken;
    private final String method;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Item> waiting = new ArrayDeque<>(2);
    private @Nullable Item last;
    private Memory.@Nullable Hold inHand;
    private boolean left;
    private long cancelledAt;

    Exchange(long id, Message request) {
        this.id = id;
        this.clientId = request.rawId();
        Span token = request.progressToken();
        this.clientToken = token == null ? "" : token.in(request.bytes());
        this.method = request.method();
    }

    long id() {
        return id;
    }

    String clientId() {
        return clientId;
    }

    String clientToken() {
        return clientToken;
    }

    /** The method asked for. */
    public String method() {
        return method;
    }

    /** Whether messages may come before the answer: those during {@code initialize} and {@code ping} are about something else. */
    boolean isStream() {
        return !method.equals("initialize") && !method.equals("ping");
    }

    /** A message before the answer, and the room that it takes, which is given back when it is written; false when it comes late. */
    boolean offer(byte[] message, Memory.Hold hold) {
        lock.lock();
        try {
            if (left || last != null) {
                return false;
            }
            waiting.add(new Item(message, hold));
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The first answer counts; what it takes is given back when it is written. */
    void finish(byte[] answer, Memory.@Nullable Hold hold) {
        Item item = new Item(answer, hold);
        lock.lock();
        try {
            if (last == null && !left) {
                last = item;
                changed.signalAll();
            } else {
                item.drop();
            }
        } finally {
            lock.unlock();
        }
    }

    void cancelled() {
        lock.lock();
        try {
            cancelledAt = System.nanoTime() | 1;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the client has cancelled it and the time in which an answer might still come is over. */
    public boolean isAbandoned() {
        lock.lock();
        try {
            return cancelledAt != 0 && System.nanoTime() - cancelledAt > Limits.CANCELLED.toNanos();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for what is next, at most so long; what came before it has been written. */
    public Next next(Duration bound) throws InterruptedException {
        long left = bound.toNanos();
        lock.lock();
        try {
            if (inHand != null) {
                inHand.close();
                inHand = null;
            }
            while (waiting.isEmpty() && last == null) {
                long most = cancelledAt == 0 ? left : Math.min(left, Limits.CANCELLED.toNanos());
                if (most <= 0) {
                    return NOTHING;
                }
                boolean wasCancelled = cancelledAt != 0;
                long after = changed.awaitNanos(most);
                if (wasCancelled && after <= 0) {
                    return NOTHING;
                }
                left -= most - after;
            }
            Item item = waiting.poll();
            if (item != null) {
                inHand = item.hold;
                return new Next.Before(item.message);
            }
            return last == null ? NOTHING : new Next.Last(last.message);
        } finally {
            lock.unlock();
        }
    }

    /** The client is gone: nothing waits for it any more. */
    void leave() {
        lock.lock();
        try {
            left = true;
            waiting.forEach(Item::drop);
            waiting.clear();
            if (last != null) {
                last.drop();
            }
            if (inHand != null) {
                inHand.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
