package dev.ostiary.entra.emulator.directory;

/**
 * A built-in directory role, with Microsoft's name and template id ([D] entra-docs
 * {@code role-based-access-control/permissions-reference.md}).
 */
public enum DirectoryRole {
    /** May do everything, consent for Graph's app roles included. */
    GlobalAdministrator("Global Administrator", "62e90394-69f5-4237-9190-012177145e10"),
    /** May consent for every API, Graph's app roles included. */
    PrivilegedRoleAdministrator("Privileged Role Administrator", "e8611ab8-c189-46e8-94e1-60213ab1f814"),
    /** May register and change every app, and consent except for Graph's app roles. */
    ApplicationAdministrator("Application Administrator", "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"),
    /** The same, without application proxy. */
    CloudApplicationAdministrator("Cloud Application Administrator", "158c047a-c907-4556-b7ef-446551a6b5f7"),
    /** May register apps where users may not. */
    ApplicationDeveloper("Application Developer", "cf1c38e5-3621-4004-a7cb-879624dced7c");

    private final String displayName;
    private final String templateId;

    DirectoryRole(String displayName, String templateId) {
        this.displayName = displayName;
        this.templateId = templateId;
    }

    /** As portals show it. */
    public String displayName() {
        return displayName;
    }

    /** The same in every tenant; the value in `wids`. */
    public String templateId() {
        return templateId;
    }
}
