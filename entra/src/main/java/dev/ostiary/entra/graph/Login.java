package dev.ostiary.entra.graph;

/** The caller's own login. */
@FunctionalInterface
public interface Login {

    /**
     * A token for Graph. May block for as long as a person needs.
     *
     * @throws LoginException when there is none to be had
     */
    AccessToken token() throws LoginException, InterruptedException;
}
