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
 * that its tools are others now. A server that does not answer in time is taken to want none. Any thread.
 */
public final class ToolHeaders {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MOST_PAGES = 64;

    private final Session session;
    private final Listeners listeners;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable MirroredParams known;
    private int knownAt;

    ToolHeaders(Session session, Listeners listeners) {
        this.session = session;
        this.listeners = listeners;
    }

    /** As the server has it now; those who come while it is asked wait. */
    public MirroredParams get() throws InterruptedException {
        lock.lock();
        try {
            int now = listeners.toolChanges();
            if (known == null || knownAt != now) {
                known = list();
                knownAt = now;
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    private MirroredParams list() throws InterruptedException {
        MirroredParams found = new MirroredParams();
        String cursor = "";
        try {
            long end = System.nanoTime() + PATIENCE.toNanos();
            for (int page = 0; page < MOST_PAGES && System.nanoTime() - end < 0; page++) {
                String params = cursor.isEmpty() ? "{}" : "{\"cursor\":" + Rpc.quote(cursor) + "}";
                cursor = add(found, params);
                if (cursor.isEmpty()) {
                    break;
                }
            }
        } catch (IOException | BadMessage _) {
            // It has ended, or its tools cannot be listed: the call itself says so.
        }
        return found;
    }

    private String add(MirroredParams found, String params) throws IOException, BadMessage, InterruptedException {
        String request = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":" + params + "}";
        Exchange exchange = session.request(MessageReader.read(request.getBytes(StandardCharsets.UTF_8)));
        try {
            if (exchange.next(PATIENCE) instanceof Exchange.Next.Last last) {
                Message answer = MessageReader.read(last.message());
                return answer.result() == null ? "" : found.add(answer);
            }
            return "";
        } finally {
            session.close(exchange);
        }
    }
}
