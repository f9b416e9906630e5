package dev.ostiary.entra.emulator.graph;

import dev.ostiary.entra.emulator.directory.DirectoryRole;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.objects.DeletedApplication;
import dev.ostiary.entra.emulator.objects.DirectoryObject;

/**
 * What a caller may do with apps: the permissions of the token, and for a delegated one also the user's directory roles and
 * ownership ([D] the "Permissions" of each page under microsoft-graph-docs-contrib {@code api-reference/v1.0/api/}, entra-docs
 * {@code permissions-reference.md} and {@code grant-admin-consent.md}).
 */
record Rights(GraphCaller caller, TenantPolicy policy) {

    private static final String READ_APPS = "Application.Read.All";
    private static final String WRITE_APPS = "Application.ReadWrite.All";
    private static final String OWNED_APPS = "Application.ReadWrite.OwnedBy";
    private static final String READ_DIRECTORY = "Directory.Read.All";
    private static final String AS_USER = "Directory.AccessAsUser.All";

    void readApplications() {
        caller.require(caller.hasAny(READ_APPS, WRITE_APPS, OWNED_APPS, READ_DIRECTORY, AS_USER));
    }

    void register() {
        User user = caller.user();
        caller.require(
                user == null
                        ? caller.hasAny(WRITE_APPS, OWNED_APPS)
                        : caller.hasAny(WRITE_APPS, AS_USER)
                                && (policy.usersMayRegister()
                                        || administers(user)
                                        || user.isAnyOf(DirectoryRole.ApplicationDeveloper)));
    }

    /** Changes and deletes this application or service principal. */
    void manage(DirectoryObject object) {
        User user = caller.user();
        boolean owner = object.owners().contains(caller.principalId());
        caller.require(
                user == null
                        ? caller.has(WRITE_APPS) || (owner && caller.has(OWNED_APPS))
                        : caller.hasAny(WRITE_APPS, AS_USER) && (administers(user) || owner));
    }

    /** Deletes an application for good: of users, administrators alone ([D] directory-deleteditems-delete.md). */
    void purge(DeletedApplication application) {
        User user = caller.user();
        caller.require(
                user == null
                        ? caller.has(WRITE_APPS)
                                || (caller.has(OWNED_APPS)
                                        && application.owners().contains(caller.principalId()))
                        : caller.hasAny(WRITE_APPS, AS_USER) && administers(user));
    }

    void readGrants() {
        caller.require(caller.hasAny("DelegatedPermissionGrant.ReadWrite.All", READ_DIRECTORY, AS_USER));
    }

    void grant() {
        User user = caller.user();
        caller.require(caller.hasAny("DelegatedPermissionGrant.ReadWrite.All", AS_USER)
                && (user == null || administers(user) || user.isAnyOf(DirectoryRole.PrivilegedRoleAdministrator)));
    }

    /** Gives or takes app roles of this API. */
    void assign(DirectoryObject resource) {
        User user = caller.user();
        boolean ofGraph = resource.text("appId").equals(FirstPartyApps.GRAPH_ID);
        boolean byRole = user == null
                || user.isAnyOf(DirectoryRole.GlobalAdministrator, DirectoryRole.PrivilegedRoleAdministrator)
                || (!ofGraph && (administers(user) || resource.owners().contains(user.oid())));
        caller.require(caller.hasAny("AppRoleAssignment.ReadWrite.All", AS_USER) && byRole);
    }

    /** Reads groups or users that are not the caller. */
    void readGroups() {
        caller.require(caller.hasAny("GroupMember.Read.All", "Group.Read.All", READ_DIRECTORY, AS_USER));
    }

    void readUsers() {
        caller.require(caller.hasAny("User.Read.All", "User.ReadBasic.All", READ_DIRECTORY, AS_USER));
    }

    void readOrganization() {
        caller.require(caller.hasAny("User.Read", "User.Read.All", "Organization.Read.All", READ_DIRECTORY, AS_USER));
    }

    private static boolean administers(User user) {
        return user.isAnyOf(
                DirectoryRole.GlobalAdministrator,
                DirectoryRole.ApplicationAdministrator,
                DirectoryRole.CloudApplicationAdministrator);
    }
}
