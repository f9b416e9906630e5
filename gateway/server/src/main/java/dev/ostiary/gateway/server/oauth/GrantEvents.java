package dev.ostiary.gateway.server.oauth;

/** Hears what happens to grants; audit and metrics. Called on any thread, must not block. */
@FunctionalInterface
public interface GrantEvents {

    void record(GrantEvent event);
}
