package dev.ostiary.gateway.server.identity;

/** Where the signatures of facade tokens that were not seen before are verified. */
@FunctionalInterface
public interface Proofs {

    /**
     * Runs a verification.
     *
     * @param user whom the token is about, as the gateway itself once sealed it; not proven yet to be the one who sent it
     * @param verification takes some hundred microseconds; may run on any thread, also before this returns
     * @return false when too many wait already: then it never runs
     */
    boolean run(String user, Runnable verification);
}
