package dev.ostiary.gateway.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A Cedar expression, as the engine's own parser understood it (its JSON policy format). Immutable; equality is
 * structural, so that a printed policy can be compared with what it was printed from.
 */
sealed interface Expr {

    /** A string, a 64-bit integer or a boolean. */
    record Literal(Object value) implements Expr {}

    /** {@code Type::"id"}. */
    record EntityRef(String type, String id) implements Expr {}

    /** {@code principal}, {@code action}, {@code resource} or {@code context}. */
    record Var(String name) implements Expr {}

    /** {@code !x} as {@code "!"}, {@code -x} as {@code "neg"}. */
    record Unary(String op, Expr arg) implements Expr {}

    /** An infix operator, {@code in} included. */
    record Binary(String op, Expr left, Expr right) implements Expr {}

    /** {@code left.attr} or {@code left["attr"]}. */
    record GetAttr(Expr left, String attr) implements Expr {}

    /** {@code left has attr}. */
    record Has(Expr left, String attr) implements Expr {}

    /** {@code left is Type} or {@code left is Type in container}. */
    record Is(Expr left, String type, @Nullable Expr container) implements Expr {}

    /** {@code left like "pattern"}; a null part is the wildcard. */
    record Like(Expr left, List<Part> pattern) implements Expr {
        record Part(@Nullable String literal) {}
    }

    /** {@code if c then t else e}. */
    record If(Expr condition, Expr then, Expr otherwise) implements Expr {}

    /** {@code [a, b]}. */
    record SetOf(List<Expr> elements) implements Expr {}

    /** <code>{"a": x}</code>. */
    record RecordOf(SequencedMap<String, Expr> fields) implements Expr {}

    /** A method on its first argument ({@code contains}, {@code lessThan}) or a function ({@code decimal}). */
    record Call(String function, List<Expr> args) implements Expr {}

    /** The direct parts, in the order of evaluation. */
    default List<Expr> children() {
        return switch (this) {
            case Literal _, EntityRef _, Var _ -> List.of();
            case Unary u -> List.of(u.arg());
            case Binary b -> List.of(b.left(), b.right());
            case GetAttr g -> List.of(g.left());
            case Has h -> List.of(h.left());
            case Is i -> i.container() == null ? List.of(i.left()) : List.of(i.left(), i.container());
            case Like l -> List.of(l.left());
            case If i -> List.of(i.condition(), i.then(), i.otherwise());
            case SetOf s -> s.elements();
            case RecordOf r -> List.copyOf(r.fields().values());
            case Call c -> c.args();
        };
    }

    /** The same expression with each direct part replaced. */
    default Expr mapChildren(UnaryOperator<Expr> f) {
        return switch (this) {
            case Literal _, EntityRef _, Var _ -> this;
            case Unary u -> new Unary(u.op(), f.apply(u.arg()));
            case Binary b -> new Binary(b.op(), f.apply(b.left()), f.apply(b.right()));
            case GetAttr g -> new GetAttr(f.apply(g.left()), g.attr());
            case Has h -> new Has(f.apply(h.left()), h.attr());
            case Is i -> new Is(f.apply(i.left()), i.type(), i.container() == null ? null : f.apply(i.container()));
            case Like l -> new Like(f.apply(l.left()), l.pattern());
            case If i -> new If(f.apply(i.condition()), f.apply(i.then()), f.apply(i.otherwise()));
            case SetOf s -> new SetOf(s.elements().stream().map(f).toList());
            case RecordOf r -> {
                SequencedMap<String, Expr> fields = new java.util.LinkedHashMap<>();
                r.fields().forEach((k, v) -> fields.put(k, f.apply(v)));
                yield new RecordOf(fields);
            }
            case Call c -> new Call(c.function(), c.args().stream().map(f).toList());
        };
    }

    /** This expression and everything below it, outermost first; iterative, so that depth costs no stack. */
    default List<Expr> flatten() {
        List<Expr> all = new ArrayList<>();
        all.add(this);
        for (int i = 0; i < all.size(); i++) {
            all.addAll(all.get(i).children());
        }
        return all;
    }

    /** Whether this is the variable of that name. */
    default boolean isVar(String name) {
        return this instanceof Var v && v.name().equals(name);
    }

    /** A scope constraint: {@code ==}, {@code in}, {@code is} or nothing ({@code All}). */
    record Scope(String op, @Nullable String type, List<EntityRef> entities, boolean bracketed) {
        static final Scope ALL = new Scope("All", null, List.of(), false);

        Scope mapEntities(UnaryOperator<EntityRef> f) {
            return new Scope(op, type, entities.stream().map(f).toList(), bracketed);
        }
    }

    /** A {@code when} or {@code unless} clause. */
    record Condition(boolean when, Expr body) {}

    /** A whole policy. */
    record Statement(
            boolean permit,
            Scope principal,
            Scope action,
            Scope resource,
            List<Condition> conditions,
            Map<String, String> annotations) {

        /** Every entity literal, in scope and conditions. */
        List<EntityRef> entityRefs() {
            List<EntityRef> refs = new ArrayList<>();
            refs.addAll(principal.entities());
            refs.addAll(action.entities());
            refs.addAll(resource.entities());
            for (Expr e : expressions()) {
                if (e instanceof EntityRef ref) {
                    refs.add(ref);
                }
            }
            return refs;
        }

        /** Every expression of every condition, parts included. */
        List<Expr> expressions() {
            return conditions.stream().flatMap(c -> c.body().flatten().stream()).toList();
        }

        Statement withConditions(List<Condition> changed) {
            return new Statement(permit, principal, action, resource, List.copyOf(changed), annotations);
        }

        Statement mapEntities(UnaryOperator<EntityRef> scope, UnaryOperator<Expr> body) {
            return new Statement(
                    permit,
                    principal.mapEntities(scope),
                    action.mapEntities(scope),
                    resource.mapEntities(scope),
                    conditions.stream()
                            .map(c -> new Condition(c.when(), body.apply(c.body())))
                            .toList(),
                    annotations);
        }
    }
}
