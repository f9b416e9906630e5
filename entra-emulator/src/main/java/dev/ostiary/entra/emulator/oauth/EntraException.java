package dev.ostiary.entra.emulator.oauth;

/** A request that ends in an {@link EntraError}. */
public final class EntraException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient EntraError error;

    EntraException(EntraError error) {
        super(error.text(), null, false, false);
        this.error = error;
    }

    EntraError error() {
        return error;
    }
}
