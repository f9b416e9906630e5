package dev.ostiary.gateway.server.mcp;

/** What happens to a message of one method, direction and era. */
public sealed interface Rule {

    /** Passes; whoever may use the route may send it. */
    record Allow() implements Rule {}

    /**
     * Passes when every target is permitted.
     *
     * @param where the member that names the targets
     */
    record Decide(TargetIn where) implements Rule {}

    /**
     * Passes, and of the list in the response only the permitted items.
     *
     * @param list which list
     */
    record Filter(ListKind list) implements Rule {}

    /** A response: passes when it answers a request that went in the other direction on the same session. */
    record MatchRequest() implements Rule {}

    /**
     * Does not pass. A request is answered with an error, anything else is dropped.
     *
     * @param reason for the published table
     */
    record Refuse(String reason) implements Rule {}

    /** Where a message says what it acts on. */
    enum TargetIn {
        /** {@code params.name} is a tool. */
        TOOL_NAME,
        /** {@code params.name} is a prompt. */
        PROMPT_NAME,
        /** {@code params.uri} is a resource. */
        RESOURCE_URI,
        /** {@code params.ref} is a prompt, a resource or a resource template. */
        REFERENCE,
        /** {@code params.notifications} lists resources and tasks. */
        LISTEN_FILTER,
        /** {@code params.taskId} is a task. */
        TASK_ID
    }
}
