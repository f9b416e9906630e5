package dev.ostiary.gateway.server.mcp;

/**
 * What a message acts on.
 *
 * @param type what it is
 * @param id its name, URI or id, exactly as in the message; not empty, no control characters
 */
public record Target(Type type, String id) {

    /** What can be acted on, and by which Cedar action that is decided (design §4.10). */
    public enum Type {
        /** By {@code call_tool}. */
        TOOL("tool"),
        /** By {@code get_prompt}. */
        PROMPT("prompt"),
        /** By {@code read_resource}. */
        RESOURCE("resource"),
        /** By {@code read_resource}, on its type and server alone: a template has no URI yet. */
        RESOURCE_TEMPLATE("resource template"),
        /** By who created it. */
        TASK("task");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        /** What people call it. */
        public String word() {
            return word;
        }
    }
}
