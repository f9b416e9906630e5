package dev.ostiary.entra.emulator.directory;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One app registration, with the names of Microsoft's manifest. Make one with {@link #builder}.
 *
 * @param appId client id, a GUID
 * @param displayName as shown on the consent page and in error texts
 * @param identifierUris Application ID URIs, compared character for character
 * @param requestedAccessTokenVersion 1 or 2: the version of access tokens <em>for</em> this app; a file that leaves it
 *     out gets 1, as Entra does
 * @param redirectUris by platform
 * @param isFallbackPublicClient "Allow public client flows"
 * @param secrets client secrets
 * @param certs PEM certificates whose keys may sign client assertions
 * @param federatedCredentials external tokens accepted as client assertions
 * @param oauth2PermissionScopes delegated permissions of this API
 * @param appRoles roles of this API
 * @param preAuthorizedApplications clients that need no consent
 * @param knownClientApplications clients whose consent covers this API too
 * @param optionalClaims names of optional access-token claims; `aud/use_guid` pins the v1 audience to the client id
 * @param idTokenClaims the same of id tokens; in both, {@code groups/<property>} is the form in which groups are told
 * @param groupMembershipClaims which groups tokens for this app carry
 * @param signInAudience one tenant or many
 * @param appRoleAssignmentRequired whether only assigned users get tokens
 * @param enabled whether the app may be used
 * @param agentBlueprint the blueprint whose agent identity this is; null for an ordinary app. An agent identity has no
 *     credentials and no redirect URIs of its own
 */
public record AppRegistration(
        String appId,
        String displayName,
        List<String> identifierUris,
        int requestedAccessTokenVersion,
        RedirectUris redirectUris,
        boolean isFallbackPublicClient,
        List<Secret> secrets,
        List<String> certs,
        List<FederatedCredential> federatedCredentials,
        List<Scope> oauth2PermissionScopes,
        List<AppRole> appRoles,
        List<PreAuthorized> preAuthorizedApplications,
        List<String> knownClientApplications,
        List<String> optionalClaims,
        List<String> idTokenClaims,
        GroupMembershipClaims groupMembershipClaims,
        SignInAudience signInAudience,
        boolean appRoleAssignmentRequired,
        boolean enabled,
        @Nullable String agentBlueprint) {

    public AppRegistration {
        identifierUris = Lists.orEmpty(identifierUris);
        requestedAccessTokenVersion = requestedAccessTokenVersion == 2 ? 2 : 1;
        redirectUris = redirectUris == null ? RedirectUris.NONE : redirectUris;
        secrets = Lists.orEmpty(secrets);
        certs = Lists.orEmpty(certs);
        federatedCredentials = Lists.orEmpty(federatedCredentials);
        oauth2PermissionScopes = Lists.orEmpty(oauth2PermissionScopes);
        appRoles = Lists.orEmpty(appRoles);
        preAuthorizedApplications = Lists.orEmpty(preAuthorizedApplications);
        knownClientApplications = Lists.orEmpty(knownClientApplications);
        optionalClaims = Lists.orEmpty(optionalClaims);
        idTokenClaims = Lists.orEmpty(idTokenClaims);
        groupMembershipClaims = groupMembershipClaims == null ? GroupMembershipClaims.None : groupMembershipClaims;
        signInAudience = signInAudience == null ? SignInAudience.AzureADMyOrg : signInAudience;
    }

    /** Starts a registration: enabled, one tenant, v2 tokens, no credentials, no groups in tokens. */
    public static AppRegistrationBuilder builder(String appId, String displayName) {
        return new AppRegistrationBuilder(appId, displayName);
    }

    /** The delegated permission with this short name. */
    public Optional<Scope> scope(String value) {
        return oauth2PermissionScopes.stream()
                .filter(scope -> scope.value().equals(value))
                .findFirst();
    }

    /** Whether the client holds any credential that it could prove itself with. */
    public boolean confidential() {
        return !secrets.isEmpty() || !certs.isEmpty() || !federatedCredentials.isEmpty();
    }

    /** Whether tokens for this app carry the optional claim. */
    public boolean hasOptionalClaim(String name) {
        return optionalClaims.contains(name);
    }

    /** Whether this API lets the client have the scope without anybody's consent. */
    public boolean preAuthorizes(String clientId, String scopeValue) {
        Optional<Scope> scope = scope(scopeValue);
        return scope.isPresent()
                && preAuthorizedApplications.stream()
                        .anyMatch(entry -> entry.appId().equals(clientId)
                                && entry.delegatedPermissionIds()
                                        .contains(scope.get().id()));
    }

    /**
     * Redirect URIs by platform: the platform of the one that matches decides how the client must authenticate.
     *
     * @param web confidential web apps
     * @param spa single-page apps, which redeem codes cross-origin
     * @param publicClient mobile and desktop apps
     */
    public record RedirectUris(List<String> web, List<String> spa, List<String> publicClient) {

        /** No redirect URI at all. */
        public static final RedirectUris NONE = new RedirectUris(List.of(), List.of(), List.of());

        public RedirectUris {
            web = Lists.orEmpty(web);
            spa = Lists.orEmpty(spa);
            publicClient = Lists.orEmpty(publicClient);
        }
    }

    /**
     * A client secret of the emulator's directory: a test value, never a real one.
     *
     * @param value what the client sends
     * @param expires when it stops working; null for never
     */
    public record Secret(String value, @Nullable Instant expires) {
        @Override
        public String toString() {
            return "Secret[value=***, expires=" + expires + "]";
        }
    }

    /** An external token that proves the client: all three must match exactly. */
    public record FederatedCredential(String issuer, String subject, String audience) {}

    /**
     * A delegated permission.
     *
     * @param id GUID by which pre-authorisations name it
     * @param value short name, as in `scp`
     * @param adminOnly whether only an administrator may consent
     */
    public record Scope(String id, String value, boolean adminOnly) {}

    /** A role of this API: GUID and the value that appears in `roles`. */
    public record AppRole(String id, String value) {}

    /** A client that needs no consent for these scopes, named by their ids. */
    public record PreAuthorized(String appId, List<String> delegatedPermissionIds) {
        public PreAuthorized {
            delegatedPermissionIds = Lists.orEmpty(delegatedPermissionIds);
        }
    }

    /** Which groups a token for this app carries, with the manifest's names. */
    public enum GroupMembershipClaims {
        /** No groups. */
        None,
        /** Security groups, nested ones included. */
        SecurityGroup,
        /** Directory roles, as `wids`. */
        DirectoryRole,
        /** Groups that are assigned to the app, direct members only. */
        ApplicationGroup,
        /** Security groups and directory roles. */
        All
    }

    /** Whose users may sign in, with the manifest's names. */
    public enum SignInAudience {
        /** Users of the home tenant. */
        AzureADMyOrg,
        /** Users of any tenant. */
        AzureADMultipleOrgs,
        /** Users of any tenant, and personal accounts. */
        AzureADandPersonalMicrosoftAccount,
        /** Personal accounts only: no tenant's users. */
        PersonalMicrosoftAccount
    }
}
