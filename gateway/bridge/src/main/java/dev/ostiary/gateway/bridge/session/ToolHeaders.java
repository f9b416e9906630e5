package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.message.BadMessage;
import dev.ostiary.gateway.bridge.message.Message;
import dev.ostiary.gateway.bridge.message.MessageReader;
import dev.ostiary.gateway.bridge.message.MirroredParams;
import dev.ostiary.gateway.bridge.message.Rpc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which arguments a server's tools want mirrored in headers, by its own list: asked for with the first call, and again when it says
 * that its tools are others now. Of a server that does not answer in time nothing is known; it is asked again, but not at once. Any
 * thread.
 */
public final class ToolHeaders {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MOST_PAGES = 64;

    private final Session session;
    private final Listeners listeners;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable MirroredParams known;
    private int knownAt;
    private long askAgainNanos = System.nanoTime();

    ToolHeaders(Session session, Listeners listeners) {
        this.session = session;
        this.listeners = listeners;
    }

    /** As the server has it now; null when it cannot be known whole. Those who come while the server is asked wait. */
    public @Nullable MirroredParams get() throws InterruptedException {
        lock.lock();
        try {
            int now = listeners.toolChanges();
            if (known != null && knownAt == now) {
                return known;
            }
            known = null;
            if (System.nanoTime() - askAgainNanos >= 0) {
                known = list();
                knownAt = now;
                // A server that is busy with one call would hold up each of the others.
                askAgainNanos = System.nanoTime() + (known == null ? PATIENCE.toNanos() : 0);
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable MirroredParams list() throws InterruptedException {
        MirroredParams found = new MirroredParams();
        String cursor = "";
        try {
            long end = System.nanoTime() + PATIENCE.toNanos();
            for (int page = 0; page < MOST_PAGES && System.nanoTime() - end < 0; page++) {
                String params = cursor.isEmpty() ? "{}" : "{\"cursor\":" + Rpc.quote(cursor) + "}";
                cursor = add(found, params);
                if (cursor == null) {
                    return null;
                }
                if (cursor.isEmpty()) {
                    return found.isBounded() ? found : null;
                }
            }
        } catch (IOException | BadMessage _) {
            // It has ended, or its tools cannot be listed: the call itself says so.
        }
        return null;
    }

    /** The cursor of the next page, empty where there is none; null when the server does not answer. */
    private @Nullable String add(MirroredParams found, String params)
            throws IOException, BadMessage, InterruptedException {
        String request = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":" + params + "}";
        Exchange exchange = session.request(MessageReader.read(request.getBytes(StandardCharsets.UTF_8)));
        try {
            if (exchange.next(PATIENCE) instanceof Exchange.Next.Last last) {
                Message answer = MessageReader.read(last.message());
                return answer.result() == null ? null : found.add(answer);
            }
            return null;
        } finally {
            session.close(exchange);
        }
    }
}
