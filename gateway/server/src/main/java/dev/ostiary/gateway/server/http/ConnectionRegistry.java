package dev.ostiary.gateway.server.http;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop, looked at ten times a second: one timer for all of their time-outs, so that a request
 * costs none. Confined to its event loop.
 */
final class ConnectionRegistry {

    /** How often time-outs are looked at; none is ever early, each is late by this much at most. */
    static final long TICK_MILLIS = 100;

    /** A connection; every method is called on its event loop. */
    interface Tracked {

        /** Ends what has taken too long; {@code now} is of {@link System#nanoTime}. */
        void sweep(long now);

        /** Takes no new requests beyond those that the client has already sent, and closes when idle. */
        void goAway();

        /** Tells open streams to end and aborts those that are in answer to GET. */
        void endStreams();

        /** Ends at once. */
        void abort();

        int slot();

        void slot(int slot);
    }

    private final EventLoop loop;
    private final List<Tracked> connections = new ArrayList<>();
    private @Nullable ScheduledFuture<?> timer;

    ConnectionRegistry(EventLoop loop) {
        this.loop = loop;
    }

    EventLoop loop() {
        return loop;
    }

    void add(Tracked connection) {
        connection.slot(connections.size());
        connections.add(connection);
        if (timer == null) {
            timer = loop.scheduleAtFixedRate(this::sweep, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Does nothing when it is not there. */
    void remove(Tracked connection) {
        int slot = connection.slot();
        if (slot < 0) {
            return;
        }
        connection.slot(-1);
        Tracked last = connections.removeLast();
        if (slot < connections.size()) {
            connections.set(slot, last);
            last.slot(slot);
        }
        if (connections.isEmpty() && timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        forEach(connection -> connection.sweep(now));
    }

    /** From the end, so that one which removes itself only moves another that has had its turn. */
    void forEach(Consumer<Tracked> action) {
        for (int i = connections.size() - 1; i >= 0; i--) {
            if (i < connections.size()) {
                action.accept(connections.get(i));
            }
        }
    }
}
