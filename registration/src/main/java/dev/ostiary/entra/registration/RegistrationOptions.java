package dev.ostiary.entra.registration;

import org.jspecify.annotations.Nullable;

/**
 * What the resources leave open.
 *
 * @param displayName the registration's name; null: {@code Ostiary <gateway>}
 * @param uris which Application ID URIs
 * @param groups which groups tokens carry; null: those that they carry already, else security groups
 * @param credential how the gateway proves itself; null: as its {@code spec.entra.credential} says
 * @param knownRedirects without a facade, whether MCP clients may come back to the registration itself
 * @param federation the token that stands for the gateway; null parts are derived where they can be
 */
public record RegistrationOptions(
        @Nullable String displayName,
        Uris uris,
        @Nullable GroupsClaim groups,
        @Nullable CredentialKind credential,
        boolean knownRedirects,
        Federation federation) {

    /** What is right for most. */
    public static final RegistrationOptions DEFAULT =
            new RegistrationOptions(null, Uris.ROUTES, null, null, true, new Federation(null, null, null));

    /** Which Application ID URIs. */
    public enum Uris {
        /** The URL of every route, which is what clients send as {@code resource}. */
        ROUTES,
        /** {@code api://<client id>}, for tenants whose policy refuses URLs. */
        API
    }

    /** Which groups tokens carry. */
    public enum GroupsClaim {
        /** All security groups of the user, nested ones too; above 200 the token lists none. */
        SECURITY("SecurityGroup"),
        /** Groups that are assigned to the enterprise application, direct members only; stays small. */
        ASSIGNED("ApplicationGroup");

        private final String value;

        GroupsClaim(String value) {
            this.value = value;
        }

        /** The value of {@code groupMembershipClaims}. */
        public String value() {
            return value;
        }
    }

    /** How the gateway proves itself. */
    public enum CredentialKind {
        NONE,
        SECRET,
        CERTIFICATE,
        FEDERATED
    }

    /**
     * A token of somebody else's that stands for the gateway.
     *
     * @param issuer exact, with or without the slash at its end; null: derived, or asked for
     * @param subject exact; null: the gateway's service account, or asked for
     * @param audience null: that of the cloud
     */
    public record Federation(
            @Nullable String issuer,
            @Nullable String subject,
            @Nullable String audience) {}

    /** The same with another credential. */
    public RegistrationOptions with(CredentialKind kind, Federation of) {
        return new RegistrationOptions(displayName, uris, groups, kind, knownRedirects, of);
    }

    /** The same with other Application ID URIs. */
    public RegistrationOptions with(Uris other) {
        return new RegistrationOptions(displayName, other, groups, credential, knownRedirects, federation);
    }
}
