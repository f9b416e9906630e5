package dev.ostiary.gateway.policy;

import dev.ostiary.gateway.config.RoutePolicies.Numbers;
import dev.ostiary.gateway.policy.Expr.Condition;
import dev.ostiary.gateway.policy.Expr.EntityRef;
import dev.ostiary.gateway.policy.Expr.Scope;
import dev.ostiary.gateway.policy.Expr.Statement;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether a policy can apply at all, as far as that can be told from its text and the requests that exist; attributes
 * that only a static entity could add are taken as possible on resources and as absent on principals.
 */
public enum Applicability {
    /** Depends on the request. */
    CONDITIONAL,
    /** Applies to every request: no scope and no condition narrows it. */
    UNCONDITIONAL,
    /** Applies to no request; a forbid of this kind may still deny, by erring. */
    NEVER;

    /** The attributes that a request gives its resource, beside {@code arg_*}. */
    static final Set<String> RESOURCE_ATTRIBUTES = Set.of(
            "name",
            "uri",
            "operation",
            "feature",
            "readOnlyHint",
            "destructiveHint",
            "idempotentHint",
            "openWorldHint");

    private static final Map<String, String> RESOURCE_OF = Map.of(
            "call_tool", "Tool",
            "get_prompt", "Prompt",
            "read_resource", "Resource");

    static Applicability of(Statement policy, Numbers numbers) {
        if (neverInScope(policy)) {
            return NEVER;
        }
        boolean narrowed = !isOpen(policy.principal(), "Client")
                || !policy.action().op().equals("All")
                || !policy.resource().op().equals("All");
        for (Condition clause : policy.conditions()) {
            for (Condition conjunct : ListForm.conjuncts(clause)) {
                if (neverTrue(conjunct, numbers)) {
                    return NEVER;
                }
                narrowed |=
                        !(conjunct.body() instanceof Expr.Literal l && l.value().equals(conjunct.when()));
            }
        }
        return narrowed ? CONDITIONAL : UNCONDITIONAL;
    }

    private static boolean isOpen(Scope scope, String type) {
        return scope.op().equals("All")
                || (scope.op().equals("is")
                        && type.equals(scope.type())
                        && scope.entities().isEmpty());
    }

    private static boolean neverInScope(Statement policy) {
        Scope principal = policy.principal();
        String caller = switch (principal.op()) {
            case "==" -> principal.entities().getFirst().type();
            case "is" -> principal.type();
            default -> null;
        };
        if (caller != null && !caller.equals("Client")) {
            return true;
        }
        Set<String> actions = actions(policy.action());
        if (actions.isEmpty()) {
            return true;
        }
        Scope resource = policy.resource();
        String type = switch (resource.op()) {
            case "==" -> resource.entities().getFirst().type();
            case "is" -> resource.type();
            default -> null;
        };
        return type != null && actions.stream().noneMatch(a -> type.equals(RESOURCE_OF.get(a)));
    }

    /** The actions that exist and that the scope allows. */
    static Set<String> actions(Scope action) {
        Set<String> all = new TreeSet<>(
                Arrays.stream(Operation.values()).map(Operation::id).toList());
        if (!action.op().equals("All")) {
            all.retainAll(action.entities().stream()
                    .filter(e -> e.type().equals("Action"))
                    .map(EntityRef::id)
                    .toList());
        }
        return all;
    }

    private static boolean neverTrue(Condition conjunct, Numbers numbers) {
        Expr e = conjunct.body();
        return certainlyErrs(e, numbers)
                || switch (e) {
                    case Expr.Literal l -> !l.value().equals(conjunct.when());
                    case Expr.Has h -> conjunct.when() && isAbsent(h.left(), h.attr());
                    case Expr.Binary b
                    when b.op().equals("==") && b.left().isVar("action") ->
                        conjunct.when() && b.right() instanceof EntityRef r && isUnknownAction(r);
                    case Expr.Binary b
                    when b.op().equals("||") ->
                        conjunct.when()
                                && neverTrue(new Condition(true, b.left()), numbers)
                                && neverTrue(new Condition(true, b.right()), numbers);
                    case Expr.Binary b
                    when b.op().equals("&&") ->
                        conjunct.when()
                                && (neverTrue(new Condition(true, b.left()), numbers)
                                        || neverTrue(new Condition(true, b.right()), numbers));
                    default -> false;
                };
    }

    static boolean isUnknownAction(EntityRef ref) {
        return ref.type().equals("Action") && !RESOURCE_OF.containsKey(ref.id());
    }

    /** An attribute that no principal and no context has. */
    static boolean isAbsent(Expr of, String attr) {
        if (attr.startsWith("claim_") || attr.startsWith("claimset_")) {
            return false;
        }
        return of.isVar("principal") || (of.isVar("context") && !attr.startsWith("arg_") && !attr.equals("input"));
    }

    /** {@code in} with a string where an entity must be. */
    static boolean isInString(Expr e) {
        return e instanceof Expr.Binary b
                && b.op().equals("in")
                && (isString(b.right())
                        || (b.right() instanceof Expr.SetOf s
                                && s.elements().stream().anyMatch(Applicability::isString)));
    }

    private static boolean isString(Expr e) {
        return e instanceof Expr.Literal l && l.value() instanceof String;
    }

    /** A number from outside: what it is in Cedar depends on {@code numbers}. */
    static boolean isOutsideNumber(Expr e) {
        return e instanceof Expr.GetAttr g
                && (g.attr().startsWith("claim_") || g.attr().startsWith("arg_"));
    }

    static boolean isOrdering(Expr e) {
        return e instanceof Expr.Binary b && Set.of("<", "<=", ">", ">=").contains(b.op());
    }

    private static boolean certainlyErrs(Expr e, Numbers numbers) {
        if (isInString(e) || (e instanceof Expr.GetAttr g && isAbsent(g.left(), g.attr()))) {
            return true;
        }
        if (numbers == Numbers.DECIMAL
                && isOrdering(e)
                && e.children().stream().anyMatch(Applicability::isOutsideNumber)) {
            return true;
        }
        return switch (e) {
            case Expr.Binary b when b.op().equals("&&") || b.op().equals("||") -> certainlyErrs(b.left(), numbers);
            case Expr.If i -> certainlyErrs(i.condition(), numbers);
            default -> e.children().stream().anyMatch(c -> certainlyErrs(c, numbers));
        };
    }
}
