package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.message.Edit;
import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.message.Span;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The {@code subscriptions/listen} streams of the modern era on one server. Each hears what it has asked for; one that does not keep
 * up loses the newest, as changes of lists tell nothing but that there were some. Any thread.
 */
public final class Listeners implements Outlet {

    /** More than so many streams on one server are refused. */
    public static final int MOST = 64;

    private static final int MOST_WAITING = 32;
    private static final byte[] END = {};

    private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean ended;

    /**
     * One stream. One thread takes, any gives.
     *
     * <p>What it hears is what {@code methods} name, and updates of {@code resources}.
     */
    public final class Listener implements AutoCloseable {

        private final String rawId;
        private final Set<String> methods;
        private final Set<String> resources;
        private final ArrayBlockingQueue<byte[]> waiting = new ArrayBlockingQueue<>(MOST_WAITING);

        private Listener(String rawId, Set<String> methods, Set<String> resources) {
            this.rawId = rawId;
            this.methods = methods;
            this.resources = resources;
        }

        /** The next message; null when there is none in time. */
        public byte @Nullable [] next(Duration bound) throws InterruptedException {
            return ended && waiting.isEmpty() ? END : waiting.poll(bound.toMillis(), TimeUnit.MILLISECONDS);
        }

        private void hear(Message message) {
            boolean wanted = methods.contains(message.method())
                    || (message.isNotification("notifications/resources/updated") && resources.contains(message.uri()));
            if (wanted && message.bytes().length <= Memory.SMALL_BYTES) {
                boolean _ = waiting.offer(tagged(message, rawId));
            }
        }

        @Override
        public void close() {
            listeners.remove(this);
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

    @Override
    public List<byte[]> add(Message message) {
        listeners.forEach(listener -> listener.hear(message));
        return List.of();
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
