package dev.ostiary.entra.emulator.objects;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.AppRegistration.AppRole;
import dev.ostiary.entra.emulator.directory.Consent;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Group;
import dev.ostiary.entra.emulator.directory.RoleAssignment;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Makes the objects of a tenant's first directory: each app with its service principal, consents and role assignments. */
final class Seeds {

    private static final String MICROSOFT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";
    private static final List<AppRegistration> PRESENT = List.of(FirstPartyApps.GRAPH, FirstPartyApps.AZURE_CLI);

    private final Tenant tenant;
    private final TenantObjects objects;
    private final Instant now;

    Seeds(Tenant tenant, TenantObjects objects, Instant now) {
        this.tenant = tenant;
        this.objects = objects;
        this.now = now;
    }

    /** Object id of the service principal that an app has from the start. */
    static String servicePrincipalId(String tenantId, String appId) {
        return UUID.nameUUIDFromBytes((tenantId + "|" + appId).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    void plant() {
        PRESENT.forEach(app -> principal(app, MICROSOFT));
        for (AppRegistration app : tenant.apps()) {
            ObjectNode json =
                    ObjectJson.application(derived("application", app.appId()), app.appId(), tenant.domain(), now);
            Registrations.write(app, json, objects);
            String id = json.path("id").asText();
            objects.seed(Kind.APPLICATION, null, json, app);
            Registrations.federatedCredentials(app, id)
                    .forEach(credential -> objects.seed(Kind.FEDERATED_CREDENTIAL, id, credential, app));
            principal(app, tenant.id());
        }
        tenant.consents().forEach(this::grant);
        tenant.roleAssignments().forEach(this::assignment);
    }

    private void principal(AppRegistration app, String owner) {
        objects.seed(
                Kind.SERVICE_PRINCIPAL,
                null,
                principal(app, servicePrincipalId(tenant.id(), app.appId()), owner, now),
                app);
    }

    /** The service principal of one of Microsoft's own apps. */
    static ObjectNode firstParty(AppRegistration app, String id, Instant now) {
        return principal(app, id, MICROSOFT, now);
    }

    private static ObjectNode principal(AppRegistration app, String id, String owner, Instant now) {
        ObjectNode json = ObjectJson.servicePrincipal(id, app.appId(), owner, now);
        json.put("displayName", app.displayName()).put("appDisplayName", app.displayName());
        json.put("accountEnabled", app.enabled()).put("appRoleAssignmentRequired", app.appRoleAssignmentRequired());
        json.put("signInAudience", app.signInAudience().name());
        Registrations.permissions(app, json, json);
        json.set("servicePrincipalNames", ObjectJson.array(app.identifierUris()));
        json.withArray("servicePrincipalNames").add(app.appId());
        return json;
    }

    private void grant(Consent consent) {
        Optional<DirectoryObject> client = objects.servicePrincipalOf(consent.clientId());
        Optional<DirectoryObject> resource = objects.servicePrincipalOf(consent.resourceId());
        if (client.isPresent() && resource.isPresent()) {
            String scope = consent.scopes().contains("*")
                    ? String.join(" ", scopeNames(resource.get()))
                    : String.join(" ", consent.scopes());
            ObjectNode json = Links.grant(client.get().id(), resource.get().id(), consent.userOid(), scope);
            objects.seed(Kind.GRANT, null, json, consent);
        } else {
            objects.keep(consent);
        }
    }

    private static List<String> scopeNames(DirectoryObject resource) {
        return resource.json()
                .path("oauth2PermissionScopes")
                .valueStream()
                .map(scope -> scope.path("value").asText())
                .toList();
    }

    private void assignment(RoleAssignment assignment) {
        Optional<DirectoryObject> resource = objects.servicePrincipalOf(assignment.resourceId());
        Optional<AppRole> role = tenant.app(assignment.resourceId())
                .or(() -> FirstPartyApps.find(assignment.resourceId()))
                .flatMap(app -> app.appRoles().stream()
                        .filter(candidate -> candidate.value().equals(assignment.role()))
                        .findFirst());
        String principal = assignment.principalId();
        Optional<User> user = tenant.user(principal);
        Optional<Group> group = tenant.groups().stream()
                .filter(candidate -> candidate.id().equals(principal))
                .findFirst();
        Optional<DirectoryObject> app = objects.servicePrincipalOf(principal);
        boolean known = user.isPresent() || group.isPresent() || app.isPresent();
        if (resource.isEmpty() || role.isEmpty() || !known) {
            objects.keep(assignment);
            return;
        }
        String roleId = role.get().id();
        String id = derived("assignment", principal + roleId + assignment.resourceId());
        if (user.isPresent()) {
            seed(
                    Links.assignment(id, user.get().oid(), "User", user.get().name(), resource.get(), roleId, now),
                    assignment);
        } else if (group.isPresent()) {
            seed(Links.assignment(id, principal, "Group", group.get().name(), resource.get(), roleId, now), assignment);
        } else if (app.isPresent()) {
            String name = app.get().text("displayName");
            String principalId = app.get().id();
            seed(Links.assignment(id, principalId, "ServicePrincipal", name, resource.get(), roleId, now), assignment);
        }
    }

    private void seed(ObjectNode json, RoleAssignment origin) {
        objects.seed(Kind.ASSIGNMENT, null, json, origin);
    }

    private String derived(String kind, String name) {
        return UUID.nameUUIDFromBytes((tenant.id() + "|" + kind + "|" + name).getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
