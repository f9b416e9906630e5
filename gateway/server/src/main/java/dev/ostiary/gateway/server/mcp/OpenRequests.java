package dev.ostiary.gateway.server.mcp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one side of one session that have no response yet. A response passes only when it takes one out, so it
 * can be given once, and only to what was asked. Bounded. Not thread-safe: one instance per session and direction, used on
 * one thread.
 *
 * @param <V> what is remembered of a request
 */
public final class OpenRequests<V> {

    private final int max;
    private final Map<MessageId, V> open = new HashMap<>();

    /** @param max most requests open at a time */
    public OpenRequests(int max) {
        this.max = max;
    }

    /**
     * A request is about to pass.
     *
     * @return false when it must not: as many are open as may be, or one with the same id is
     */
    public boolean open(MessageId id, V remembered) {
        return open.size() < max && open.putIfAbsent(id, remembered) == null;
    }

    /** A response came; null when no request with this id is open, and the response must not pass. */
    public @Nullable V answer(MessageId id) {
        return open.remove(id);
    }

    /** What is remembered of an open request, which stays open: for cancellation and progress. */
    public @Nullable V find(MessageId id) {
        return open.get(id);
    }

    /** Closes the requests that match, for instance those of a stream that ended, and returns their ids. */
    public List<MessageId> close(Predicate<? super V> matches) {
        List<MessageId> closed = new ArrayList<>();
        for (Iterator<Map.Entry<MessageId, V>> entries = open.entrySet().iterator(); entries.hasNext(); ) {
            Map.Entry<MessageId, V> entry = entries.next();
            if (matches.test(entry.getValue())) {
                closed.add(entry.getKey());
                entries.remove();
            }
        }
        return closed;
    }

    /** How many are open. */
    public int size() {
        return open.size();
    }
}
