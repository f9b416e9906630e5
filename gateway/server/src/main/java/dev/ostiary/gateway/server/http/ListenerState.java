package dev.ostiary.gateway.server.http;

import java.util.concurrent.atomic.AtomicInteger;

/** What the connections of one listener share. Safe for use by all event loops. */
final class ListenerState {

    final ExchangeHandler handler;
    final ListenerEvents events;
    final ResponseHead responseHead = new ResponseHead();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger exchanges = new AtomicInteger();
    private volatile ListenerConfig config;
    private volatile boolean goingAway;

    ListenerState(ListenerConfig config, ExchangeHandler handler, ListenerEvents events) {
        this.config = config;
        this.handler = handler;
        this.events = events;
    }

    ListenerConfig config() {
        return config;
    }

    void config(ListenerConfig next) {
        config = next;
    }

    boolean isGoingAway() {
        return goingAway;
    }

    void goAway() {
        goingAway = true;
    }

    int connections() {
        return connections.get();
    }

    /** Counts a connection unless there are too many. */
    boolean admitConnection() {
        return admit(connections, config.limits().connections());
    }

    void connectionGone() {
        connections.decrementAndGet();
    }

    /** Counts an exchange unless there are too many. */
    boolean admitExchange() {
        return admit(exchanges, config.limits().concurrentRequests());
    }

    void exchangeGone() {
        exchanges.decrementAndGet();
    }

    int exchanges() {
        return exchanges.get();
    }

    private static boolean admit(AtomicInteger counter, int limit) {
        if (counter.incrementAndGet() > limit) {
            counter.decrementAndGet();
            return false;
        }
        return true;
    }
}
