package dev.ostiary.gateway.policy;

import com.cedarpolicy.model.entity.Entity;
import com.cedarpolicy.value.EntityTypeName;
import com.cedarpolicy.value.EntityUID;
import com.cedarpolicy.value.Value;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.RoutePolicies.Numbers;
import dev.ostiary.gateway.policy.Expr.EntityRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How a request looks to Cedar: ToolHive's entity model (its v0.44), so that its policies load unchanged, with {@code
 * context.input}, {@code Group::} and {@code Role::} parents on top. Holds what does not change between requests.
 * Immutable and thread-safe.
 *
 * <ul>
 *   <li>principal {@code Client::"<id>"} with {@code claim_<claim>}; {@code claimset_<claim>} for claims that are arrays
 *       and for {@code scp} and {@code scope}, cut at spaces; {@code claim_groups} and {@code claim_roles} always, as
 *       sets; in {@code Group::} and {@code THVGroup::} for each group, {@code Role::} and {@code THVGroup::} for each
 *       role
 *   <li>action {@code Action::"call_tool" | "get_prompt" | "read_resource"} with {@code operation}
 *   <li>resource {@code Tool::}, {@code Prompt::} or {@code Resource::} in {@code MCP::"<workload>"}, with {@code name},
 *       {@code operation}, {@code feature}, a tool's annotations, a resource's {@code uri}, and {@code arg_<argument>}
 *   <li>context with all {@code claim_*}, {@code claimset_*} and {@code arg_*}, and in calls {@code input}, the arguments
 *       as one record
 *   <li>an argument that is a string, a boolean or a number is {@code arg_<k>}; any other has {@code arg_<k>_present}
 * </ul>
 */
final class EntityModel {

    private static final EntityTypeName CLIENT = type("Client");
    private static final EntityTypeName ACTION = type("Action");
    private static final Map<String, EntityTypeName> TARGETS =
            Map.of("Tool", type("Tool"), "Prompt", type("Prompt"), "Resource", type("Resource"));

    /** Stands where an entity is needed and does not matter. */
    static final EntityUID NOBODY = new EntityUID(CLIENT, "nobody");

    private static final Set<String> SPACE_SEPARATED = Set.of("scp", "scope");

    /** A caller whose groups and roles can be looked up. */
    record Caller(String id, ObjectNode claims, NavigableSet<String> groups, NavigableSet<String> roles) {
        Caller withGroup(String group) {
            return new Caller(id, claims, plus(groups, group), roles);
        }

        Caller withRole(String role) {
            return new Caller(id, claims, groups, plus(roles, role));
        }

        private static NavigableSet<String> plus(NavigableSet<String> set, String one) {
            NavigableSet<String> more = new TreeSet<>(set);
            more.add(one);
            return more;
        }
    }

    /** A request in the engine's terms, and what could not be put into them. */
    record Request(
            EntityUID principal,
            EntityUID action,
            EntityUID resource,
            Map<String, Value> context,
            Set<Entity> entities,
            List<String> dropped) {}

    private final Vision vision;
    private final Numbers numbers;
    private final EntityRef workload;
    private final StaticEntities statics;
    private final Map<Operation, EntityUID> actions = new HashMap<>();

    EntityModel(Vision vision, Numbers numbers, String workload, StaticEntities statics) {
        this.vision = vision;
        this.numbers = numbers;
        this.workload = new EntityRef("MCP", workload);
        this.statics = statics;
        Arrays.stream(Operation.values()).forEach(o -> actions.put(o, new EntityUID(ACTION, o.id())));
    }

    private static EntityTypeName type(String name) {
        return EntityTypeName.parse(name).orElseThrow();
    }

    static String typeOf(Target target) {
        return switch (target) {
            case Target.Tool _ -> "Tool";
            case Target.Prompt _ -> "Prompt";
            case Target.Resource _, Target.ResourceTemplate _ -> "Resource";
        };
    }

    /** Builds what the engine needs to know; {@code input} is in the context only when {@code arguments} is not null. */
    Request request(Caller caller, Operation operation, Target target, @Nullable ObjectNode arguments) {
        CedarValues values = new CedarValues(numbers);
        NavigableSet<String> dropped = new TreeSet<>();
        Map<String, String> claims = claims(caller, values, dropped);
        Map<String, String> args = arguments == null ? Map.of() : arguments(arguments, values, dropped);

        Map<String, Value> context = new HashMap<>();
        claims.forEach((k, v) -> context.put(k, new JsonValue(v)));
        args.forEach((k, v) -> context.put(k, new JsonValue(v)));
        if (arguments != null && sees("input")) {
            StringBuilder input = new StringBuilder();
            values.append(input, arguments);
            if (values.takeLost()) {
                dropped.add("input");
            }
            context.put("input", new JsonValue(input.toString()));
        }

        EntityRef principal = new EntityRef("Client", caller.id());
        EntityRef action = new EntityRef("Action", operation.id());
        EntityRef resource = new EntityRef(typeOf(target), target.id());
        StringBuilder entities = new StringBuilder();
        entity(entities, principal, claims, parents(caller));
        Map<String, String> attributes = attributes(operation, target);
        attributes.putAll(args);
        entity(entities.append(','), resource, attributes, List.of(workload));
        if (sees("operation") || statics.byUid().containsKey(action)) {
            entity(entities.append(','), action, Map.of("operation", quoted(operation.id())), List.of());
        }
        statics.appendOthers(entities, Set.of(principal, action, resource));
        return new Request(
                new EntityUID(CLIENT, caller.id()),
                actions.getOrDefault(operation, NOBODY),
                new EntityUID(TARGETS.getOrDefault(resource.type(), CLIENT), target.id()),
                context,
                Set.of(new EntitiesJson(entities.toString())),
                List.copyOf(dropped));
    }

    private boolean sees(String attribute) {
        return vision.wholeContext() || vision.attributes().contains(attribute);
    }

    private Map<String, String> claims(Caller caller, CedarValues values, Set<String> dropped) {
        Map<String, String> claims = new LinkedHashMap<>();
        Set<String> wanted = new TreeSet<>(vision.attributes());
        if (vision.wholeContext()) {
            for (var claim : caller.claims().properties()) {
                wanted.add("claim_" + claim.getKey());
                if (isSet(claim.getKey(), claim.getValue())) {
                    wanted.add("claimset_" + claim.getKey());
                }
            }
            wanted.addAll(GroupNames.GROUP_SETS);
            wanted.addAll(GroupNames.ROLE_SETS);
        }
        for (String attribute : wanted) {
            if (GroupNames.GROUP_SETS.contains(attribute)) {
                claims.put(attribute, strings(visible(caller.groups(), vision.allGroups(), vision.askedGroups())));
            } else if (GroupNames.ROLE_SETS.contains(attribute)) {
                claims.put(attribute, strings(visible(caller.roles(), vision.allRoles(), vision.askedRoles())));
            } else if (attribute.startsWith("claim_")) {
                claim(caller, attribute, "claim_", values, dropped, claims);
            } else if (attribute.startsWith("claimset_")) {
                claim(caller, attribute, "claimset_", values, dropped, claims);
            }
        }
        return claims;
    }

    private static boolean isSet(String name, JsonNode claim) {
        return claim.isArray() || (claim.isTextual() && SPACE_SEPARATED.contains(name));
    }

    private static void claim(
            Caller caller,
            String attribute,
            String prefix,
            CedarValues values,
            Set<String> dropped,
            Map<String, String> into) {
        String name = attribute.substring(prefix.length());
        JsonNode claim = caller.claims().path(name);
        if (prefix.equals("claimset_")) {
            if (!isSet(name, claim)) {
                return;
            }
            if (claim.isTextual()) {
                List<String> parts = Arrays.stream(claim.textValue().split(" "))
                        .filter(p -> !p.isEmpty() && CedarValues.isUnicode(p))
                        .toList();
                into.put(attribute, strings(parts));
                return;
            }
        }
        StringBuilder out = new StringBuilder();
        if (values.append(out, claim)) {
            into.put(attribute, out.toString());
        }
        if (values.takeLost()) {
            dropped.add(attribute);
        }
    }

    private Map<String, String> arguments(ObjectNode arguments, CedarValues values, Set<String> dropped) {
        Map<String, String> args = new LinkedHashMap<>();
        Collection<String> wanted = vision.attributes();
        if (vision.wholeContext()) {
            wanted = new ArrayList<>(vision.attributes());
            for (var argument : arguments.properties()) {
                wanted.add("arg_" + argument.getKey()
                        + (argument.getValue().isValueNode()
                                        && !argument.getValue().isNull()
                                ? ""
                                : "_present"));
            }
        }
        for (String attribute : wanted) {
            if (!attribute.startsWith("arg_")) {
                continue;
            }
            String name = attribute.substring("arg_".length());
            JsonNode container = name.endsWith("_present")
                    ? arguments.get(name.substring(0, name.length() - "_present".length()))
                    : null;
            JsonNode argument = arguments.get(name);
            if (container != null && (container.isContainerNode() || container.isNull())) {
                args.put(attribute, "true");
            } else if (argument != null && argument.isValueNode() && !argument.isNull()) {
                StringBuilder out = new StringBuilder();
                if (values.append(out, argument)) {
                    args.put(attribute, out.toString());
                }
                if (values.takeLost()) {
                    dropped.add(attribute);
                }
            }
        }
        return args;
    }

    private Map<String, String> attributes(Operation operation, Target target) {
        Map<String, String> attributes = new HashMap<>();
        attributes.put("operation", quoted(operation.verb()));
        attributes.put("feature", quoted(operation.feature()));
        switch (target) {
            case Target.Tool t -> {
                attributes.put("name", quoted(t.name()));
                hint(attributes, "readOnlyHint", t.readOnlyHint());
                hint(attributes, "destructiveHint", t.destructiveHint());
                hint(attributes, "idempotentHint", t.idempotentHint());
                hint(attributes, "openWorldHint", t.openWorldHint());
            }
            case Target.Prompt p -> attributes.put("name", quoted(p.name()));
            case Target.Resource r -> {
                attributes.put("name", quoted(r.uri()));
                attributes.put("uri", quoted(r.uri()));
            }
            case Target.ResourceTemplate _ -> {}
        }
        attributes.keySet().retainAll(vision.attributes());
        return attributes;
    }

    private static void hint(Map<String, String> attributes, String name, @Nullable Boolean value) {
        if (value != null) {
            attributes.put(name, value.toString());
        }
    }

    private List<EntityRef> parents(Caller caller) {
        List<EntityRef> parents = new ArrayList<>();
        if (vision.allGroups()) {
            for (String group : visible(caller.groups(), true, Set.of())) {
                parents.add(new EntityRef(GroupNames.GROUP, group));
                parents.add(new EntityRef(GroupNames.THV_GROUP, group));
            }
        }
        if (vision.allRoles()) {
            for (String role : visible(caller.roles(), true, Set.of())) {
                parents.add(new EntityRef(GroupNames.ROLE, role));
                parents.add(new EntityRef(GroupNames.THV_GROUP, role));
            }
        }
        for (EntityRef named : vision.parents()) {
            boolean group =
                    !named.type().equals(GroupNames.ROLE) && caller.groups().contains(named.id());
            boolean role =
                    !named.type().equals(GroupNames.GROUP) && caller.roles().contains(named.id());
            if (group || role) {
                parents.add(named);
            }
        }
        return parents;
    }

    private static Collection<String> visible(NavigableSet<String> all, boolean everything, Set<String> named) {
        if (everything) {
            return all.stream().filter(CedarValues::isUnicode).toList();
        }
        return named.stream().filter(all::contains).sorted().toList();
    }

    /** A request's entity over the static one of the same name. */
    private void entity(
            StringBuilder out, EntityRef uid, Map<String, String> attributes, Collection<EntityRef> parents) {
        StaticEntities.Facts below = statics.byUid().getOrDefault(uid, StaticEntities.Facts.NONE);
        out.append("{\"uid\":");
        StaticEntities.append(out, uid);
        out.append(",\"attrs\":{");
        String separator = "";
        for (var attr : below.attrs().properties()) {
            if (!attributes.containsKey(attr.getKey())) {
                CedarValues.quote(out.append(separator), attr.getKey());
                out.append(':').append(attr.getValue());
                separator = ",";
            }
        }
        for (var attr : attributes.entrySet()) {
            CedarValues.quote(out.append(separator), attr.getKey());
            out.append(':').append(attr.getValue());
            separator = ",";
        }
        out.append("},\"parents\":[");
        separator = "";
        Set<EntityRef> all = new java.util.LinkedHashSet<>(below.parents());
        all.addAll(parents);
        for (EntityRef parent : all) {
            StaticEntities.append(out.append(separator), parent);
            separator = ",";
        }
        out.append("],\"tags\":").append(below.tags()).append('}');
    }

    private static String strings(Collection<String> strings) {
        StringBuilder out = new StringBuilder("[");
        for (String s : strings) {
            if (out.length() > 1) {
                out.append(',');
            }
            CedarValues.quote(out, s);
        }
        return out.append(']').toString();
    }

    private static String quoted(String s) {
        StringBuilder out = new StringBuilder(s.length() + 2);
        CedarValues.quote(out, s);
        return out.toString();
    }

    /** All entities of a request in one, already in Cedar's JSON: cheaper than a tree of model objects each time. */
    @JsonSerialize(using = EntitiesJson.Writer.class)
    static final class EntitiesJson extends Entity {
        private final String json;

        EntitiesJson(String json) {
            super(NOBODY);
            this.json = json;
        }

        static final class Writer extends JsonSerializer<EntitiesJson> {
            @Override
            public void serialize(EntitiesJson value, JsonGenerator out, SerializerProvider serializers)
                    throws IOException {
                out.writeRawValue(value.json);
            }
        }
    }

    /** A value that is already in Cedar's JSON. */
    @JsonSerialize(using = JsonValue.Writer.class)
    static final class JsonValue extends Value {
        private final String json;

        JsonValue(String json) {
            this.json = json;
        }

        @Override
        public String toCedarExpr() {
            throw new UnsupportedOperationException("only ever written as JSON");
        }

        static final class Writer extends JsonSerializer<JsonValue> {
            @Override
            public void serialize(JsonValue value, JsonGenerator out, SerializerProvider serializers)
                    throws IOException {
                out.writeRawValue(value.json);
            }
        }
    }
}
