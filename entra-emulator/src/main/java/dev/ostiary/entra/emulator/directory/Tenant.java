package dev.ostiary.entra.emulator.directory;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One Entra tenant.
 *
 * @param id tenant id, a GUID
 * @param domain verified domain, usable in place of the id in URLs
 * @param displayName as shown in error texts
 * @param users in the order in which the sign-in page shows them
 * @param groups security groups
 * @param apps registrations whose home is this tenant
 * @param consents delegated grants that exist from the start
 * @param roleAssignments app roles given to users, groups and apps
 */
public record Tenant(
        String id,
        String domain,
        String displayName,
        List<User> users,
        List<Group> groups,
        List<AppRegistration> apps,
        List<Consent> consents,
        List<RoleAssignment> roleAssignments) {

    public Tenant {
        users = Lists.orEmpty(users);
        groups = Lists.orEmpty(groups);
        apps = Lists.orEmpty(apps);
        consents = Lists.orEmpty(consents);
        roleAssignments = Lists.orEmpty(roleAssignments);
    }

    /** The user with this object id or user principal name (any case). */
    public Optional<User> user(String oidOrUpn) {
        return users.stream()
                .filter(user -> user.oid().equals(oidOrUpn)
                        || user.upn().toLowerCase(Locale.ROOT).equals(oidOrUpn.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    /** The registration with this client id, if this tenant is its home. */
    public Optional<AppRegistration> app(String appId) {
        return apps.stream().filter(app -> app.appId().equals(appId)).findFirst();
    }

    /** Every group that the user is in, directly or through nesting, in directory order. */
    public List<Group> transitiveGroups(User user) {
        Set<String> reached = new LinkedHashSet<>(user.groups());
        Deque<String> open = new ArrayDeque<>(reached);
        while (!open.isEmpty()) {
            String member = open.removeFirst();
            for (Group group : groups) {
                if (group.nested().contains(member) && reached.add(group.id())) {
                    open.addLast(group.id());
                }
            }
        }
        return groups.stream().filter(group -> reached.contains(group.id())).toList();
    }

    /** Values of the roles of this API that the user has, alone or through a group that the user is directly in. */
    public List<String> rolesOf(User user, String resourceId) {
        return values(assignmentsOf(user, resourceId));
    }

    /** Values of the roles of this API that the app has. */
    public List<String> rolesOf(AppRegistration client, String resourceId) {
        return values(assignmentsOf(client, resourceId));
    }

    /** Whether the user is assigned to this API, with or without a role. */
    public boolean isAssigned(User user, String resourceId) {
        return assignmentsOf(user, resourceId).findAny().isPresent();
    }

    /** Whether the app is assigned to this API, with or without a role. */
    public boolean isAssigned(AppRegistration client, String resourceId) {
        return assignmentsOf(client, resourceId).findAny().isPresent();
    }

    private Stream<RoleAssignment> assignmentsOf(User user, String resourceId) {
        return roleAssignments.stream()
                .filter(assignment -> assignment.resourceId().equals(resourceId)
                        && (assignment.principalId().equals(user.oid())
                                || user.groups().contains(assignment.principalId())));
    }

    private Stream<RoleAssignment> assignmentsOf(AppRegistration client, String resourceId) {
        return roleAssignments.stream()
                .filter(assignment -> assignment.resourceId().equals(resourceId)
                        && assignment.principalId().equals(client.appId()));
    }

    private static List<String> values(Stream<RoleAssignment> assignments) {
        return assignments
                .map(RoleAssignment::role)
                .filter(role -> !role.isEmpty())
                .distinct()
                .toList();
    }
}
