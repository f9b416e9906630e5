package dev.ostiary.connect.http;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.message.Message;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * HTTP with SSE (MCP 2024-11-05) as a client: one stream brings everything, and its first event says where messages are posted. When the
 * stream ends, calls under way are lost, and the next message opens another with the client's own {@code initialize}.
 */
public final class LegacySse implements Upstream {

    private final McpHttp http;
    private final Downstream downstream;
    private final Duration replayLimit;
    private final Diagnostics diagnostics;
    private final ReentrantLock connecting = new ReentrantLock();
    private volatile @Nullable SseConnection connection;
    private volatile @Nullable Message initialize;
    private volatile boolean closed;
    private long renewals;

    /**
     * Talks to one server.
     *
     * @param replayLimit how long it may take to answer {@code initialize} when that is sent again
     */
    public LegacySse(McpHttp http, Downstream downstream, Duration replayLimit, Diagnostics diagnostics) {
        this.http = http;
        this.downstream = downstream;
        this.replayLimit = replayLimit;
        this.diagnostics = diagnostics;
    }

    @Override
    public void request(Call call) throws IOException, ConnectFailure, InterruptedException {
        SseConnection open = connected(call);
        if (call.request().is("initialize")) {
            initialize = call.request();
        }
        open.exchange(call);
    }

    @Override
    public void tell(Call notice) throws IOException, ConnectFailure, InterruptedException {
        connected(notice).post(notice.request(), notice);
    }

    @Override
    public void reopen() {
        SseConnection open = connection;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        SseConnection open = connection;
        if (open != null) {
            open.close();
        }
    }

    /** One thread connects; the others wait for it as long as their own calls may take. */
    private SseConnection connected(Call first) throws IOException, ConnectFailure, InterruptedException {
        connecting.lockInterruptibly();
        try {
            SseConnection open = connection;
            if (open != null && open.isOpen()) {
                return open;
            }
            open = SseConnection.open(http, downstream, first);
            boolean ready = false;
            try {
                Message again = initialize;
                if (again != null && !first.request().is("initialize")) {
                    open.replay(again.withId("ostiary-connect-" + ++renewals), first, replayLimit);
                    open.post(Message.notification("notifications/initialized"), first);
                    diagnostics.say("the server's stream had ended; a new session has begun");
                }
                connection = open;
                ready = !closed;
            } finally {
                // What is only half a session must not be taken for one.
                if (!ready) {
                    open.close();
                }
            }
            return open;
        } finally {
            connecting.unlock();
        }
    }
}
