package dev.ostiary.gateway.server.registration;

import dev.ostiary.entra.check.RegistrationFinding;
import java.util.List;

/**
 * What is known of the registration. Equal knowledge is equal, whenever it was found out: nothing in here changes with time
 * alone. Holds no secret.
 *
 * @param outcome what is known
 * @param findings with {@code BROKEN} what is wrong, else what works and will not for ever, or not for everybody; worst first
 * @param note for people, why not everything is known; empty where it is
 */
public record RegistrationState(Outcome outcome, List<RegistrationFinding> findings, String note) {

    static final RegistrationState NOT_CHECKED = new RegistrationState(Outcome.NOT_CHECKED, List.of(), "");

    public RegistrationState {
        findings = List.copyOf(findings);
    }

    /** What is known. */
    public enum Outcome {
        /** Nobody has looked yet. */
        NOT_CHECKED,
        /** The credential works, and everything that the gateway needs is there. */
        READY,
        /** Something is certainly wrong. */
        BROKEN,
        /** Nothing that may be seen is wrong, and the registration itself may not be read. */
        NOT_ALLOWED_TO_READ,
        /** Entra or Graph does not answer. */
        ENTRA_UNAVAILABLE
    }
}
