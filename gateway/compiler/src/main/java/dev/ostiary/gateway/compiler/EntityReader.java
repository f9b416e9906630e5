package dev.ostiary.gateway.compiler;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.compiler.PolicyReader.Policy;
import dev.ostiary.gateway.config.Closure;
import dev.ostiary.gateway.policy.StaticEntities;
import dev.ostiary.gateway.policy.UnusablePoliciesException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the static entities of policies. A policy's own aliases become object ids here as in its text, before entities of
 * different policies meet.
 */
final class EntityReader {

    private static final String FIELD = "spec.entities";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private EntityReader() {}

    /**
     * The entities of one policy.
     *
     * @param json Cedar's JSON entity format, in normal form
     * @param groupIds object ids of the groups among them
     */
    record Entities(String json, NavigableSet<String> groupIds) {
        static final Entities NONE = new Entities("[]", new TreeSet<>());
    }

    /**
     * The entities of a route.
     *
     * @param closure why they cannot be joined; null when they can
     */
    record Joined(String json, @Nullable Closure closure, List<Finding> findings) {}

    static Entities read(Diagnosis diagnosis, List<JsonNode> entities, Map<String, String> aliases) {
        if (entities.isEmpty()) {
            return Entities.NONE;
        }
        try {
            ArrayNode array = JSON.createArrayNode().addAll(entities);
            // The normal form first, so that there is one way to write a uid when aliases are looked for.
            JsonNode normal =
                    JSON.readTree(StaticEntities.read(array.toString()).json());
            TreeSet<String> unknown = new TreeSet<>();
            rewrite(normal, aliases, unknown);
            for (String name : unknown) {
                diagnosis.error(
                        FIELD,
                        Reasons.UNKNOWN_GROUP,
                        "names a group that is neither in spec.groups nor an object id; add it to spec.groups.",
                        "It is Group::\"" + name + "\".");
            }
            String conflict = new Attributes().conflict(normal);
            if (conflict != null) {
                diagnosis.error(
                        FIELD, Reasons.ENTITY_CONFLICT, "gives one entity two values for one attribute.", conflict);
            }
            StaticEntities read = StaticEntities.merge(List.of(normal.toString()));
            return new Entities(read.json(), read.groupIds());
        } catch (UnusablePoliciesException | JsonProcessingException e) {
            diagnosis.error(
                    FIELD,
                    Reasons.INVALID_ENTITIES,
                    "does not hold entities in Cedar's JSON format.",
                    String.valueOf(e.getMessage()));
            return Entities.NONE;
        }
    }

    /**
     * Joins attribute by attribute. Where two policies disagree about an attribute, nobody can say whose word a decision
     * should rest on, so the route is closed.
     *
     * @param policies sorted by name, all of them sound
     */
    static Joined join(Finding.ClosedRoute route, List<Policy> policies) {
        Attributes attributes = new Attributes();
        try {
            for (Policy policy : policies) {
                String conflict = attributes.conflict(JSON.readTree(policy.entities()));
                if (conflict != null) {
                    return refused(
                            route,
                            policy,
                            Reasons.ENTITY_CONFLICT,
                            "contradicts the entities of another policy on the same route; make them agree.",
                            conflict);
                }
            }
            StaticEntities merged =
                    StaticEntities.merge(policies.stream().map(Policy::entities).toList());
            return new Joined(merged.json(), null, List.of());
        } catch (UnusablePoliciesException | JsonProcessingException e) {
            return refused(
                    route,
                    policies.getLast(),
                    Reasons.INVALID_ENTITIES,
                    "and those of the other policies on the same route cannot be used together.",
                    String.valueOf(e.getMessage()));
        }
    }

    private static Joined refused(
            Finding.ClosedRoute route, Policy policy, String reason, String message, String detail) {
        ResourceRef resource = policy.diagnosis().resource();
        return new Joined(
                "[]",
                new Closure(reason, resource + ", " + FIELD + ": " + message),
                List.of(new Finding(
                        resource,
                        FIELD,
                        reason,
                        Finding.Severity.ERROR,
                        message + " " + detail,
                        null,
                        List.of(route))));
    }

    /** In the normal form, exactly uids, parents and {@code __entity} references have a type and an id. */
    private static void rewrite(JsonNode entities, Map<String, String> aliases, NavigableSet<String> unknown) {
        for (JsonNode entity : entities) {
            rename(entity.path("uid"), aliases, unknown);
            entity.path("parents").forEach(parent -> rename(parent, aliases, unknown));
            references(entity.path("attrs"), aliases, unknown);
            references(entity.path("tags"), aliases, unknown);
        }
    }

    private static void references(JsonNode value, Map<String, String> aliases, NavigableSet<String> unknown) {
        if (value.isObject() && value.size() == 1 && value.path("__entity").isObject()) {
            rename(value.path("__entity"), aliases, unknown);
            return;
        }
        value.forEach(child -> references(child, aliases, unknown));
    }

    private static void rename(JsonNode uid, Map<String, String> aliases, NavigableSet<String> unknown) {
        String type = uid.path("type").asText();
        if (!(uid instanceof ObjectNode node) || !(type.equals("Group") || type.equals("THVGroup"))) {
            return;
        }
        String name = uid.path("id").asText();
        String id = aliases.getOrDefault(name, name);
        if (EntraReader.GUID.matcher(id).matches()) {
            node.put("id", id.toLowerCase(Locale.ROOT));
        } else if (type.equals("Group")) {
            unknown.add(name);
        }
    }

    /** The attributes and tags seen so far. */
    private static final class Attributes {

        private final Map<List<String>, JsonNode> seen = new HashMap<>();

        /** The first attribute that is there already with another value; null when there is none. */
        @Nullable
        String conflict(JsonNode entities) {
            List<String> conflicts = new ArrayList<>();
            for (JsonNode entity : entities) {
                String type = entity.at("/uid/type").asText();
                String id = entity.at("/uid/id").asText();
                for (String kind : List.of("attrs", "tags")) {
                    entity.path(kind).properties().forEach(attribute -> {
                        JsonNode before =
                                seen.putIfAbsent(List.of(type, id, kind, attribute.getKey()), attribute.getValue());
                        if (before != null && !before.equals(attribute.getValue())) {
                            conflicts.add(type + "::\"" + id + "\"." + attribute.getKey());
                        }
                    });
                }
            }
            return conflicts.isEmpty() ? null : "It is " + conflicts.getFirst() + ".";
        }
    }
}
