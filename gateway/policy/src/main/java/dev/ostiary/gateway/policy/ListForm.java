package dev.ostiary.gateway.policy;

import dev.ostiary.gateway.policy.Expr.Condition;
import dev.ostiary.gateway.policy.Expr.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A policy with everything left out that cannot be known yet, such that whatever the policy permits once it is known,
 * the remainder permits now.
 *
 * <p>A condition is a row of conjuncts, each true or the policy does not apply: {@code when {a && b}} is a, b, and
 * {@code unless {a || b}} is not a, not b. If the policy applies to a request with arguments, all its conjuncts were
 * evaluated and true, so those that do not depend on arguments are true without them too, and none of them errs. Without
 * the arguments' conjuncts the rest may be reached where it would not have been before and err there; {@link
 * RoutePolicySet} therefore lets such an error count only as "does not apply". A forbid that reads arguments forbids
 * nothing for sure and is left out.
 */
final class ListForm {

    private ListForm() {}

    /** Drops what reads the unknown; empty when nothing may be concluded from the policy. */
    static Optional<Statement> without(Predicate<Expr> unknown, Statement policy) {
        boolean touched = policy.conditions().stream().anyMatch(c -> unknown.test(c.body()));
        if (!touched) {
            return Optional.of(policy);
        }
        if (!policy.permit()) {
            return Optional.empty();
        }
        List<Condition> kept = new ArrayList<>();
        for (Condition c : policy.conditions()) {
            if (!unknown.test(c.body())) {
                kept.add(c);
                continue;
            }
            for (Condition conjunct : conjuncts(c)) {
                if (!unknown.test(conjunct.body())) {
                    kept.add(conjunct);
                }
            }
        }
        return Optional.of(policy.withConditions(kept));
    }

    /** The conjuncts of a clause in the order of evaluation, a negated one as {@code unless}. */
    static List<Condition> conjuncts(Condition c) {
        List<Condition> all = new ArrayList<>();
        split(c.body(), c.when(), all);
        return all;
    }

    private static void split(Expr e, boolean positive, List<Condition> into) {
        switch (e) {
            case Expr.Binary b
            when b.op().equals(positive ? "&&" : "||") -> {
                split(b.left(), positive, into);
                split(b.right(), positive, into);
            }
            case Expr.Unary u when u.op().equals("!") -> split(u.arg(), !positive, into);
            default -> into.add(new Condition(positive, e));
        }
    }
}
