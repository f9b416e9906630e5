package dev.ostiary.gateway.server.authorize;

/** Where decisions are written down. Called on event loops: never blocks. */
public interface DecisionLog {

    /**
     * Takes a record.
     *
     * @return false when it cannot be taken; the caller then refuses what it was about to allow, since nothing happens
     *     unaudited
     */
    boolean record(DecisionRecord decision);
}
