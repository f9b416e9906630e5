package dev.ostiary.gateway.server.entra;

import java.util.Map;

/** Where a tenant's keys come from. */
@FunctionalInterface
interface KeySource {

    /**
     * Reads the keys anew; blocks for a bounded time.
     *
     * @return by {@code kid}, at least one
     */
    Map<String, SigningKey> read() throws EntraFailure, InterruptedException;
}
