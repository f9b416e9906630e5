package dev.ostiary.entra.emulator.directory;

import dev.ostiary.entra.emulator.directory.AppRegistration.AppRole;
import dev.ostiary.entra.emulator.directory.AppRegistration.FederatedCredential;
import dev.ostiary.entra.emulator.directory.AppRegistration.GroupMembershipClaims;
import dev.ostiary.entra.emulator.directory.AppRegistration.PreAuthorized;
import dev.ostiary.entra.emulator.directory.AppRegistration.RedirectUris;
import dev.ostiary.entra.emulator.directory.AppRegistration.Scope;
import dev.ostiary.entra.emulator.directory.AppRegistration.Secret;
import dev.ostiary.entra.emulator.directory.AppRegistration.SignInAudience;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Collects an {@link AppRegistration}. Every method returns this builder; not for use by several threads. */
public final class AppRegistrationBuilder {

    private final String appId;
    private final String displayName;
    private final List<String> identifierUris = new ArrayList<>();
    private int version = 2;
    private final List<String> web = new ArrayList<>();
    private final List<String> spa = new ArrayList<>();
    private final List<String> publicClient = new ArrayList<>();
    private boolean fallbackPublicClient;
    private final List<Secret> secrets = new ArrayList<>();
    private final List<String> certs = new ArrayList<>();
    private final List<FederatedCredential> federated = new ArrayList<>();
    private final List<Scope> scopes = new ArrayList<>();
    private final List<AppRole> roles = new ArrayList<>();
    private final List<String> preAuthorized = new ArrayList<>();
    private final List<PreAuthorized> partlyPreAuthorized = new ArrayList<>();
    private final List<String> knownClients = new ArrayList<>();
    private final List<String> optionalClaims = new ArrayList<>();
    private final List<String> idTokenClaims = new ArrayList<>();
    private GroupMembershipClaims groups = GroupMembershipClaims.None;
    private SignInAudience audience = SignInAudience.AzureADMyOrg;
    private boolean assignmentRequired;
    private boolean enabled = true;
    private @Nullable String agentBlueprint;

    AppRegistrationBuilder(String appId, String displayName) {
        this.appId = appId;
        this.displayName = displayName;
    }

    /** Adds Application ID URIs. */
    public AppRegistrationBuilder identifierUris(String... uris) {
        identifierUris.addAll(List.of(uris));
        return this;
    }

    /** Version of access tokens for this app: 1 or 2. */
    public AppRegistrationBuilder accessTokenVersion(int requested) {
        version = requested;
        return this;
    }

    /** Adds redirect URIs of the web platform. */
    public AppRegistrationBuilder web(String... uris) {
        web.addAll(List.of(uris));
        return this;
    }

    /** Adds redirect URIs of the single-page platform. */
    public AppRegistrationBuilder spa(String... uris) {
        spa.addAll(List.of(uris));
        return this;
    }

    /** Adds redirect URIs of the mobile and desktop platform. */
    public AppRegistrationBuilder publicClient(String... uris) {
        publicClient.addAll(List.of(uris));
        return this;
    }

    /** Allows public client flows such as the device code. */
    public AppRegistrationBuilder allowPublicClientFlows() {
        fallbackPublicClient = true;
        return this;
    }

    /** Adds a secret that never expires. */
    public AppRegistrationBuilder secret(String value) {
        return secret(value, null);
    }

    /** Adds a secret that works until {@code expires}. */
    public AppRegistrationBuilder secret(String value, @Nullable Instant expires) {
        secrets.add(new Secret(value, expires));
        return this;
    }

    /** Adds a PEM certificate for client assertions. */
    public AppRegistrationBuilder certificate(String pem) {
        certs.add(pem);
        return this;
    }

    /** Adds a federated credential. */
    public AppRegistrationBuilder federatedCredential(String issuer, String subject, String aud) {
        federated.add(new FederatedCredential(issuer, subject, aud));
        return this;
    }

    /** Adds delegated permissions; their ids are derived from the app and the name. */
    public AppRegistrationBuilder scopes(String... values) {
        for (String value : values) {
            scopes.add(new Scope(derivedId("scope:" + value), value, false));
        }
        return this;
    }

    /** Adds a delegated permission that only an administrator may consent to. */
    public AppRegistrationBuilder adminScope(String value) {
        scopes.add(new Scope(derivedId("scope:" + value), value, true));
        return this;
    }

    /** Adds app roles; their ids are derived from the app and the name. */
    public AppRegistrationBuilder appRoles(String... values) {
        for (String value : values) {
            roles.add(new AppRole(derivedId("role:" + value), value));
        }
        return this;
    }

    /** Adds a delegated permission with an id of its own. */
    public AppRegistrationBuilder scope(String id, String value, boolean adminOnly) {
        scopes.add(new Scope(id, value, adminOnly));
        return this;
    }

    /** Adds an app role with an id of its own. */
    public AppRegistrationBuilder appRole(String id, String value) {
        roles.add(new AppRole(id, value));
        return this;
    }

    /** Pre-authorises a client for some scopes, by their ids. */
    public AppRegistrationBuilder preAuthorize(PreAuthorized some) {
        partlyPreAuthorized.add(some);
        return this;
    }

    /** Pre-authorises clients for every scope that the app has once built. */
    public AppRegistrationBuilder preAuthorize(String... clientIds) {
        preAuthorized.addAll(List.of(clientIds));
        return this;
    }

    /** Adds clients whose consent covers this API. */
    public AppRegistrationBuilder knownClients(String... clientIds) {
        knownClients.addAll(List.of(clientIds));
        return this;
    }

    /** Adds optional access-token claims by name. */
    public AppRegistrationBuilder optionalClaims(String... names) {
        optionalClaims.addAll(List.of(names));
        return this;
    }

    /** Adds optional id-token claims by name. */
    public AppRegistrationBuilder idTokenClaims(String... names) {
        idTokenClaims.addAll(List.of(names));
        return this;
    }

    /** Which groups tokens for this app carry. */
    public AppRegistrationBuilder groupMembershipClaims(GroupMembershipClaims which) {
        groups = which;
        return this;
    }

    /** Lets users of every tenant sign in. */
    public AppRegistrationBuilder multiTenant() {
        audience = SignInAudience.AzureADMultipleOrgs;
        return this;
    }

    /** Refuses users and apps without a role assignment. */
    public AppRegistrationBuilder assignmentRequired() {
        assignmentRequired = true;
        return this;
    }

    /** Switches the app off. */
    public AppRegistrationBuilder disabled() {
        enabled = false;
        return this;
    }

    /** Makes it the agent identity of a blueprint. */
    public AppRegistrationBuilder agentOf(String blueprint) {
        agentBlueprint = blueprint;
        return this;
    }

    /** The registration. */
    public AppRegistration build() {
        List<String> scopeIds = scopes.stream().map(Scope::id).toList();
        return new AppRegistration(
                appId,
                displayName,
                identifierUris,
                version,
                new RedirectUris(web, spa, publicClient),
                fallbackPublicClient,
                secrets,
                certs,
                federated,
                scopes,
                roles,
                Stream.concat(
                                preAuthorized.stream().map(client -> new PreAuthorized(client, scopeIds)),
                                partlyPreAuthorized.stream())
                        .toList(),
                knownClients,
                optionalClaims,
                idTokenClaims,
                groups,
                audience,
                assignmentRequired,
                enabled,
                agentBlueprint);
    }

    private String derivedId(String name) {
        return UUID.nameUUIDFromBytes((appId + "|" + name).getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
