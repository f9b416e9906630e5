package dev.ostiary.entra.graph;

/** The caller has no login that Graph would accept. The message says what to do, and holds no secret. */
public final class LoginException extends Exception {

    private static final long serialVersionUID = 1L;

    /** With one sentence for people. */
    public LoginException(String message) {
        super(message);
    }
}
