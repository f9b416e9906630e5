package dev.ostiary.gateway.server.entra;

import java.time.Duration;

/** What asking for newer keys came to. */
public sealed interface Renewal {

    /** Keys are being read; the callback is called once, on another thread, when that has ended, well or not. */
    record Pending() implements Renewal {}

    /** The keys at hand are what Entra published a short time ago: a key id that is not among them does not exist. */
    record Current() implements Renewal {}

    /** Entra does not answer, or too many wait already. */
    record Unavailable(Duration retryAfter) implements Renewal {}
}
