package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.message.Edit;
import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.message.Span;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The {@code subscriptions/listen} streams of the modern era on one server. Each hears what it has asked for; one that does not keep
 * up loses the newest, as changes of lists tell nothing but that there were some. What waits for all of them takes no more room
 * than what is kept for a session's stream. Any thread.
 */
public final class Listeners implements Outlet {

    /** More than so many streams on one server are refused. */
    public static final int MOST = 64;

    private static final int MOST_WAITING = 32;
    private static final byte[] END = {};

    private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger waitingBytes = new AtomicInteger();
    private final AtomicInteger toolChanges = new AtomicInteger();
    private volatile boolean ended;

    /**
     * One stream. One thread takes, any gives.
     *
     * <p>What it hears is what {@code methods} name, and updates of {@code resources}.
     */
    public final class Listener implements AutoCloseable {

        private final String rawId;
        private final Set<String> methods;
        private volatile Set<String> resources;
        private final ArrayBlockingQueue<byte[]> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
        private boolean closed;

        private Listener(String rawId, Set<String> methods, Set<String> resources) {
            this.rawId = rawId;
            this.methods = methods;
            this.resources = resources;
        }

        /** The next message; null when there is none in time. */
        public byte @Nullable [] next(Duration bound) throws InterruptedException {
            if (ended && waiting.isEmpty()) {
                return END;
            }
            byte[] next = waiting.poll(bound.toMillis(), TimeUnit.MILLISECONDS);
            if (next != null) {
                waitingBytes.addAndGet(-next.length);
            }
            return next;
        }

        /** From here on it hears of these resources alone: the server has agreed to tell of them. */
        public void honour(Set<String> agreed) {
            resources = Set.copyOf(agreed);
        }

        private synchronized void hear(Message message, String uri) {
            boolean wanted = methods.contains(message.method()) || (!uri.isEmpty() && resources.contains(uri));
            if (!wanted || closed) {
                return;
            }
            byte[] tagged = tagged(message, rawId);
            if (waitingBytes.addAndGet(tagged.length) > Limits.KEPT_BYTES || !waiting.offer(tagged)) {
                waitingBytes.addAndGet(-tagged.length);
            }
        }

        @Override
        public synchronized void close() {
            listeners.remove(this);
            closed = true;
            byte[] forgotten;
            while ((forgotten = waiting.poll()) != null) {
                waitingBytes.addAndGet(-forgotten.length);
            }
        }
    }

    /** Whether this is the end of a stream and no message. */
    public static boolean isEnd(byte[] message) {
        return message.length == 0;
    }

    /** Begins a stream under the id of its request; null when there are too many. */
    public @Nullable Listener listen(String rawId, Set<String> methods, Set<String> resources) {
        if (listeners.size() >= MOST) {
            return null;
        }
        Listener listener = new Listener(rawId, Set.copyOf(methods), Set.copyOf(resources));
        listeners.add(listener);
        return listener;
    }

    /** Whether nobody else hears of this resource. */
    public boolean isLast(String uri) {
        return listeners.stream().noneMatch(listener -> listener.resources.contains(uri));
    }

    /** How often the server has said that its tools are others now. */
    int toolChanges() {
        return toolChanges.get();
    }

    @Override
    public List<byte[]> add(Message message) {
        if (message.isNotification("notifications/tools/list_changed")) {
            toolChanges.incrementAndGet();
        }
        if (message.bytes().length <= Memory.SMALL_BYTES && !listeners.isEmpty()) {
            String uri = message.isNotification("notifications/resources/updated") ? uri(message) : "";
            listeners.forEach(listener -> listener.hear(message, uri));
        }
        return List.of();
    }

    private static String uri(Message message) {
        try {
            return message.param("uri");
        } catch (IOException never) {
            throw new IllegalStateException("read before", never);
        }
    }

    @Override
    public boolean isAttached() {
        return true;
    }

    @Override
    public void end() {
        ended = true;
        for (Listener listener : listeners) {
            boolean _ = listener.waiting.offer(END);
        }
    }

    private static byte[] tagged(Message message, String rawId) {
        String tag = "\"io.modelcontextprotocol/subscriptionId\":" + rawId;
        Span meta = message.meta();
        Span params = message.params();
        Edit edit = new Edit(message);
        if (meta != null) {
            boolean empty = meta.isEmptyObject(message.bytes());
            return edit.insert(meta.start() + 1, empty ? tag : tag + ",").bytes();
        }
        if (params != null) {
            boolean empty = params.isEmptyObject(message.bytes());
            return edit.insert(params.start() + 1, "\"_meta\":{" + tag + "}" + (empty ? "" : ","))
                    .bytes();
        }
        return edit.insert(
                        message.bytes().length - 1 - trailing(message.bytes()), ",\"params\":{\"_meta\":{" + tag + "}}")
                .bytes();
    }

    private static int trailing(byte[] bytes) {
        int count = 0;
        while (bytes[bytes.length - 1 - count] != '}') {
            count++;
        }
        return count;
    }
}
