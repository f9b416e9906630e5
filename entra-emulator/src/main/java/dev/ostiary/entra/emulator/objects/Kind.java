package dev.ostiary.entra.emulator.objects;

/** Kinds of directory objects that can be written over Graph. */
public enum Kind {
    APPLICATION("application", "applications"),
    SERVICE_PRINCIPAL("servicePrincipal", "servicePrincipals"),
    GRANT("oAuth2PermissionGrant", "oauth2PermissionGrants"),
    ASSIGNMENT("appRoleAssignment", "appRoleAssignments"),
    FEDERATED_CREDENTIAL("federatedIdentityCredential", "federatedIdentityCredentials");

    private final String type;
    private final String set;

    Kind(String type, String set) {
        this.type = type;
        this.set = set;
    }

    /** Name of the type in Graph's metadata. */
    public String type() {
        return type;
    }

    /** Name of the entity set. */
    public String set() {
        return set;
    }
}
