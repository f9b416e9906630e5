package dev.ostiary.gateway.server.registration;

import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.AppRole;
import dev.ostiary.entra.registration.DesiredRegistration.Client;
import dev.ostiary.entra.registration.DesiredRegistration.Credential;
import dev.ostiary.entra.registration.DesiredRegistration.Groups;
import dev.ostiary.entra.registration.DesiredRegistration.Scope;
import dev.ostiary.gateway.config.AuthorizationSettings.EntraTokens;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings;
import dev.ostiary.gateway.config.Snapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The registration that a configuration needs, as far as a running gateway can tell: the part of what {@code ostiary entra}
 * derives from the resources that is certain without them. Left out are permissions at other APIs, whose consents the gateway
 * may not read, redirect URIs of clients, which are a choice, optional claims, roles that policies name, and what the token of
 * a workload identity says of itself, which Entra judges when it is shown.
 *
 * @param desired what is compared
 * @param credential whether the gateway has one to show
 * @param looksUpGroups whether it asks Graph for memberships with a permission of its own
 */
record OwnRegistration(DesiredRegistration desired, boolean credential, boolean looksUpGroups) {

    /** Of a configuration with Entra settings. Pure. */
    static OwnRegistration of(Snapshot snapshot, EntraSettings entra) {
        EntraTokens tokens = snapshot.authorization().entraTokens();
        boolean facade = snapshot.authorization().facade() != null;
        boolean groups = snapshot.routes().stream()
                .anyMatch(route -> route.policies().dynamicGroups()
                        || !route.policies().groupIds().isEmpty());
        List<Scope> scopes = scopes(snapshot, tokens);
        List<AppRole> roles = tokens == null
                ? List.of()
                : tokens.appOnlyRoles().stream()
                        .map(role -> new AppRole(role, false, "lets apps without a user in"))
                        .toList();
        DesiredRegistration desired = new DesiredRegistration(
                snapshot.gateway(),
                snapshot.publicUrl(),
                entra.tenantId(),
                entra.clientId(),
                entra.authority(),
                entra.graph(),
                snapshot.gateway().name(),
                facade,
                scopes.isEmpty() && roles.isEmpty()
                        ? List.of()
                        : snapshot.routes().stream()
                                .map(route -> snapshot.resourceUrl(route).toString())
                                .sorted()
                                .toList(),
                scopes,
                roles,
                scopes.isEmpty() || tokens == null
                        ? List.of()
                        : tokens.clients().stream().map(Client::new).toList(),
                facade ? List.of(snapshot.publicUrl() + DesiredRegistration.CALLBACK) : List.of(),
                List.of(),
                new Groups(groups, null),
                List.of(),
                List.of(),
                List.of(),
                credential(entra.credential()),
                List.of());
        boolean shows = !(entra.credential() instanceof EntraCredential.None);
        return new OwnRegistration(
                desired,
                shows,
                shows
                        && groups
                        && entra.groups().overage() == GroupSettings.Overage.GRAPH
                        && entra.groups().lookup() == GroupSettings.Lookup.APP);
    }

    private static List<Scope> scopes(Snapshot snapshot, @Nullable EntraTokens tokens) {
        if (tokens == null || tokens.clients().isEmpty()) {
            return List.of();
        }
        return snapshot.routes().stream()
                .map(tokens::requiredScope)
                .distinct()
                .sorted()
                .map(scope -> new Scope(scope, scope))
                .toList();
    }

    private static Credential credential(EntraCredential credential) {
        return switch (credential) {
            case EntraCredential.ClientSecret secret -> new Credential.Secret();
            case EntraCredential.Certificate certificate -> new Credential.Certificate();
            case EntraCredential.WorkloadIdentity federated -> new Credential.None();
            case EntraCredential.ManagedIdentity federated -> new Credential.None();
            case EntraCredential.None none -> new Credential.None();
        };
    }
}
