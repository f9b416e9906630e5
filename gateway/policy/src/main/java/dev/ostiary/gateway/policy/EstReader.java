package dev.ostiary.gateway.policy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.gateway.policy.Expr.Condition;
import dev.ostiary.gateway.policy.Expr.EntityRef;
import dev.ostiary.gateway.policy.Expr.Scope;
import dev.ostiary.gateway.policy.Expr.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Reads the JSON policy format that Cedar's parser emits. The form is the engine's own and its version is pinned, so an
 * unknown shape is a programming error and throws {@link IllegalStateException}; nothing in here ever sees JSON written
 * by a user. Thread-safe.
 */
final class EstReader {

    /**
     * The deepest expression taken. Conjunctions of n parts nest n deep, so this is also the longest chain of
     * {@code &&} or {@code ||}; beyond it the engine itself starts to run out of stack.
     */
    static final int MAX_DEPTH = 600;

    // Each level of an expression is two levels of JSON.
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(4 * MAX_DEPTH)
                    .build())
            .build());

    private EstReader() {}

    /** Says that a policy is nested deeper than {@link #MAX_DEPTH}. */
    static final class TooDeep extends Exception {
        TooDeep() {
            super("the policy is nested more than " + MAX_DEPTH + " levels deep", null, false, false);
        }
    }

    static Statement read(String json) throws TooDeep {
        JsonNode est;
        try {
            est = JSON.readTree(json);
        } catch (com.fasterxml.jackson.core.exc.StreamConstraintsException e) {
            throw new TooDeep();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cedar's parser answered with something that is not JSON", e);
        }
        List<Condition> conditions = new ArrayList<>();
        for (JsonNode c : est.path("conditions")) {
            conditions.add(new Condition(c.path("kind").asText().equals("when"), expr(c.path("body"), 0)));
        }
        Map<String, String> annotations = new TreeMap<>();
        est.path("annotations")
                .properties()
                .forEach(a -> annotations.put(
                        a.getKey(), a.getValue().isNull() ? "" : a.getValue().asText()));
        return new Statement(
                est.path("effect").asText().equals("permit"),
                scope(est.path("principal")),
                scope(est.path("action")),
                scope(est.path("resource")),
                List.copyOf(conditions),
                Collections.unmodifiableMap(annotations));
    }

    private static Scope scope(JsonNode node) {
        String op = node.path("op").asText();
        if (op.equals("All")) {
            return Scope.ALL;
        }
        List<EntityRef> entities = new ArrayList<>();
        String type = null;
        JsonNode holder = node;
        if (op.equals("is")) {
            type = node.path("entity_type").asText();
            holder = node.path("in");
        }
        if (holder.has("entity")) {
            entities.add(entity(holder.path("entity")));
        }
        holder.path("entities").forEach(e -> entities.add(entity(e)));
        if (holder.has("slot") || node.has("slot")) {
            throw new IllegalStateException("a template reached the policy reader");
        }
        return new Scope(op, type, List.copyOf(entities), holder.has("entities"));
    }

    private static EntityRef entity(JsonNode node) {
        JsonNode plain = node.has("__entity") ? node.path("__entity") : node;
        return new EntityRef(plain.path("type").asText(), plain.path("id").asText());
    }

    private static Expr expr(JsonNode node, int depth) throws TooDeep {
        if (depth > MAX_DEPTH) {
            throw new TooDeep();
        }
        if (!node.isObject() || node.size() != 1) {
            throw new IllegalStateException("not an expression of Cedar's JSON policy format");
        }
        Map.Entry<String, JsonNode> only = node.properties().iterator().next();
        String op = only.getKey();
        JsonNode body = only.getValue();
        int next = depth + 1;
        return switch (op) {
            case "Value" -> value(body);
            case "Var" -> new Expr.Var(body.asText());
            case "!", "neg" -> new Expr.Unary(op, expr(body.path("arg"), next));
            case "isEmpty" -> new Expr.Call(op, List.of(expr(body.path("arg"), next)));
            case "==", "!=", "in", "<", "<=", ">", ">=", "&&", "||", "+", "-", "*" ->
                new Expr.Binary(op, expr(body.path("left"), next), expr(body.path("right"), next));
            case "contains", "containsAll", "containsAny", "getTag", "hasTag" ->
                new Expr.Call(op, List.of(expr(body.path("left"), next), expr(body.path("right"), next)));
            case "." ->
                new Expr.GetAttr(
                        expr(body.path("left"), next), body.path("attr").asText());
            case "has" ->
                new Expr.Has(expr(body.path("left"), next), body.path("attr").asText());
            case "is" ->
                new Expr.Is(
                        expr(body.path("left"), next),
                        body.path("entity_type").asText(),
                        body.has("in") ? expr(body.path("in"), next) : null);
            case "like" -> new Expr.Like(expr(body.path("left"), next), pattern(body.path("pattern")));
            case "if-then-else" ->
                new Expr.If(expr(body.path("if"), next), expr(body.path("then"), next), expr(body.path("else"), next));
            case "Set" -> new Expr.SetOf(all(body, next));
            case "Record" -> {
                SequencedMap<String, Expr> fields = new LinkedHashMap<>();
                for (Map.Entry<String, JsonNode> f : body.properties()) {
                    fields.put(f.getKey(), expr(f.getValue(), next));
                }
                yield new Expr.RecordOf(fields);
            }
            default -> {
                if (!body.isArray()) {
                    throw new IllegalStateException("unknown operator in Cedar's JSON policy format: " + op);
                }
                yield new Expr.Call(op, all(body, next));
            }
        };
    }

    private static List<Expr> all(JsonNode nodes, int depth) throws TooDeep {
        List<Expr> list = new ArrayList<>(nodes.size());
        for (JsonNode n : nodes) {
            list.add(expr(n, depth));
        }
        return List.copyOf(list);
    }

    private static Expr value(JsonNode v) {
        if (v.isTextual()) {
            return new Expr.Literal(v.textValue());
        }
        if (v.isIntegralNumber()) {
            return new Expr.Literal(v.longValue());
        }
        if (v.isBoolean()) {
            return new Expr.Literal(v.booleanValue());
        }
        if (v.has("__entity")) {
            return entity(v);
        }
        throw new IllegalStateException("a literal that Cedar's syntax cannot express");
    }

    private static List<Expr.Like.Part> pattern(JsonNode parts) {
        // The parser emits one literal per character; runs are joined so that equality does not depend on it.
        List<Expr.Like.Part> pattern = new ArrayList<>();
        StringBuilder run = new StringBuilder();
        for (JsonNode p : parts) {
            if (p.has("Literal")) {
                run.append(p.path("Literal").asText());
            } else {
                if (!run.isEmpty()) {
                    pattern.add(new Expr.Like.Part(run.toString()));
                    run.setLength(0);
                }
                pattern.add(new Expr.Like.Part(null));
            }
        }
        if (!run.isEmpty()) {
            pattern.add(new Expr.Like.Part(run.toString()));
        }
        return List.copyOf(pattern);
    }
}
