package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import org.jspecify.annotations.Nullable;

/** The errors about tenants, clients, scopes and resources, with the texts of the fact sheet's catalogue (§2.6). */
public final class EntraErrors {

    private static final String INVALID_REQUEST = "invalid_request";
    private static final String INVALID_GRANT = "invalid_grant";

    private EntraErrors() {}

    /** The tenant does not exist. */
    public static EntraError tenantNotFound(String tenant) {
        return EntraError.of(
                90002,
                INVALID_REQUEST,
                "Tenant '" + tenant
                        + "' not found. Check to make sure you have the correct tenant ID and are signing into the"
                        + " correct cloud. Check with your subscription administrator, this may happen if there are no"
                        + " active subscriptions for the tenant.");
    }

    /** The request could not be read. */
    public static EntraError malformed() {
        return EntraError.of(9002313, INVALID_REQUEST, "Invalid request. Request is malformed or invalid.");
    }

    /** An error that a fault asked for. */
    public static EntraError injected(int aadsts, @Nullable String claims) {
        EntraError error = switch (aadsts) {
            case 50076, 50079 -> GrantErrors.multiFactor("00000000-0000-0000-0000-000000000000");
            case 65001 ->
                EntraError.of(
                                65001,
                                INVALID_GRANT,
                                "The user or administrator has not consented to use the application.")
                        .withSuberror("consent_required");
            case 50013 -> GrantErrors.assertionSignature("unknown", "The key was not found.");
            case 50173 -> GrantErrors.revoked();
            case 53003 ->
                EntraError.of(
                        53003,
                        "interaction_required",
                        "Access has been blocked by Conditional Access policies. The access policy does not"
                                + " allow token issuance.");
            case 7000215 -> ClientErrors.wrongSecret("unknown");
            case 90055 ->
                EntraError.of(90055, "temporarily_unavailable", "The tenant is throttled.")
                        .withStatus(429);
            case 90033 ->
                EntraError.of(90033, "temporarily_unavailable", "A transient error has occurred. Please try again.")
                        .withStatus(503);
            default -> EntraError.of(aadsts, INVALID_GRANT, "An error that was asked for.");
        };
        return claims == null ? error : error.withClaims(claims);
    }

    static EntraError tenantMalformed(String tenant) {
        return EntraError.of(
                900023,
                INVALID_REQUEST,
                "Specified tenant identifier '" + tenant
                        + "' is neither a valid DNS name, nor a valid external domain.");
    }

    static EntraError tenantEmptyGuid() {
        return EntraError.of(
                900021,
                INVALID_REQUEST,
                "Requested tenant identifier '00000000-0000-0000-0000-000000000000' is not valid. Tenant identifiers"
                        + " may not be an empty GUID.");
    }

    static EntraError notMultiTenant(AppRegistration app) {
        return EntraError.of(
                50194,
                INVALID_REQUEST,
                "Application '" + app.appId() + "'(" + app.displayName()
                        + ") isn't configured as a multitenant application. Usage of the /common endpoint isn't supported"
                        + " for such applications created after '10/15/2018'. Use a tenant-specific endpoint or configure"
                        + " the application to be multitenant.");
    }

    static EntraError grantNotOverCommon() {
        return EntraError.of(
                9001023,
                INVALID_REQUEST,
                "The grant type isn't supported over the /common or /consumers endpoints. Please use the"
                        + " /organizations or tenant-specific endpoint.");
    }

    static EntraError methodNotAllowed(String method) {
        return EntraError.of(
                900561,
                INVALID_REQUEST,
                "The endpoint only accepts POST, OPTIONS requests. Received a " + method + " request.");
    }

    static EntraError missing(String parameter) {
        return EntraError.of(
                900144, INVALID_REQUEST, "The request body must contain the following parameter: '" + parameter + "'.");
    }

    static EntraError invalid(String parameter) {
        return EntraError.of(90023, INVALID_REQUEST, "Unsupported value for the parameter '" + parameter + "'.");
    }

    static EntraError unsupportedGrant(String grant) {
        return EntraError.of(
                70003, "unsupported_grant_type", "The app requested an unsupported grant type '" + grant + "'.");
    }

    static EntraError invalidScope(String scope) {
        return EntraError.of(
                70011,
                "invalid_scope",
                "The provided request must include a 'scope' input parameter. The provided value for the input"
                        + " parameter 'scope' is not valid. The scope " + scope + " is not valid.");
    }

    static EntraError emptyScope() {
        return EntraError.of(
                28003,
                INVALID_REQUEST,
                "Provided value for the input parameter scope cannot be empty when requesting an access token using the"
                        + " provided authorization code. Please specify a valid scope.");
    }

    static EntraError severalResources(String scope) {
        return EntraError.of(
                28000,
                INVALID_REQUEST,
                "Provided value for the input parameter scope is not valid because it contains more than one resource."
                        + " Scope " + scope + " is not valid.");
    }

    static EntraError defaultScopeNeeded(String scope) {
        return EntraError.of(
                1002012,
                "invalid_scope",
                "The provided value for scope " + scope
                        + " is not valid. Client credential flows must have a scope value with /.default suffixed to the"
                        + " resource identifier (application ID URI).");
    }

    static EntraError resourceNotFound(String resource, String tenantName) {
        return EntraError.of(
                500011,
                "invalid_resource",
                "The resource principal named " + resource + " was not found in the tenant named " + tenantName
                        + ". This can happen if the application has not been installed by the administrator of the tenant"
                        + " or consented to by any user in the tenant. You might have sent your authentication request to"
                        + " the wrong tenant.");
    }

    /** [D] entra-docs {@code reference-error-codes.md}; text [O]. */
    static EntraError resourceDisabled(String resource) {
        return EntraError.of(
                500014,
                "invalid_resource",
                "The service principal for resource '" + resource
                        + "' is disabled. This indicate that a subscription within the tenant has lapsed, or that the"
                        + " administrator for this tenant has disabled the application, preventing tokens from being"
                        + " issued for it.");
    }

    static EntraError scopeNotFound(AppRegistration client, String scope, AppRegistration api) {
        return EntraError.of(
                        650053,
                        "invalid_client",
                        "The application '" + client.displayName() + "' asked for scope '" + scope
                                + "' that doesn't exist on the resource '" + api.appId()
                                + "'. Contact the app vendor.")
                .withStatus(400);
    }

    static EntraError tokenForItself(AppRegistration client) {
        return EntraError.of(
                90009,
                INVALID_REQUEST,
                "Application '" + client.appId() + "'(" + client.displayName()
                        + ") is requesting a token for itself. This scenario is supported only if resource is specified"
                        + " using the GUID based App Identifier.");
    }

    static EntraError resourceMismatch() {
        return EntraError.of(
                9010010,
                "invalid_target",
                "The resource parameter provided in the request doesn't match with the requested scopes.");
    }

    static EntraError resourceNotSupported() {
        return EntraError.of(901002, INVALID_REQUEST, "The 'resource' request parameter isn't supported.");
    }

    static EntraError notConsented(AppRegistration client) {
        return EntraError.of(
                        65001,
                        INVALID_GRANT,
                        "The user or administrator has not consented to use the application with ID '" + client.appId()
                                + "' named '" + client.displayName()
                                + "'. Send an interactive authorization request for this user and resource.")
                .withSuberror("consent_required");
    }

    static EntraError adminNeeded(AppRegistration client) {
        return EntraError.of(
                90094,
                "access_denied",
                client.displayName()
                        + " needs permission to access resources in your organization that only an admin can grant. Please"
                        + " ask an admin to grant permission to this app before you can use it.");
    }

    static EntraError notAssigned(String who, AppRegistration api) {
        return EntraError.of(
                50105,
                INVALID_GRANT,
                "Your administrator has configured the application " + api.displayName() + " ('" + api.appId()
                        + "') to block users unless they are specifically granted ('assigned') access to the application."
                        + " '" + who + "' is not assigned to a role for the application.");
    }
}
