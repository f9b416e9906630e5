package dev.ostiary.operator.registry;

/** Why an image could not be looked up. The message is for people; it repeats nothing that the registry said but its status. */
public final class RegistryException extends Exception {

    private static final long serialVersionUID = 1L;

    RegistryException(String message) {
        super(message);
    }

    RegistryException(String message, Throwable cause) {
        super(message, cause);
    }
}
