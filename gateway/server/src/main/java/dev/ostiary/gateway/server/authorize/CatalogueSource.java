package dev.ostiary.gateway.server.authorize;

import java.util.function.Consumer;

/** What workloads say about their tools. Confined to the exchange's executor. */
public interface CatalogueSource {

    /** What is known about one tool. */
    sealed interface Lookup {

        /** The workload lists it so. */
        record Listed(KnownTool tool) implements Lookup {}

        /** The workload was asked and does not list it. */
        record Unlisted() implements Lookup {}

        /** The workload could not be asked, or its answer could not be read. */
        record Unknown() implements Lookup {}

        /**
         * The workload was not asked, since there is nothing to show it for this caller.
         *
         * @param answer tells the caller so, as they would be told had the call itself been forwarded
         */
        record Withheld(Consumer<AuthorizedPost> answer) implements Lookup {}
    }

    /**
     * Looks a tool up, asking the workload as this caller, with this session, when it has not been asked before.
     *
     * @param then called once, possibly before this method returns
     */
    void find(McpContext context, String tool, Consumer<Lookup> then);
}
