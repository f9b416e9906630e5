package dev.ostiary.gateway.server.oauth;

/** Hears what happens at the facade; audit and metrics. Called on any thread; blocks virtual ones at most, and those bounded. */
@FunctionalInterface
public interface FacadeEvents {

    void record(FacadeEvent event);

    /** Whether what happens next can be recorded. While it cannot, no request is begun: nothing of it would be undone. */
    default boolean ready() {
        return true;
    }
}
