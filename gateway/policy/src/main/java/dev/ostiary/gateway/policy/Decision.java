package dev.ostiary.gateway.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a {@link Question}, and why. Holds policy ids, group ids, names of attributes and of arguments, never a
 * value of an argument or a claim.
 *
 * @param allowed whether it may be done
 * @param cause why, in one word
 * @param determining ids of the policies that decided: the permits of an allowed question, the forbids (erring ones
 *     included) of a forbidden one, the erring policies of {@link Cause#POLICY_ERROR}; sorted; empty for {@link
 *     Cause#NOT_PERMITTED}
 * @param errors policies that could not be evaluated, sorted; also beside an allowed question
 * @param missing what would have made the difference; null unless {@code cause} is {@link Cause#NOT_PERMITTED}
 * @param dropped names of claims and arguments that Cedar cannot represent and that policies therefore did not see,
 *     sorted, as {@code claim_x}, {@code arg_x} or {@code input.x}
 * @param shadow what the answer would be if the shadow policies were enforced; null when there are none
 */
public record Decision(
        boolean allowed,
        Cause cause,
        List<String> determining,
        List<PolicyError> errors,
        @Nullable Missing missing,
        List<String> dropped,
        @Nullable Shadow shadow) {

    public Decision {
        determining = List.copyOf(determining);
        errors = List.copyOf(errors);
        dropped = List.copyOf(dropped);
    }

    /** Ids of the forbids that decided; empty when it was something else. */
    public List<String> forbiddenBy() {
        return cause == Cause.FORBIDDEN ? determining : List.of();
    }

    /** Why a question was answered as it was. */
    public enum Cause {
        /** A permit applies and nothing speaks against it. */
        PERMITTED,
        /** No permit applies. */
        NOT_PERMITTED,
        /** A forbid applies, or one could not be evaluated and so may. */
        FORBIDDEN,
        /** A policy could not be evaluated and the route's evaluation is AnyErrorDenies. */
        POLICY_ERROR,
        /** An argument that policies read cannot be represented in Cedar, so no policy can vouch for the call. */
        UNREADABLE_ARGUMENTS,
        /** The target's or principal's name is not valid Unicode, or the engine refused the request. */
        UNREADABLE_REQUEST
    }

    /**
     * A policy that could not be evaluated.
     *
     * @param policy its id
     * @param kind why
     */
    public record PolicyError(String policy, Kind kind) {
        /** Why a policy could not be evaluated. */
        public enum Kind {
            /** An attribute that is not there was read without {@code has}. */
            MISSING_ATTRIBUTE,
            /** A value has another type than the operation needs. */
            TYPE_MISMATCH,
            /** An entity that is not there was read. */
            MISSING_ENTITY,
            /** {@code decimal("x")} and the like. */
            EXTENSION,
            /** Beyond 64 bits. */
            OVERFLOW,
            /** Nested too deeply for the engine. */
            RECURSION,
            /** Something else. */
            OTHER
        }
    }

    /**
     * What would have turned a denial around, each alone: found by asking again with it. At most {@link
     * MissingFacts#MAX_CANDIDATES} were tried, so an empty answer does not prove that nothing would help.
     *
     * @param groups in the order of their ids
     * @param roles sorted
     */
    public record Missing(List<MissingGroup> groups, List<String> roles) {
        public Missing {
            groups = List.copyOf(groups);
            roles = List.copyOf(roles);
        }

        /** Whether nothing is known to help. */
        public boolean isEmpty() {
            return groups.isEmpty() && roles.isEmpty();
        }
    }

    /**
     * A group that the caller is not in.
     *
     * @param objectId Entra object id
     * @param alias what the policy that would permit calls it; null when it uses the id
     */
    public record MissingGroup(String objectId, @Nullable String alias) {}

    /**
     * The answer with shadow policies enforced.
     *
     * @param allowed what it would be
     * @param determining as in the decision, with shadow policies among them
     * @param errors shadow policies that could not be evaluated
     */
    public record Shadow(boolean allowed, List<String> determining, List<PolicyError> errors) {
        public Shadow {
            determining = List.copyOf(determining);
            errors = List.copyOf(errors);
        }
    }
}
