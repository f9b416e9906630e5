package dev.ostiary.gateway.server.inspect;

/** What came of looking at a workload. */
public sealed interface Sighting {

    /** It has not been looked at yet. */
    record Pending() implements Sighting {}

    /** It shows itself only to a user: every caller has a credential of their own. */
    record NeedsUser() implements Sighting {}

    /**
     * It did not answer as an MCP server does.
     *
     * @param why for people; no credential, none of the workload's words
     */
    record Failed(String why) implements Sighting {}

    /**
     * It did.
     *
     * @param name that it gives itself; empty when it gives none
     * @param version that it gives itself; empty when it gives none
     * @param protocolVersion that it chose
     * @param tools how many it lists
     * @param prompts how many it lists
     * @param resources how many it lists, templates not counted
     */
    record Answered(String name, String version, String protocolVersion, int tools, int prompts, int resources)
            implements Sighting {}
}
