package dev.ostiary.gateway.server.identity;

/** A token failed a rule. Carries what the client and the auditor are told; no stack trace, it is an ordinary outcome. */
final class TokenRefused extends Exception {

    private static final long serialVersionUID = 1L;

    /** What a client is told about a token that is broken, forged or of a kind that is not looked at further. */
    static final String NOT_VALID = "the access token is not valid";

    private final String auditReason;

    TokenRefused(String auditReason) {
        this(auditReason, NOT_VALID);
    }

    TokenRefused(String auditReason, String description) {
        super(description, null, false, false);
        this.auditReason = auditReason;
    }

    /** Always 401 {@code invalid_token}: the client may come back with another token. */
    Authentication.Rejected rejection(String scope) {
        return new Authentication.Rejected(401, "invalid_token", String.valueOf(getMessage()), scope, auditReason);
    }
}
