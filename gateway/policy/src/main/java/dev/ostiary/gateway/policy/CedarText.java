package dev.ostiary.gateway.policy;

import dev.ostiary.gateway.policy.Expr.Condition;
import dev.ostiary.gateway.policy.Expr.EntityRef;
import dev.ostiary.gateway.policy.Expr.Scope;
import dev.ostiary.gateway.policy.Expr.Statement;
import java.util.List;
import java.util.Set;

/**
 * Prints a policy as Cedar text: one line, the same text for the same policy whatever its layout and comments were, and
 * parenthesised so that it parses back to exactly what was printed (which {@link CedarSource} checks each time).
 */
final class CedarText {

    private static final Set<String> FUNCTIONS = Set.of("ip", "decimal", "datetime", "duration");

    private final StringBuilder out = new StringBuilder();

    private CedarText() {}

    static String of(Statement s) {
        CedarText t = new CedarText();
        t.statement(s);
        return t.out.toString();
    }

    private void statement(Statement s) {
        s.annotations().forEach((k, v) -> {
            out.append('@').append(k).append('(');
            string(v);
            out.append(") ");
        });
        out.append(s.permit() ? "permit(" : "forbid(");
        scope("principal", s.principal());
        out.append(", ");
        scope("action", s.action());
        out.append(", ");
        scope("resource", s.resource());
        out.append(')');
        for (Condition c : s.conditions()) {
            out.append(c.when() ? " when { " : " unless { ");
            expr(c.body(), EXPRESSION);
            out.append(" }");
        }
        out.append(';');
    }

    private void scope(String variable, Scope scope) {
        out.append(variable);
        if (scope.op().equals("All")) {
            return;
        }
        out.append(' ').append(scope.op()).append(' ');
        if (scope.type() != null) {
            out.append(scope.type());
            if (scope.entities().isEmpty()) {
                return;
            }
            out.append(" in ");
        }
        if (scope.bracketed()) {
            out.append('[');
        }
        String separator = "";
        for (EntityRef e : scope.entities()) {
            out.append(separator);
            entity(e);
            separator = ", ";
        }
        if (scope.bracketed()) {
            out.append(']');
        }
    }

    // Cedar's grammar from the loosest to the tightest. Nothing is bracketed that the grammar does not ask for, so that
    // the printed text never nests deeper than what was written.
    private static final int EXPRESSION = 0;
    private static final int OR = 1;
    private static final int AND = 2;
    private static final int RELATION = 3;
    private static final int SUM = 4;
    private static final int PRODUCT = 5;
    private static final int UNARY = 6;
    private static final int MEMBER = 7;

    private static int level(Expr e) {
        return switch (e) {
            case Expr.If _ -> EXPRESSION;
            case Expr.Binary b ->
                switch (b.op()) {
                    case "||" -> OR;
                    case "&&" -> AND;
                    case "+", "-" -> SUM;
                    case "*" -> PRODUCT;
                    default -> RELATION;
                };
            case Expr.Has _, Expr.Is _, Expr.Like _ -> RELATION;
            case Expr.Unary _ -> UNARY;
            case Expr.Literal l when l.value() instanceof Long n && n < 0 -> UNARY;
            default -> MEMBER;
        };
    }

    private void expr(Expr e, int atLeast) {
        boolean brackets = level(e) < atLeast;
        if (brackets) {
            out.append('(');
        }
        bare(e);
        if (brackets) {
            out.append(')');
        }
    }

    private void bare(Expr e) {
        switch (e) {
            case Expr.Literal l when l.value() instanceof String s -> string(s);
            case Expr.Literal l -> out.append(l.value());
            case EntityRef r -> entity(r);
            case Expr.Var v -> out.append(v.name());
            case Expr.Unary u -> unary(u);
            case Expr.Binary b -> {
                int level = level(b);
                expr(b.left(), level == RELATION ? SUM : level);
                out.append(' ').append(b.op()).append(' ');
                expr(b.right(), level + 1);
            }
            case Expr.GetAttr g -> {
                expr(g.left(), MEMBER);
                if (isIdentifier(g.attr())) {
                    out.append('.').append(g.attr());
                } else {
                    out.append('[');
                    string(g.attr());
                    out.append(']');
                }
            }
            case Expr.Has h -> {
                expr(h.left(), SUM);
                out.append(" has ");
                if (isIdentifier(h.attr())) {
                    out.append(h.attr());
                } else {
                    string(h.attr());
                }
            }
            case Expr.Is i -> {
                expr(i.left(), SUM);
                out.append(" is ").append(i.type());
                if (i.container() != null) {
                    out.append(" in ");
                    expr(i.container(), SUM);
                }
            }
            case Expr.Like l -> {
                expr(l.left(), SUM);
                out.append(" like \"");
                for (Expr.Like.Part p : l.pattern()) {
                    if (p.literal() == null) {
                        out.append('*');
                    } else {
                        escaped(p.literal(), true);
                    }
                }
                out.append('"');
            }
            case Expr.If i -> {
                out.append("if ");
                expr(i.condition(), EXPRESSION);
                out.append(" then ");
                expr(i.then(), EXPRESSION);
                out.append(" else ");
                expr(i.otherwise(), EXPRESSION);
            }
            case Expr.SetOf s -> {
                out.append('[');
                row(s.elements());
                out.append(']');
            }
            case Expr.RecordOf r -> {
                out.append('{');
                String separator = "";
                for (var f : r.fields().entrySet()) {
                    out.append(separator);
                    string(f.getKey());
                    out.append(": ");
                    expr(f.getValue(), EXPRESSION);
                    separator = ", ";
                }
                out.append('}');
            }
            case Expr.Call c -> {
                if (FUNCTIONS.contains(c.function())) {
                    out.append(c.function()).append('(');
                    row(c.args());
                } else {
                    expr(c.args().getFirst(), MEMBER);
                    out.append('.').append(c.function()).append('(');
                    row(c.args().subList(1, c.args().size()));
                }
                out.append(')');
            }
        }
    }

    /** Up to four of the same sign may stand in a row; a minus right before a number would be part of the number. */
    private void unary(Expr.Unary u) {
        Expr arg = u;
        int signs = 0;
        while (signs < 4 && arg instanceof Expr.Unary inner && inner.op().equals(u.op())) {
            out.append(u.op().equals("neg") ? '-' : '!');
            arg = inner.arg();
            signs++;
        }
        if (arg instanceof Expr.Literal l && l.value() instanceof Long) {
            out.append('(');
            bare(arg);
            out.append(')');
        } else {
            expr(arg, MEMBER);
        }
    }

    private void row(List<Expr> elements) {
        String separator = "";
        for (Expr e : elements) {
            out.append(separator);
            expr(e, EXPRESSION);
            separator = ", ";
        }
    }

    private void entity(EntityRef e) {
        out.append(e.type()).append("::");
        string(e.id());
    }

    private void string(String s) {
        out.append('"');
        escaped(s, false);
        out.append('"');
    }

    private void escaped(String s, boolean pattern) {
        s.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '*' -> out.append(pattern ? "\\*" : "*");
                default -> {
                    if (c >= 0x20 && c < 0x7f) {
                        out.appendCodePoint(c);
                    } else if (Character.isLetterOrDigit(c)) {
                        out.appendCodePoint(c);
                    } else {
                        // Nothing invisible, nothing that reorders a line.
                        out.append("\\u{").append(Integer.toHexString(c)).append('}');
                    }
                }
            }
        });
    }

    private static final Set<String> RESERVED = Set.of(
            "true",
            "false",
            "if",
            "then",
            "else",
            "in",
            "is",
            "like",
            "has",
            "permit",
            "forbid",
            "when",
            "unless",
            "principal",
            "action",
            "resource",
            "context",
            "__cedar");

    private static boolean isIdentifier(String s) {
        return !s.isEmpty()
                && !RESERVED.contains(s)
                && isLetter(s.charAt(0))
                && s.chars().allMatch(c -> isLetter(c) || (c >= '0' && c <= '9'));
    }

    private static boolean isLetter(int c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
