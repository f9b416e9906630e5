package dev.ostiary.gateway.server.httpsse;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** What a workload said while nobody listened: the latest of it, within bounds. */
final class UnheardMessages {

    private static final int MAX_EVENTS = 128;
    private static final int MAX_BYTES = 1 << 20;

    private final Deque<byte[]> events = new ArrayDeque<>();
    private int bytes;

    void keep(byte[] event) {
        events.addLast(event);
        bytes += event.length;
        while (events.size() > MAX_EVENTS || bytes > MAX_BYTES) {
            bytes -= events.removeFirst().length;
        }
    }

    void drainTo(Consumer<byte[]> listener) {
        events.forEach(listener);
        events.clear();
        bytes = 0;
    }
}
