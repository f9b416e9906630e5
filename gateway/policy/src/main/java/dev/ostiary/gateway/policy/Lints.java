package dev.ostiary.gateway.policy;

import dev.ostiary.gateway.config.RoutePolicies.Numbers;
import dev.ostiary.gateway.policy.Expr.EntityRef;
import dev.ostiary.gateway.policy.Expr.Statement;
import dev.ostiary.gateway.policy.Lint.Code;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds what {@link Lint.Code} lists; each finding once per policy and name. */
final class Lints {

    private static final Map<String, String> ACTIONS = Map.ofEntries(
            Map.entry("tools/call", "call_tool"),
            Map.entry("tools/list", "call_tool"),
            Map.entry("list_tools", "call_tool"),
            Map.entry("prompts/get", "get_prompt"),
            Map.entry("prompts/list", "get_prompt"),
            Map.entry("list_prompts", "get_prompt"),
            Map.entry("resources/read", "read_resource"),
            Map.entry("resources/list", "read_resource"),
            Map.entry("list_resources", "read_resource"));

    private final ParsedPolicy policy;
    private final Set<Lint> found = new LinkedHashSet<>();

    private Lints(ParsedPolicy policy) {
        this.policy = policy;
    }

    static List<Lint> of(ParsedPolicy policy, Numbers numbers) {
        Lints lints = new Lints(policy);
        lints.actions(policy.statement());
        lints.expressions(policy.statement(), numbers);
        lints.groupNames(policy.statement());
        lints.applicability(policy.applicability(numbers));
        return new ArrayList<>(lints.found);
    }

    private void add(Code code, String message) {
        found.add(new Lint(code, policy.line(), policy.column(), message));
    }

    private void actions(Statement s) {
        for (EntityRef ref : s.entityRefs()) {
            if (Applicability.isUnknownAction(ref)) {
                String instead = ACTIONS.get(ref.id());
                add(
                        Code.UnknownAction,
                        "no request has Action::\"" + ref.id() + "\"; "
                                + (instead == null
                                        ? "the actions are call_tool, get_prompt and read_resource"
                                        : "write Action::\"" + instead + "\", which decides lists as well"));
            }
        }
    }

    private void expressions(Statement s, Numbers numbers) {
        for (Expr e : s.expressions()) {
            switch (e) {
                case Expr.GetAttr g -> attribute(g.left(), g.attr());
                case Expr.Has h -> attribute(h.left(), h.attr());
                case Expr.Binary b
                when Applicability.isInString(b) ->
                    add(
                            Code.InNeedsEntities,
                            "\"in\" takes entities and errs on strings; write [\"a\", \"b\"].contains(resource.name), or"
                                    + " resource in [Tool::\"a\", Tool::\"b\"]");
                case Expr.Binary b
                when Applicability.isOrdering(b) && b.children().stream().anyMatch(Applicability::isOutsideNumber) ->
                    add(
                            Code.NumberComparison,
                            numbers == Numbers.DECIMAL
                                    ? "with numbers: Decimal every JSON number is a decimal and \"" + b.op()
                                            + "\" errs on it; write lessThan(decimal(\"5.0\")) and its kin, or use numbers:"
                                            + " Native"
                                    : "\"" + b.op() + "\" compares whole numbers and errs on a number with a fraction;"
                                            + " where fractions occur, use numbers: Decimal and"
                                            + " lessThan(decimal(\"5.0\")) (in ToolHive this comparison never succeeds)");
                case Expr.Call c
                when isDecimalComparison(c) && numbers == Numbers.NATIVE ->
                    add(
                            Code.NumberComparison,
                            c.function() + " errs on a whole number, which is a Long with numbers: Native; use numbers:"
                                    + " Decimal, or compare whole numbers with < and its kin");
                default -> {}
            }
        }
    }

    private static boolean isDecimalComparison(Expr.Call c) {
        return Set.of("lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual")
                        .contains(c.function())
                && c.args().stream().anyMatch(Applicability::isOutsideNumber);
    }

    private void attribute(Expr of, String attr) {
        if (Applicability.isAbsent(of, attr)) {
            String owner = of.isVar("principal") ? "principal" : "context";
            add(
                    Code.UnknownAttribute,
                    "no " + owner + " has the attribute \"" + attr + "\" unless a static entity adds it; the claim \""
                            + attr + "\" is " + owner + ".claim_" + attr);
        } else if (of.isVar("resource") && attr.equals("tool")) {
            add(
                    Code.UnknownAttribute,
                    "no resource has the attribute \"tool\" unless a static entity adds it; write resource.name, or"
                            + " resource == Tool::\"…\"");
        }
    }

    private void groupNames(Statement s) {
        for (EntityRef ref : s.entityRefs()) {
            if (ref.type().equals(GroupNames.THV_GROUP) && !GroupNames.isObjectId(ref.id())) {
                add(
                        Code.UnknownGroupName,
                        "THVGroup::\"" + ref.id() + "\" is neither an alias in spec.groups nor an object id, so it"
                                + " matches only an app role or a static entity of that name; give the group's object id"
                                + " in spec.groups");
            }
        }
        for (String name : GroupNames.asked(s, GroupNames.GROUP_SETS)) {
            if (!GroupNames.isObjectId(name)) {
                add(
                        Code.UnknownGroupName,
                        "claim_groups never contains \"" + name
                                + "\": it holds object ids, and this is neither one nor an alias in spec.groups");
            }
        }
    }

    private void applicability(Applicability applicability) {
        switch (applicability) {
            case CONDITIONAL -> {}
            case UNCONDITIONAL ->
                add(
                        Code.Unconditional,
                        policy.permits()
                                ? "permits everything to everybody who is signed in; name a group, an action or a resource"
                                : "forbids everything to everybody; no permit beside it can have an effect");
            case NEVER ->
                add(
                        Code.NeverMatches,
                        "never applies to any request"
                                + (policy.permits()
                                        ? ""
                                        : ", and where it errs instead the route denies unless evaluation is Cedar"));
        }
    }
}
