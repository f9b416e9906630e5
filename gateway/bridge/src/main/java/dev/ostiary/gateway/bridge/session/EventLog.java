package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.message.Message;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a session's server says on its own account, for the session's one stream (GET): the newest messages, kept while there is no
 * stream and for one that resumes. It never makes the server wait: when it is full the oldest message goes.
 */
public final class EventLog implements Outlet {

    /** One message under its number. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares messages
    public record Event(long number, byte[] message) {}

    /** What comes next on a stream. */
    public sealed interface Next {
        /** A message. */
        record One(Event event) implements Next {}

        /** None within the time. */
        record Nothing() implements Next {}

        /** None ever again: the session has ended, or a newer stream has taken over. */
        record End() implements Next {}
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Event> kept = new ArrayDeque<>();
    private long keptBytes;
    private long last;
    private long delivered;
    private long reader;
    private boolean attached;
    private boolean ended;

    /** Keeps a message; returns those that no stream has had and none will, the new one perhaps among them. */
    @Override
    public List<byte[]> add(Message said) {
        byte[] message = said.bytes();
        List<byte[]> lost = new ArrayList<>(0);
        lock.lock();
        try {
            if (ended || message.length > Limits.KEPT_BYTES) {
                lost.add(message);
                return lost;
            }
            kept.add(new Event(++last, message));
            keptBytes += message.length;
            while (kept.size() > 1 && (kept.size() > Limits.KEPT_MESSAGES || keptBytes > Limits.KEPT_BYTES)) {
                Event oldest = kept.remove();
                keptBytes -= oldest.message.length;
                if (oldest.number > delivered) {
                    lost.add(oldest.message);
                }
            }
            changed.signalAll();
            return lost;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isAttached() {
        lock.lock();
        try {
            return attached;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Begins a stream; the one before it ends.
     *
     * @param after the number of the last message that the client has had; negative where it says none: then it gets what no
     *     stream has had
     */
    public Reader read(long after) {
        lock.lock();
        try {
            reader++;
            attached = true;
            changed.signalAll();
            return new Reader(reader, after < 0 ? delivered : after);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream, once what is kept has been read. */
    @Override
    public void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** One stream. One thread. */
    public final class Reader implements AutoCloseable {

        private final long name;
        private long position;

        private Reader(long name, long position) {
            this.name = name;
            this.position = position;
        }

        /** Waits for the next message, at most so long. */
        public Next next(Duration bound) throws InterruptedException {
            long left = bound.toNanos();
            lock.lock();
            try {
                while (true) {
                    if (name != reader) {
                        return new Next.End();
                    }
                    Event event = following();
                    if (event != null) {
                        position = event.number;
                        delivered = Math.max(delivered, position);
                        return new Next.One(event);
                    }
                    if (ended) {
                        return new Next.End();
                    }
                    if (left <= 0) {
                        return new Next.Nothing();
                    }
                    left = changed.awaitNanos(left);
                }
            } finally {
                lock.unlock();
            }
        }

        private @Nullable Event following() {
            if (position >= last) {
                return null;
            }
            for (Event event : kept) {
                if (event.number > position) {
                    return event;
                }
            }
            return null;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (name == reader) {
                    attached = false;
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
