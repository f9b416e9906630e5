package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import java.time.Instant;

/** The errors about codes, refresh tokens, assertions and users, with the texts of the fact sheet (§2.6, §5.2, §5.7). */
final class GrantErrors {

    private static final String INVALID_GRANT = "invalid_grant";
    private static final String INVALID_REQUEST = "invalid_request";

    private GrantErrors() {}

    static EntraError unknown() {
        return EntraErrors.malformed().withError(INVALID_GRANT);
    }

    static EntraError otherClient() {
        return EntraError.of(70000, INVALID_GRANT, "Provided grant is invalid or malformed.")
                .withSuberror("client_mismatch");
    }

    static EntraError otherTenant() {
        return EntraError.of(
                700005,
                INVALID_GRANT,
                "Provided Authorization Code is intended to use against other tenant, thus rejected.");
    }

    static EntraError codeExpired() {
        return EntraError.of(
                70008,
                INVALID_GRANT,
                "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive"
                        + " authorization request for this user and resource.");
    }

    static EntraError codeRedeemed() {
        return EntraError.of(
                54005,
                INVALID_GRANT,
                "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing"
                        + " refresh token.");
    }

    static EntraError redirectMismatch(String now, String before) {
        return EntraError.of(
                500112,
                INVALID_GRANT,
                "The reply address '" + now + "' does not match the reply address '" + before
                        + "' provided when requesting Authorization code.");
    }

    static EntraError verifierMismatch() {
        return EntraError.of(
                501481,
                INVALID_GRANT,
                "The Code_Verifier does not match the code_challenge supplied in the authorization request.");
    }

    static EntraError challengeSize() {
        return EntraError.of(501491, INVALID_REQUEST, "Invalid size of Code_Challenge parameter.");
    }

    static EntraError refreshExpired(Instant issued) {
        return EntraError.of(
                700082,
                INVALID_GRANT,
                "The refresh token has expired due to inactivity. The token was issued on " + issued
                        + " and was inactive for 90.00:00:00.");
    }

    static EntraError refreshExpiredSpa(Instant issued) {
        return EntraError.of(
                700084,
                INVALID_GRANT,
                "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of"
                        + " 1.00:00:00, which can't be extended. It is now expired and a new sign in request must be sent"
                        + " by the SPA to the sign in page. The token was issued on " + issued + ".");
    }

    static EntraError revoked() {
        return EntraError.of(
                50173,
                INVALID_GRANT,
                "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might"
                        + " have changed or reset their password.");
    }

    static EntraError userDisabled() {
        return EntraError.of(50057, INVALID_GRANT, "The user account is disabled.");
    }

    static EntraError userNotInTenant(String upn, String tenant) {
        return EntraError.of(
                50020,
                INVALID_GRANT,
                "User account '" + upn + "' does not exist in tenant '" + tenant
                        + "' and cannot access the application in that tenant. The account needs to be added as an external"
                        + " user in the tenant first.");
    }

    static EntraError multiFactor(String resourceId) {
        return EntraError.of(
                        50076,
                        "interaction_required",
                        "Due to a configuration change made by your administrator, or because you moved to a new location,"
                                + " you must use multi-factor authentication to access '" + resourceId + "'.")
                .withSuberror("basic_action");
    }

    static EntraError assertionSignature(String thumbprint, String reason) {
        return EntraError.of(
                50013,
                INVALID_GRANT,
                "Assertion failed signature validation. [Reason - " + reason + ", Thumbprint of key used by client: '"
                        + thumbprint + "']");
    }

    static EntraError assertionAudience(String audience, AppRegistration app) {
        return EntraError.of(
                500131,
                INVALID_GRANT,
                "Assertion audience does not match the Client app presenting the assertion. The audience in the assertion"
                        + " was '" + audience + "' and the expected audience is '" + app.appId()
                        + "' or one of the Application Uris of this application with App ID '" + app.appId() + "'("
                        + app.displayName()
                        + "). The downstream client must request a token for the expected audience (the application that"
                        + " made the OBO request) and this application should use that token as the assertion.");
    }

    static EntraError assertionTime(Instant now, Instant expiry) {
        return EntraError.of(
                500133,
                INVALID_GRANT,
                "Assertion is not within its valid time range. Ensure that the access token is not expired before using it"
                        + " for user assertion, or request a new token. Current time: " + now
                        + ", expiry time of assertion " + expiry + ".");
    }

    static EntraError appOnlyAssertion(AppRegistration app) {
        return EntraError.of(
                7000114,
                INVALID_GRANT,
                "Application '" + app.appId() + "' isn't allowed to make application on-behalf-of calls.");
    }

    /** The number is a guess: public sources have the word only. */
    static EntraError slowDown() {
        return EntraError.of(
                70016,
                "slow_down",
                "OAuth 2.0 device flow error. Authorization is pending. The client polls too often; slow down.");
    }

    static EntraError devicePending() {
        return EntraError.of(
                70016,
                "authorization_pending",
                "OAuth 2.0 device flow error. Authorization is pending. Continue polling.");
    }

    static EntraError deviceDeclined() {
        return EntraError.of(70017, "authorization_declined", "The user declined to authorize the device.");
    }

    static EntraError deviceUnknown() {
        return EntraError.of(
                70018, "bad_verification_code", "Invalid verification code. The device code is not known.");
    }

    static EntraError deviceExpired() {
        return EntraError.of(70019, "expired_token", "The verification code expired.");
    }
}
