package dev.ostiary.gateway.server.authorize;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.server.identity.Principal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One decision, for the auditor.
 *
 * @param epochMillis when it was made
 * @param traceId the correlation id that the client's error carries too
 * @param revision the snapshot it was made under
 * @param principal who asked
 * @param route on which route
 * @param method the MCP method
 * @param target the tool, prompt or resource; null where the method has none
 * @param outcome what was decided
 * @param reason CamelCase, why, where policies did not decide; null otherwise
 * @param policies the policies that determined it, sorted
 * @param errors policies that could not be evaluated, with the kind of error, sorted
 * @param listed items the workload listed; -1 where nothing was filtered
 * @param shown items that were passed on; -1 likewise
 * @param shadow what would have been decided with the shadow policies enforced; null when they would change nothing
 * @param shadowPolicies the shadow policies that would have determined it
 * @param decisionNanos how long deciding took, waiting for the policy threads included
 * @param arguments the call's arguments, only where auditing asks for them
 */
public record DecisionRecord(
        long epochMillis,
        String traceId,
        String revision,
        Principal principal,
        String route,
        String method,
        @Nullable String target,
        Outcome outcome,
        @Nullable String reason,
        List<String> policies,
        List<String> errors,
        int listed,
        int shown,
        @Nullable Outcome shadow,
        List<String> shadowPolicies,
        long decisionNanos,
        @Nullable Arguments arguments) {

    /**
     * The arguments of a call.
     *
     * @param values as they were read; shared, must not be changed
     * @param bytes how long the message was that they came in: roughly what they hold in memory
     */
    public record Arguments(ObjectNode values, int bytes) {

        /** Never the content. */
        @Override
        public String toString() {
            return "Arguments[" + bytes + " bytes]";
        }
    }

    /** What was decided. */
    public enum Outcome {
        ALLOW,
        DENY,
        /** A list was cut down to what the caller may use. */
        FILTER,
        /** Not a question for policies: the method, the message or the state rules it out. */
        REFUSE
    }
}
