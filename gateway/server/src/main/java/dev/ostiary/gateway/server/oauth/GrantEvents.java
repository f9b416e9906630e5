package dev.ostiary.gateway.server.oauth;

/** Hears what happens to grants; audit and metrics. Called on any thread; blocks virtual ones at most, and those bounded. */
@FunctionalInterface
public interface GrantEvents {

    void record(GrantEvent event);
}
