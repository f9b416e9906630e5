package dev.ostiary.gateway.server.registration;

/** Told what is known of the registration. */
@FunctionalInterface
public interface RegistrationListener {

    /** Something else is known than before. On a virtual thread, one call at a time. */
    void known(RegistrationState state);
}
