package dev.ostiary.gateway.policy;

/**
 * Something in a policy that parses and yet cannot mean what it seems to say. A warning: it never closes a route.
 *
 * @param code CamelCase, stable, one of {@link Code}'s names
 * @param line 1-based line of the policy in its text
 * @param column 1-based column of the policy in its text
 * @param message what will (not) happen and what to write instead
 */
public record Lint(Code code, int line, int column, String message) {

    /** The patterns that are known, after the ToolHive examples that never work in ToolHive itself. */
    public enum Code {
        /** The scope or a condition names an action that no request has, such as {@code tools/call}. */
        UnknownAction,
        /** {@code principal.role} and the like: claims are attributes named {@code claim_<claim>}. */
        UnknownAttribute,
        /** {@code in} with strings: it takes entities. */
        InNeedsEntities,
        /** Long and Decimal never compare, and which of them a JSON number becomes depends on {@code numbers}. */
        NumberComparison,
        /** Applies to every caller, action and resource. */
        Unconditional,
        /** Can never apply. */
        NeverMatches,
        /** A group name that is neither an alias nor an object id. */
        UnknownGroupName
    }
}
