package dev.ostiary.entra.emulator.objects;

import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.Consent;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.RoleAssignment;
import dev.ostiary.entra.emulator.directory.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tenant that sign-in goes by, made of its objects. What nobody has written stays exactly as the first directory had it. */
final class Projection {

    private final TenantObjects objects;

    private Projection(TenantObjects objects) {
        this.objects = objects;
    }

    static Tenant of(Tenant before, TenantObjects objects) {
        Projection projection = new Projection(objects);
        return new Tenant(
                before.id(),
                before.domain(),
                before.displayName(),
                before.users(),
                before.groups(),
                projection.apps(),
                projection.consents(),
                projection.roleAssignments());
    }

    /** Only those with a service principal: without one, an app is not known to sign-in. */
    private List<AppRegistration> apps() {
        return objects.current(Kind.APPLICATION)
                .filter(app -> objects.servicePrincipalOf(app.text("appId")).isPresent())
                .map(app -> Registrations.of(objects, app))
                .toList();
    }

    private List<Consent> consents() {
        Stream<Consent> here = objects.current(Kind.GRANT).flatMap(grant -> consent(grant).stream());
        return Stream.concat(objects.kept(Consent.class), here).toList();
    }

    private Optional<Consent> consent(DirectoryObject grant) {
        if (grant.untouched() && grant.origin() instanceof Consent first) {
            return Optional.of(first);
        }
        String user = grant.text("consentType").equals("Principal") ? grant.text("principalId") : null;
        List<String> scopes = Stream.of(grant.text("scope").split(" "))
                .filter(scope -> !scope.isEmpty())
                .toList();
        return appId(grant.text("clientId"))
                .flatMap(client ->
                        appId(grant.text("resourceId")).map(resource -> new Consent(user, client, resource, scopes)));
    }

    private List<RoleAssignment> roleAssignments() {
        List<RoleAssignment> assignments = new ArrayList<>();
        objects.kept(RoleAssignment.class).forEach(assignments::add);
        objects.current(Kind.ASSIGNMENT)
                .flatMap(link -> assignment(link).stream())
                .forEach(assignments::add);
        return assignments;
    }

    private Optional<RoleAssignment> assignment(DirectoryObject link) {
        if (link.untouched() && link.origin() instanceof RoleAssignment first) {
            return Optional.of(first);
        }
        String roleId = link.text("appRoleId");
        String principal = link.text("principalType").equals("ServicePrincipal")
                ? appId(link.text("principalId")).orElse("")
                : link.text("principalId");
        return appId(link.text("resourceId"))
                .flatMap(resource -> role(resource, roleId).map(role -> new RoleAssignment(principal, resource, role)));
    }

    /** Value of an enabled role; empty text for an assignment without a role. */
    private Optional<String> role(String appId, String roleId) {
        if (roleId.equals(Links.DEFAULT_ROLE)) {
            return Optional.of("");
        }
        Stream<AppRegistration.AppRole> roles = objects.applicationOf(appId)
                .map(application -> Registrations.of(objects, application))
                .or(() -> FirstPartyApps.find(appId))
                .map(app -> app.appRoles().stream())
                .orElseGet(Stream::empty);
        return roles.filter(role -> role.id().equals(roleId))
                .map(AppRegistration.AppRole::value)
                .collect(Collectors.reducing((first, second) -> first));
    }

    private Optional<String> appId(String principalId) {
        return objects.current(Kind.SERVICE_PRINCIPAL, principalId).map(principal -> principal.text("appId"));
    }
}
