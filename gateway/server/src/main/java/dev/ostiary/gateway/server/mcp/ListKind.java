package dev.ostiary.gateway.server.mcp;

/** The lists of a workload that are filtered for each caller. */
public enum ListKind {
    TOOLS("tools", "name"),
    PROMPTS("prompts", "name"),
    RESOURCES("resources", "uri"),
    RESOURCE_TEMPLATES("resourceTemplates", "uriTemplate"),
    /** 2025-11-25 alone; kept are the caller's own. */
    TASKS("tasks", "taskId");

    private final String member;
    private final String key;

    ListKind(String member, String key) {
        this.member = member;
        this.key = key;
    }

    /** The member of the result that is the list. */
    public String member() {
        return member;
    }

    /** The member of an item that names it. */
    public String key() {
        return key;
    }
}
