package dev.ostiary.entra.emulator.directory;

/**
 * One app role given to somebody.
 *
 * @param principalId object id of a user or group, or client id of an app; groups are not transitive here
 * @param resourceId client id of the API that defines the role
 * @param role value of the role, as it appears in `roles`; empty for an assignment without a role
 */
public record RoleAssignment(String principalId, String resourceId, String role) {}
