package dev.ostiary.gateway.server.authorize;

import dev.ostiary.gateway.server.mcp.JsonRpcErrors;
import java.util.function.Consumer;

/** What deciding one message came to. */
public sealed interface Verdict {

    /** It may pass. */
    record Permitted() implements Verdict {}

    /**
     * It may not.
     *
     * @param denial what the caller is told
     */
    record Denied(JsonRpcErrors.Denial denial) implements Verdict {}

    /**
     * The message does not say what it acts on.
     *
     * @param reason which member is missing or wrong
     */
    record Unusable(String reason) implements Verdict {}

    /**
     * It cannot be decided, since there is nothing to show the workload for this caller: not even its tools are known.
     *
     * @param answer answers the post that the message came in
     */
    record Withheld(Consumer<AuthorizedPost> answer) implements Verdict {}

    /** It cannot be decided now: too many wait, or the audit log is behind. */
    record Busy(String reason) implements Verdict {}
}
