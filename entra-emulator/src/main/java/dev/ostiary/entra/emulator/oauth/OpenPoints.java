package dev.ostiary.entra.emulator.oauth;

/**
 * What public sources leave open or contradict each other about (fact sheet §10). Clients should work with both values of
 * each; the defaults are the likelier ones.
 *
 * @param conditionalAccessError `error` of AADSTS50076: {@code interaction_required} (documentation) or
 *     {@code invalid_grant} (what MSAL treats as the user-interface case)
 * @param publicClientStatus HTTP status of AADSTS700025: 401 or 400
 * @param unknownScopeError `error` of AADSTS650053: {@code invalid_client} or {@code access_denied}
 * @param scopeNeededAtRedemption whether a code without `scope` is AADSTS28003, or only an empty one
 * @param concreteKeyIssuer whether a tenant's own key set names the tenant in `issuer` instead of the template
 * @param slowDown whether polling a device code faster than its interval is {@code slow_down} (RFC 8628 §3.5)
 */
public record OpenPoints(
        String conditionalAccessError,
        int publicClientStatus,
        String unknownScopeError,
        boolean scopeNeededAtRedemption,
        boolean concreteKeyIssuer,
        boolean slowDown) {

    /** The likelier values. */
    public static final OpenPoints LIKELY =
            new OpenPoints("interaction_required", 401, "invalid_client", false, false, false);

    /** The other values. */
    public static final OpenPoints CONTRARY = new OpenPoints("invalid_grant", 400, "access_denied", true, true, true);

    EntraError apply(EntraError error) {
        return switch (error.aadsts()) {
            case 50076, 50079 -> error.withError(conditionalAccessError);
            case 700025 -> error.withStatus(publicClientStatus);
            case 650053 -> error.withError(unknownScopeError);
            default -> error;
        };
    }
}
