package dev.ostiary.gateway.policy;

/** What a caller wants to do; the action of Cedar's request. */
public enum Operation {
    /** {@code tools/call}, and each tool of a list. */
    CALL_TOOL("call_tool", "call", "tool"),
    /** {@code prompts/get}, and each prompt of a list. */
    GET_PROMPT("get_prompt", "get", "prompt"),
    /** {@code resources/read}, {@code subscribe} and {@code unsubscribe}, and each resource of a list. */
    READ_RESOURCE("read_resource", "read", "resource");

    private final String id;
    private final String verb;
    private final String feature;

    Operation(String id, String verb, String feature) {
        this.id = id;
        this.verb = verb;
        this.feature = feature;
    }

    /** The id of the action entity: {@code Action::"<id>"}. */
    public String id() {
        return id;
    }

    /** The resource's attribute {@code operation}. */
    String verb() {
        return verb;
    }

    /** The resource's attribute {@code feature}. */
    String feature() {
        return feature;
    }
}
