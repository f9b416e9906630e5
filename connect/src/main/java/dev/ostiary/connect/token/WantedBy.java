package dev.ostiary.connect.token;

/** What a token is wanted for: only where somebody waits may a person be asked to sign in. */
public enum WantedBy {
    /** A request of the client's. */
    A_CALL,
    /** A stream that is opened again, a notice, a ping, the end of a session: a browser that opens by itself at night helps nobody. */
    NOBODY
}
