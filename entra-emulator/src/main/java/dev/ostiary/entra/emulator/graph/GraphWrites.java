package dev.ostiary.entra.emulator.graph;

import dev.ostiary.entra.emulator.http.Request;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * The writes that Graph was asked for, in their order, at most the last 10,000: to see what a client changed, and that a second run
 * changes nothing. Reads by {@code POST}, such as {@code checkMemberGroups}, are none. Safe for any thread.
 */
public final class GraphWrites {

    private static final int MAX = 10_000;
    private static final Set<String> READS =
            Set.of("checkMemberGroups", "checkMemberObjects", "getMemberGroups", "getMemberObjects", "$batch");

    private final Deque<Write> writes = new ArrayDeque<>();

    /**
     * One write.
     *
     * @param method {@code POST}, {@code PATCH}, {@code PUT} or {@code DELETE}
     * @param path decoded, without the query
     * @param status of the answer that Graph gave, whether or not it arrived; 429 or 5xx where a fault stood in its place
     */
    public record Write(String method, String path, int status) {

        /** Whether it changed the directory. */
        public boolean succeeded() {
            return status < 300;
        }
    }

    /** All of them. */
    public synchronized List<Write> all() {
        return List.copyOf(writes);
    }

    /** Forgets those so far. */
    public synchronized void clear() {
        writes.clear();
    }

    /** Whether a request asks for a change. */
    public static boolean isWrite(Request request) {
        if (request.method().equals("GET") || request.method().equals("HEAD")) {
            return false;
        }
        List<String> path = request.segments();
        return path.isEmpty() || !READS.contains(path.getLast());
    }

    /** Remembers one. */
    public synchronized void add(Request request, int status) {
        writes.addLast(new Write(request.method(), request.path(), status));
        if (writes.size() > MAX) {
            writes.removeFirst();
        }
    }
}
