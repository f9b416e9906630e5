package dev.ostiary.gateway.server.pages;

import org.jspecify.annotations.Nullable;

/**
 * What an error page says.
 *
 * @param problem which of the problems this release can explain; its words are in the user's language
 * @param detail what else there is to say, in English: which parameter, which value is missing; null: nothing
 * @param registrationField the field of the Entra app registration to fix; null when it is not that
 * @param fix what an administrator should do about that field; null when it is not that
 * @param code Entra's error code; null when the error is not Entra's
 * @param correlationId to look for in the gateway's log
 */
public record ErrorView(
        Problem problem,
        @Nullable String detail,
        @Nullable String registrationField,
        @Nullable String fix,
        @Nullable String code,
        String correlationId) {

    /** What went wrong. */
    public enum Problem {
        /** The client's request cannot be answered with a redirect: unknown client or redirect URI. */
        BAD_REQUEST,
        /** The client is on the deny list, or of a kind that is switched off. */
        CLIENT_NOT_ALLOWED,
        /** The page or the sign-in has expired. */
        EXPIRED,
        /** The sign-in was begun in another browser, or cookies are off. */
        OTHER_BROWSER,
        /** The form was not sent by our page. */
        FORGED_FORM,
        /** The user pressed deny on Entra's page, or may not use the application. */
        REFUSED,
        /** The Entra registration or the gateway's settings are wrong. */
        MISCONFIGURED,
        /** Entra or the store cannot be reached. */
        UNAVAILABLE,
        /** Too many attempts from this address. */
        TOO_MANY
    }
}
