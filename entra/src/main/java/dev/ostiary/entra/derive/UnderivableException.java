package dev.ostiary.entra.derive;

/** The resources do not say enough to know what registration they need. The message names the field and the fix. */
public final class UnderivableException extends Exception {

    private static final long serialVersionUID = 1L;

    UnderivableException(String message) {
        super(message);
    }
}
