package dev.ostiary.entra.emulator.graph;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant's administrators have decided about apps.
 *
 * @param usersMayRegister whether users without a directory role may register apps; Entra's default ([D] entra-docs
 *     {@code users-default-permissions.md})
 * @param identifierUris which identifier URIs may be added
 * @param maxSecretLifetime longest life of a client secret; null for any ([D] microsoft-graph-docs-contrib
 *     {@code api-reference/v1.0/resources/applicationauthenticationmethodpolicy.md})
 * @param secretsAllowed whether client secrets may be added at all
 * @param usersMayConsent whether users may consent for themselves; Entra's default, which many tenants switch off ([D]
 *     entra-docs {@code configure-user-consent.md})
 */
public record TenantPolicy(
        boolean usersMayRegister,
        IdentifierUris identifierUris,
        @Nullable Duration maxSecretLifetime,
        boolean secretsAllowed,
        boolean usersMayConsent) {

    /** As a new tenant is. */
    public static final TenantPolicy DEFAULT = new TenantPolicy(true, IdentifierUris.DEFAULT, null, true, true);

    /** Which identifier URIs may be added ([D] entra-docs {@code identifier-uri-restrictions.md}; fact sheet §2.4). */
    public enum IdentifierUris {
        /** Any for apps with v2 tokens; for others those with a verified domain, the tenant's or the app's id. */
        DEFAULT,
        /** Those with a verified domain, the tenant's or the app's id, for every app. */
        VERIFIED_ONLY,
        /** {@code api://} with the tenant's or the app's id only: no https at all. */
        API_SCHEME_ONLY
    }

    /** The same, but only users with a directory role may register apps. */
    public TenantPolicy withoutUserRegistration() {
        return new TenantPolicy(false, identifierUris, maxSecretLifetime, secretsAllowed, usersMayConsent);
    }

    /** The same with other identifier URIs allowed. */
    public TenantPolicy withIdentifierUris(IdentifierUris which) {
        return new TenantPolicy(usersMayRegister, which, maxSecretLifetime, secretsAllowed, usersMayConsent);
    }

    /** The same with secrets that live no longer. */
    public TenantPolicy withMaxSecretLifetime(Duration longest) {
        return new TenantPolicy(usersMayRegister, identifierUris, longest, secretsAllowed, usersMayConsent);
    }

    /** The same without client secrets. */
    public TenantPolicy withoutSecrets() {
        return new TenantPolicy(usersMayRegister, identifierUris, maxSecretLifetime, false, usersMayConsent);
    }

    /** The same, but only administrators consent. */
    public TenantPolicy withoutUserConsent() {
        return new TenantPolicy(usersMayRegister, identifierUris, maxSecretLifetime, secretsAllowed, false);
    }
}
