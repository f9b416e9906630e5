package dev.ostiary.gateway.policy;

import dev.ostiary.gateway.policy.Expr.EntityRef;
import dev.ostiary.gateway.policy.Expr.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an expression or a policy can see of a request. Every answer errs towards "reads": what it does not list can be
 * left out of the request, or out of a cache key, without changing any decision.
 */
final class Reads {

    static final Set<String> ANNOTATIONS = Set.of("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint");

    private Reads() {}

    /** Any {@code arg_*} attribute of anything, {@code context.input}, or the context as a whole value. */
    static boolean arguments(Expr e) {
        return wholeContext(e) || e.flatten().stream().anyMatch(Reads::isArgument);
    }

    static boolean arguments(Statement policy) {
        return policy.conditions().stream().anyMatch(c -> arguments(c.body()));
    }

    private static boolean isArgument(Expr e) {
        return switch (e) {
            case Expr.GetAttr g -> isArgument(g.left(), g.attr());
            case Expr.Has h -> isArgument(h.left(), h.attr());
            default -> false;
        };
    }

    private static boolean isArgument(Expr of, String attr) {
        // A resource may have an attribute of that name; only the context's is the arguments.
        return attr.startsWith("arg_")
                || (attr.equals("input") && !of.isVar("resource") && !of.isVar("principal") && !of.isVar("action"));
    }

    /** Whether {@code name} or {@code uri} of anything is read: what is unknown of a resource template. */
    static boolean identity(Expr e) {
        return e.flatten().stream().anyMatch(x -> switch (x) {
            case Expr.GetAttr g -> isIdentity(g.left(), g.attr());
            case Expr.Has h -> isIdentity(h.left(), h.attr());
            default -> false;
        });
    }

    private static boolean isIdentity(Expr of, String attr) {
        return (attr.equals("name") || attr.equals("uri")) && !of.isVar("principal") && !of.isVar("context");
    }

    /** Names of attributes read or asked for anywhere, of whatever. */
    static NavigableSet<String> attributes(Statement policy) {
        NavigableSet<String> names = new TreeSet<>();
        for (Expr e : policy.expressions()) {
            if (e instanceof Expr.GetAttr g) {
                names.add(g.attr());
            } else if (e instanceof Expr.Has h) {
                names.add(h.attr());
            }
        }
        return names;
    }

    /** Whether the context is used other than for one attribute at a time, so that all of it matters. */
    static boolean wholeContext(Statement policy) {
        return policy.conditions().stream().anyMatch(c -> wholeContext(c.body()));
    }

    private static boolean wholeContext(Expr root) {
        Deque<Expr> todo = new ArrayDeque<>();
        todo.push(root);
        while (!todo.isEmpty()) {
            Expr e = todo.pop();
            if (e.isVar("context")) {
                return true;
            }
            boolean accessed = (e instanceof Expr.GetAttr || e instanceof Expr.Has)
                    && e.children().getFirst().isVar("context");
            if (!accessed) {
                e.children().forEach(todo::push);
            }
        }
        return false;
    }

    /**
     * Whether groups matter in a way that names none: the sets of groups used other than for asking literals of them, or
     * {@code in} with a right side that is not a literal.
     */
    static boolean groupsDynamically(Statement policy) {
        return policy.conditions().stream()
                .anyMatch(c -> wholeContext(c.body())
                        || setUsedFreely(c.body(), GroupNames.GROUP_SETS)
                        || openMembership(c.body()));
    }

    /** The same for roles. */
    static boolean rolesDynamically(Statement policy) {
        return policy.conditions().stream()
                .anyMatch(c -> wholeContext(c.body())
                        || setUsedFreely(c.body(), GroupNames.ROLE_SETS)
                        || openMembership(c.body()));
    }

    private static boolean setUsedFreely(Expr root, Set<String> sets) {
        Deque<Expr> todo = new ArrayDeque<>();
        todo.push(root);
        while (!todo.isEmpty()) {
            Expr e = todo.pop();
            if (e instanceof Expr.Call c && GroupNames.isMembership(c, sets)) {
                Expr asked = c.args().get(1);
                List<Expr> names = asked instanceof Expr.SetOf s ? s.elements() : List.of(asked);
                // containsAll and containsAny with something that is no set of literals is not closed either.
                if (!names.stream().allMatch(n -> n instanceof Expr.Literal)) {
                    return true;
                }
            } else if (e instanceof Expr.GetAttr g && sets.contains(g.attr())) {
                return true;
            } else {
                e.children().forEach(todo::push);
            }
        }
        return false;
    }

    private static boolean openMembership(Expr root) {
        return root.flatten().stream().anyMatch(e -> switch (e) {
            case Expr.Binary b when b.op().equals("in") -> isOpen(b.left(), b.right());
            case Expr.Is i when i.container() != null -> isOpen(i.left(), i.container());
            default -> false;
        });
    }

    private static boolean isOpen(Expr member, Expr container) {
        if (member.isVar("resource") || member.isVar("action")) {
            return false;
        }
        List<Expr> named = new ArrayList<>(container instanceof Expr.SetOf s ? s.elements() : List.of(container));
        return !named.stream().allMatch(e -> e instanceof EntityRef || e instanceof Expr.Literal);
    }
}
