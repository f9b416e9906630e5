package dev.ostiary.gateway.server.entra;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Entra has answered, and the answer is no. */
public final class EntraRefusedException extends Exception {

    /** What a refusal means for the user. */
    public enum Meaning {
        /** Signing in again can cure it: {@code interaction_required}, {@code login_required}, {@code consent_required}. */
        SIGN_IN_AGAIN,
        /** The code or the refresh token is no longer good: the user was disabled, the session revoked, it was used before. */
        GRANT_ENDED,
        /** The registration or the gateway's settings are wrong, for every user. */
        MISCONFIGURED,
        /** The user may not, or did not want to. */
        USER_REFUSED
    }

    private static final String CONSENT_MISSING = "AADSTS65001";

    @Serial
    private static final long serialVersionUID = 1L;

    private final Meaning meaning;
    private final EntraDiagnosis diagnosis;
    private final @Nullable String claims;

    /**
     * @param claims the claims challenge to replay on the next authorization request, as JSON; null when there is none
     */
    public EntraRefusedException(Meaning meaning, EntraDiagnosis diagnosis, @Nullable String claims) {
        super(diagnosis.toString());
        this.meaning = meaning;
        this.diagnosis = diagnosis;
        this.claims = claims;
    }

    public Meaning meaning() {
        return meaning;
    }

    public EntraDiagnosis diagnosis() {
        return diagnosis;
    }

    /** Consent to an API is missing: no sign-in can be relied on to give it to the gateway, and the session is whole. */
    public boolean isConsentMissing() {
        return claims == null && diagnosis.code().equals(CONSENT_MISSING);
    }

    /** The claims challenge, as JSON; null when there is none. */
    public @Nullable String claims() {
        return claims;
    }
}
