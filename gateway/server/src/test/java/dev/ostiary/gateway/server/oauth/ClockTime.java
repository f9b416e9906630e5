package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.entra.Time;
import java.time.Duration;
import java.time.InstantSource;

/** A test's clock for what asks for both clocks. */
record ClockTime(InstantSource clock) implements Time {

    @Override
    public long wallMillis() {
        return clock.millis();
    }

    @Override
    public long nanos() {
        return clock.millis() * 1_000_000;
    }

    @Override
    public Runnable after(Duration delay, Runnable task) {
        throw new UnsupportedOperationException("nothing waits here");
    }
}
