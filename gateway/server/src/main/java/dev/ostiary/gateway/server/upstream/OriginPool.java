package dev.ostiary.gateway.server.upstream;

import dev.ostiary.gateway.server.upstream.UpstreamMetrics.CloseReason;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The connections from one event loop to one origin. The last one given back is the first one taken, so that the others can
 * grow old and close. A call that finds none idle opens one for itself while the bound allows, else it waits; a connection
 * that is given back goes to the call that has waited longest. Confined to its event loop.
 */
final class OriginPool {

    private final LoopPools owner;
    private final Wiring wiring;
    private final Origin origin;
    private final @Nullable EgressProxy proxy;
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    private final ArrayDeque<PooledCall> waiting = new ArrayDeque<>();
    private int connections;
    private boolean retired;
    private boolean serving;

    OriginPool(LoopPools owner, Wiring wiring, Origin origin) {
        this.owner = owner;
        this.wiring = wiring;
        this.origin = origin;
        this.proxy = wiring.egress.proxyFor(origin);
    }

    Origin origin() {
        return origin;
    }

    @Nullable
    EgressProxy proxy() {
        return proxy;
    }

    Wiring wiring() {
        return wiring;
    }

    EventLoop loop() {
        return owner.loop();
    }

    LoopPools owner() {
        return owner;
    }

    UpstreamMetrics metrics() {
        return owner.metrics();
    }

    boolean isUnused() {
        return connections == 0 && waiting.isEmpty();
    }

    /** Puts the call on an idle connection, a new one, or the waiting list; or fails it. */
    void place(PooledCall call) {
        Connection connection;
        while ((connection = idle.pollLast()) != null) {
            if (connection.isUsable()) {
                metrics().connectionReused();
                connection.carry(call, true);
                return;
            }
        }
        placeOnNew(call);
    }

    /** As {@link #place}, never on a connection that was used before. */
    void placeOnNew(PooledCall call) {
        if (connections < wiring.settings.connectionsPerOrigin()) {
            dial(call);
        } else if (waiting.size() < wiring.settings.waitingPerOrigin()) {
            waiting.addLast(call);
            metrics().waitingChanged(1);
            call.waitIn(this, wiring.connectNanos);
        } else {
            call.fail(
                    UpstreamFailure.Kind.OVERLOADED,
                    origin + ": " + connections + " connections are busy and " + waiting.size() + " calls wait");
        }
    }

    /** The call has given up waiting. */
    void leave(PooledCall call) {
        if (waiting.remove(call)) {
            metrics().waitingChanged(-1);
        }
    }

    void dialed(PooledCall call, Connection connection, long nanos) {
        metrics().connectionOpened(nanos);
        connection.carry(call, false);
    }

    /** A dial ended without a connection. */
    void dialEnded() {
        connections--;
        serveNext();
    }

    /** A connection can carry the next call. */
    void giveBack(Connection connection) {
        PooledCall next = waiting.pollFirst();
        if (next != null) {
            metrics().waitingChanged(-1);
            metrics().connectionReused();
            next.stopWaiting();
            connection.carry(next, true);
        } else if (retired) {
            connection.close(CloseReason.RETIRED);
        } else {
            idle.addLast(connection);
            connection.rest();
        }
    }

    /** A connection is gone. */
    void closed(Connection connection, boolean wasIdle) {
        connections--;
        if (wasIdle) {
            idle.removeLastOccurrence(connection);
        }
        serveNext();
    }

    /** Ends with the calls that are in progress or waiting now. */
    void retire() {
        retired = true;
        for (Connection connection : idle.toArray(Connection[]::new)) {
            connection.close(CloseReason.RETIRED);
        }
    }

    /** In a task of its own: a dial may fail at once, and with it, one by one, everybody who waits. */
    private void serveNext() {
        if (!waiting.isEmpty() && !serving) {
            serving = true;
            loop().execute(this::serveWaiting);
        }
    }

    private void serveWaiting() {
        serving = false;
        if (connections < wiring.settings.connectionsPerOrigin()) {
            PooledCall next = waiting.pollFirst();
            if (next != null) {
                metrics().waitingChanged(-1);
                next.stopWaiting();
                dial(next);
                serveNext();
            }
        }
    }

    private void dial(PooledCall call) {
        connections++;
        Dial dial = new Dial(this, call);
        call.dialing(dial);
        dial.start();
    }
}
