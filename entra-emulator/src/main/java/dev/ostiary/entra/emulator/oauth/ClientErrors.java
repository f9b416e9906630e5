package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import java.time.Instant;

/** The errors about who the client is, with the texts of the fact sheet (§2.6, §5.3 and §5.4). */
final class ClientErrors {

    private static final String INVALID_CLIENT = "invalid_client";
    private static final String INVALID_REQUEST = "invalid_request";

    private ClientErrors() {}

    static EntraError notFound(String clientId, String tenant) {
        return EntraError.of(
                700016,
                "unauthorized_client",
                "Application with identifier '" + clientId + "' was not found in the directory '" + tenant
                        + "'. This can happen if the application has not been installed by the administrator of the tenant"
                        + " or consented to by any user in the tenant. You may have sent your authentication request to"
                        + " the wrong tenant.");
    }

    static EntraError disabled(AppRegistration app) {
        return EntraError.of(
                7000112,
                "unauthorized_client",
                "Application '" + app.appId() + "'(" + app.displayName() + ") is disabled.");
    }

    static EntraError redirectMismatch(String uri, String appId) {
        return EntraError.of(
                50011,
                INVALID_REQUEST,
                "The redirect URI '" + uri
                        + "' specified in the request does not match the redirect URIs configured for the application '"
                        + appId
                        + "'. Make sure the redirect URI sent in the request matches one added to your application in the"
                        + " Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to"
                        + " fix this.");
    }

    static EntraError noReplyAddress() {
        return EntraError.of(900971, INVALID_REQUEST, "No reply address provided.");
    }

    static EntraError wrongSecret(String appId) {
        return EntraError.of(
                7000215,
                INVALID_CLIENT,
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value,"
                        + " not the client secret ID, for a secret added to app '" + appId + "'.");
    }

    static EntraError expiredSecret(String appId) {
        return EntraError.of(
                7000222,
                INVALID_CLIENT,
                "The provided client secret keys for app '" + appId
                        + "' are expired. Visit the Azure portal to create new keys for your app:"
                        + " https://aka.ms/NewClientSecret, or consider using certificate credentials for added security:"
                        + " https://aka.ms/certCreds.");
    }

    static EntraError credentialMissing() {
        return EntraError.of(
                7000218,
                INVALID_CLIENT,
                "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.");
    }

    static EntraError publicClient() {
        return EntraError.of(
                700025,
                INVALID_CLIENT,
                "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.");
    }

    static EntraError pkceRequired() {
        return EntraError.of(
                9002325,
                INVALID_REQUEST,
                "Proof Key for Code Exchange is required for cross-origin authorization code redemption.");
    }

    static EntraError crossOrigin(String origin) {
        return EntraError.of(
                9002326,
                INVALID_REQUEST,
                "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. Request"
                        + " origin: '" + origin + "'.");
    }

    static EntraError notCrossOrigin() {
        return EntraError.of(
                9002327,
                INVALID_REQUEST,
                "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin"
                        + " requests.");
    }

    static EntraError assertionMalformed() {
        return EntraError.of(50027, INVALID_REQUEST, "JWT token is invalid or malformed.");
    }

    /** [O] in logs of bots: number, error and text. */
    static EntraError principalMissing(String clientId, String tenantId) {
        return EntraError.of(
                7000229,
                INVALID_CLIENT,
                "The client application " + clientId + " is missing service principal in the tenant " + tenantId
                        + ". See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119");
    }

    static EntraError assertionField(String name) {
        return EntraError.of(
                90014,
                INVALID_REQUEST,
                "The required field '" + name
                        + "' is missing from the credential. Ensure that you have all the necessary"
                        + " parameters for the login request.");
    }

    static EntraError assertionWithoutKey() {
        return EntraError.of(
                5002723,
                INVALID_CLIENT,
                "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified"
                        + " in token header.");
    }

    static EntraError assertionAlgorithm(String algorithm) {
        return EntraError.of(
                5002738,
                INVALID_CLIENT,
                "Invalid JWT token. '" + algorithm
                        + "' is not a supported signature algorithm. Supported signing algorithms are:"
                        + " 'RS256,RS384,RS512'");
    }

    static EntraError assertionClient() {
        return EntraError.of(
                700021, INVALID_CLIENT, "Client assertion application identifier doesn't match 'client_id' parameter.");
    }

    static EntraError assertionAudience() {
        return EntraError.of(700023, INVALID_CLIENT, "Client assertion audience claim does not match Realm issuer.");
    }

    static EntraError assertionSignature(String reason) {
        return EntraError.of(
                700027, INVALID_CLIENT, "Client assertion contains an invalid signature. [Reason - " + reason + "]");
    }

    static EntraError assertionTime(Instant now, String from, String until) {
        return EntraError.of(
                700024,
                INVALID_CLIENT,
                "Client assertion is not within its valid time range. Current time: " + now + ", assertion valid from "
                        + from + ", expiry time of assertion " + until + ".");
    }

    /** [O] in many public issues of GitHub Actions: number and text. */
    static EntraError federatedNone(AppRegistration app) {
        return EntraError.of(
                70025,
                INVALID_CLIENT,
                "The client '" + app.appId() + "'(" + app.displayName()
                        + ") has no configured federated identity credentials.");
    }

    /** [O] in public issues: number and text. */
    static EntraError personalAccountsOnly(AppRegistration app) {
        return EntraError.of(
                9002346,
                INVALID_REQUEST,
                "Application '" + app.appId() + "'(" + app.displayName()
                        + ") is configured for use by Microsoft Account users only. Please use the /consumers endpoint to"
                        + " serve this request.");
    }

    static EntraError federatedIssuer(String issuer) {
        return federated(700211, "issuer", issuer);
    }

    static EntraError federatedAudience(String audience) {
        return federated(700212, "audience", audience);
    }

    static EntraError federatedSubject(String subject) {
        return federated(700213, "subject", subject);
    }

    private static EntraError federated(int number, String what, String value) {
        return EntraError.of(
                number,
                INVALID_CLIENT,
                "No matching federated identity record found for presented assertion " + what + " '" + value
                        + "'. Please check your federated identity credential Subject, Audience and Issuer against the"
                        + " presented assertion."
                        + " https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation");
    }

    static EntraError federatedUnreachable() {
        return EntraError.of(90061, INVALID_REQUEST, "Request to External OIDC endpoint failed.");
    }

    static EntraError federatedTokenType() {
        return EntraError.of(
                700229,
                INVALID_CLIENT,
                "The token type used is not supported as a federated identity credential: only app tokens are.");
    }
}
