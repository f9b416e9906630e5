package dev.ostiary.gateway.server.oauth;

/** Hears what happens at the facade; audit and metrics. Called on any thread, must not block. */
@FunctionalInterface
public interface FacadeEvents {

    void record(FacadeEvent event);
}
