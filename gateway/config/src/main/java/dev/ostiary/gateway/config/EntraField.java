package dev.ostiary.gateway.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Where a failed sign-in is mended: a field of the app registration, or of the gateway's own resource. One table, so that {@code
 * ostiary entra check}, the status of a gateway, its log and the page in the browser name the same field for the same breakage.
 *
 * <p>The numbers are those that users see when the field is wrong (Microsoft, "Microsoft Entra authentication and authorization
 * error codes"). Microsoft may change them at any time: they explain, and decide nothing.
 */
public enum EntraField {
    REDIRECT_URIS(
            "web.redirectUris",
            "Authentication > Redirect URIs",
            50011,
            900971,
            9002325,
            9002326,
            9002327,
            700025,
            700054,
            70007),
    ACCOUNT_TYPES("signInAudience", "Authentication > Supported account types", 50194, 9001023, 9002346),
    PUBLIC_CLIENT_FLOWS("isFallbackPublicClient", "Authentication > Allow public client flows"),
    TOKEN_VERSION("api.requestedAccessTokenVersion", "Manifest > api.requestedAccessTokenVersion"),
    IDENTIFIER_URIS("identifierUris", "Expose an API > Application ID URI", 901002, 90100, 9010010),
    SCOPES("api.oauth2PermissionScopes", "Expose an API > Scopes", 650053, 650054, 650056),
    PRE_AUTHORIZED("api.preAuthorizedApplications", "Expose an API > Authorized client applications", 65002),
    APP_ROLES("appRoles", "App roles"),
    GROUPS_CLAIM("groupMembershipClaims", "Token configuration > Groups claim"),
    OPTIONAL_CLAIMS("optionalClaims", "Token configuration > Optional claims"),
    PERMISSIONS("requiredResourceAccess", "API permissions", 65001, 90094, 90095, 500011, 650052, 650057),
    GRAPH_PERMISSIONS("requiredResourceAccess", "API permissions > Microsoft Graph"),
    CLIENT_SECRETS("passwordCredentials", "Certificates & secrets > Client secrets", 7000215, 7000222),
    CERTIFICATES(
            "keyCredentials", "Certificates & secrets > Certificates", 700027, 700021, 5002723, 5002738, 50027, 90014),
    FEDERATED_CREDENTIALS(
            "federatedIdentityCredentials", "Certificates & secrets > Federated credentials", 70021, 70025, 700229),
    FEDERATED_ISSUER(
            "federatedIdentityCredentials[].issuer",
            "Certificates & secrets > Federated credentials > Issuer",
            700211,
            90061),
    FEDERATED_SUBJECT(
            "federatedIdentityCredentials[].subject",
            "Certificates & secrets > Federated credentials > Subject identifier",
            700213),
    FEDERATED_AUDIENCE(
            "federatedIdentityCredentials[].audiences",
            "Certificates & secrets > Federated credentials > Audience",
            700212),
    SERVICE_PRINCIPAL("servicePrincipal", "Enterprise applications", 7000229),
    ENABLED(
            "servicePrincipal.accountEnabled",
            "Enterprise applications > Properties > Enabled for users to sign-in",
            500014,
            7000112),
    ASSIGNMENT("servicePrincipal.appRoleAssignmentRequired", "Enterprise applications > Users and groups", 50105),
    CLIENT_ID("spec.entra.clientId", "spec.entra.clientId", 700016),
    TENANT_ID("spec.entra.tenantId", "spec.entra.tenantId", 90002, 900021, 900023, 90038, 900382, 900432),
    CREDENTIAL("spec.entra.credential", "spec.entra.credential", 7000218),
    AUTHORITY("spec.entra.authorityHost", "spec.entra.authorityHost"),
    CLOCK("clock", "The gateway's clock", 700024),
    UPSTREAM_SCOPES("upstreamAuth.scopes", "upstreamAuth.scopes", 70011, 1002012, 28002, 28003, 28000, 90009),
    UPSTREAM("upstreamAuth", "upstreamAuth", 7000114),
    CLIENT_SCOPE("the client's scope", "The client's scope", 50013, 500131),
    GUESTS("users", "Users > Invite external user", 50020, 50034, 51004),
    ACCOUNT_STATUS("users.accountEnabled", "Users > Account status", 50057),
    CONDITIONAL_ACCESS(
            "conditionalAccess.policies",
            "Conditional Access > Policies",
            53000,
            53001,
            53002,
            53003,
            50072,
            50074,
            50076,
            50079,
            50158);

    private static final Map<Integer, EntraField> BY_NUMBER = new HashMap<>();

    static {
        for (EntraField field : values()) {
            for (int number : field.numbers) {
                if (BY_NUMBER.put(number, field) != null) {
                    throw new IllegalStateException("two fields for AADSTS" + number);
                }
            }
        }
    }

    private final String path;
    private final String place;

    @SuppressWarnings("ImmutableEnumChecker") // a copy that nobody can change
    private final List<Integer> numbers;

    EntraField(String path, String place, int... numbers) {
        this.path = path;
        this.place = place;
        this.numbers = IntStream.of(numbers).boxed().toList();
    }

    /** Its name in Microsoft Graph, or in the resource. */
    public String path() {
        return path;
    }

    /** Where people find it: the way in the Entra admin center, or the field of the resource. */
    public String place() {
        return place;
    }

    /** The field that this number, without {@code AADSTS}, leads to; null when there is none. */
    public static @Nullable EntraField of(int aadsts) {
        return BY_NUMBER.get(aadsts);
    }
}
