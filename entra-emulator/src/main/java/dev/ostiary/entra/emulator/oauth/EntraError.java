package dev.ostiary.entra.emulator.oauth;

import org.jspecify.annotations.Nullable;

/**
 * One error as Entra states it.
 *
 * @param aadsts number in the text
 * @param error OAuth error code
 * @param status HTTP status at the token endpoint
 * @param message text after the number
 * @param suberror null for none
 * @param claims claims challenge, JSON text; null for none
 */
public record EntraError(
        int aadsts,
        String error,
        int status,
        String message,
        @Nullable String suberror,
        @Nullable String claims) {

    static EntraError of(int aadsts, String error, String message) {
        return new EntraError(aadsts, error, error.equals("invalid_client") ? 401 : 400, message, null, null);
    }

    /** The same error with a suberror. */
    public EntraError withSuberror(String value) {
        return new EntraError(aadsts, error, status, message, value, claims);
    }

    /** The same error with a claims challenge. */
    public EntraError withClaims(@Nullable String json) {
        return new EntraError(aadsts, error, status, message, suberror, json);
    }

    /** The same error with another status. */
    public EntraError withStatus(int code) {
        return new EntraError(aadsts, error, code, message, suberror, claims);
    }

    /** The same error under another OAuth code. */
    public EntraError withError(String code) {
        return new EntraError(aadsts, code, status, message, suberror, claims);
    }

    /** The number and the text, without ids and time. */
    public String text() {
        return "AADSTS" + aadsts + ": " + message;
    }
}
