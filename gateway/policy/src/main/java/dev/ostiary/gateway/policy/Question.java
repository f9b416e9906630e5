package dev.ostiary.gateway.policy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * May this principal do this with that?
 *
 * @param principal who asks
 * @param operation what for
 * @param target on what; must be of the operation's type
 * @param arguments the call's {@code arguments} object as received; null when there is none, and when deciding for a
 *     list. Not copied: nobody may change it before the decision is made
 */
public record Question(
        PrincipalFacts principal,
        Operation operation,
        Target target,
        @Nullable ObjectNode arguments) {

    /** Refuses an operation that does not go with the target. */
    public Question {
        boolean fits = switch (target) {
            case Target.Tool _ -> operation == Operation.CALL_TOOL;
            case Target.Prompt _ -> operation == Operation.GET_PROMPT;
            case Target.Resource _, Target.ResourceTemplate _ -> operation == Operation.READ_RESOURCE;
        };
        if (!fits) {
            throw new IllegalArgumentException(
                    operation + " does not go with a " + target.getClass().getSimpleName());
        }
    }

    /** Arguments may be anything, so they are never printed. */
    @Override
    public String toString() {
        return operation.id() + " on " + target;
    }
}
