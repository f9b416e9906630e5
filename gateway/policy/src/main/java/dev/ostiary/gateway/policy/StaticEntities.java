package dev.ostiary.gateway.policy;

import com.cedarpolicy.value.EntityUID;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.policy.Expr.EntityRef;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The entities that a policy author writes down beside the policies: a hierarchy of groups, the owner of a tool. Read
 * from Cedar's JSON entity format, an array of {@code {"uid", "attrs", "parents", "tags"}}; a uid may be {@code {"type",
 * "id"}}, <code>{"__entity": {…}}</code>, or one of the strings {@code Type::"id"} and {@code Type::id}. Immutable and
 * thread-safe.
 */
public final class StaticEntities {

    /** No more than this many in one route. */
    public static final int MAX_ENTITIES = 1_000;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(com.fasterxml.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final Pattern BARE =
            Pattern.compile("([_a-zA-Z][_a-zA-Z0-9]*(?:::[_a-zA-Z][_a-zA-Z0-9]*)*)::([^\"].*)", Pattern.DOTALL);
    static final Comparator<EntityRef> ORDER =
            Comparator.comparing(EntityRef::type).thenComparing(EntityRef::id);

    /** One entity; attributes and tags in Cedar's JSON value format. */
    record Facts(ObjectNode attrs, Set<EntityRef> parents, ObjectNode tags) {
        static final Facts NONE =
                new Facts(JsonNodeFactory.instance.objectNode(), Set.of(), JsonNodeFactory.instance.objectNode());
    }

    private final NavigableMap<EntityRef, Facts> entities;

    private final NavigableMap<EntityRef, String> texts = new TreeMap<>(ORDER);
    private final String text;

    private StaticEntities(NavigableMap<EntityRef, Facts> entities) {
        this.entities = entities;
        entities.forEach((uid, facts) -> {
            StringBuilder out = new StringBuilder();
            append(out, uid, facts);
            texts.put(uid, out.toString());
        });
        this.text = String.join(",", texts.values());
    }

    /**
     * Reads and checks entities, with Cedar's own reader at last.
     *
     * @param json the array; {@code "[]"} for none
     * @throws UnusablePoliciesException when it is not that, naming the entity and what is wrong with it
     */
    public static StaticEntities read(String json) throws UnusablePoliciesException {
        return merge(List.of(json));
    }

    /**
     * Reads several arrays as one, attribute by attribute: what one leaves out of an entity another may add.
     *
     * @param texts in ascending order of precedence: on the same attribute of the same entity the last one wins
     * @throws UnusablePoliciesException as {@link #read} does
     */
    public static StaticEntities merge(List<String> texts) throws UnusablePoliciesException {
        NavigableMap<EntityRef, Facts> entities = new TreeMap<>(ORDER);
        for (String text : texts) {
            add(text, entities);
        }
        StaticEntities merged = new StaticEntities(entities);
        CedarEngine.checkEntities(merged.json());
        return merged;
    }

    /** All of it in Cedar's JSON entity format, sorted, the same text for the same entities. */
    public String json() {
        return "[" + text + "]";
    }

    /** Appends the rest of an array of entities, without those that the request brings itself. */
    void appendOthers(StringBuilder out, Set<EntityRef> except) {
        if (except.stream().noneMatch(texts::containsKey)) {
            if (!texts.isEmpty()) {
                out.append(',').append(text);
            }
            return;
        }
        texts.forEach((uid, json) -> {
            if (!except.contains(uid)) {
                out.append(',').append(json);
            }
        });
    }

    /** Object ids of the groups in it, as entities or as parents; they are to be looked up as a policy's are. */
    public NavigableSet<String> groupIds() {
        NavigableSet<String> ids = new TreeSet<>();
        for (EntityRef ref : mentioned()) {
            if ((ref.type().equals(GroupNames.GROUP) || ref.type().equals(GroupNames.THV_GROUP))
                    && GroupNames.isObjectId(ref.id())) {
                ids.add(ref.id());
            }
        }
        return ids;
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return entities.isEmpty();
    }

    /** Every entity and every parent. */
    Collection<EntityRef> mentioned() {
        Set<EntityRef> all = new LinkedHashSet<>(entities.keySet());
        entities.values().forEach(f -> all.addAll(f.parents()));
        return all;
    }

    Map<EntityRef, Facts> byUid() {
        return entities;
    }

    private static void add(String json, NavigableMap<EntityRef, Facts> entities) throws UnusablePoliciesException {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UnusablePoliciesException("static entities are not JSON: " + e.getOriginalMessage());
        }
        if (!root.isArray()) {
            throw new UnusablePoliciesException("static entities must be a JSON array of entities");
        }
        for (int i = 0; i < root.size(); i++) {
            JsonNode node = root.get(i);
            String place = "static entity " + i;
            EntityRef uid = uid(node.path("uid"), place + ", uid");
            Set<EntityRef> parents = new LinkedHashSet<>();
            JsonNode parentNodes = node.path("parents");
            if (!parentNodes.isMissingNode() && !parentNodes.isArray()) {
                throw new UnusablePoliciesException(place + ": parents must be an array of entity uids");
            }
            for (JsonNode p : parentNodes) {
                parents.add(uid(p, place + ", parents"));
            }
            Facts more = new Facts(object(node, "attrs", place), parents, object(node, "tags", place));
            Facts before = entities.get(uid);
            entities.put(uid, before == null ? more : over(before, more));
            if (entities.size() > MAX_ENTITIES) {
                throw new UnusablePoliciesException("more than " + MAX_ENTITIES + " static entities");
            }
        }
    }

    private static Facts over(Facts below, Facts above) {
        ObjectNode attrs = below.attrs().deepCopy();
        attrs.setAll(above.attrs());
        ObjectNode tags = below.tags().deepCopy();
        tags.setAll(above.tags());
        Set<EntityRef> parents = new LinkedHashSet<>(below.parents());
        parents.addAll(above.parents());
        return new Facts(attrs, parents, tags);
    }

    private static ObjectNode object(JsonNode entity, String member, String place) throws UnusablePoliciesException {
        return switch (entity.path(member)) {
            case ObjectNode o -> o;
            case JsonNode n when n.isMissingNode() || n.isNull() -> JsonNodeFactory.instance.objectNode();
            default -> throw new UnusablePoliciesException(place + ": " + member + " must be an object");
        };
    }

    private static EntityRef uid(JsonNode node, String place) throws UnusablePoliciesException {
        JsonNode plain = node.has("__entity") ? node.path("__entity") : node;
        if (plain.path("type").isTextual() && plain.path("id").isTextual()) {
            return new EntityRef(
                    plain.path("type").textValue(), plain.path("id").textValue());
        }
        EntityRef parsed = plain.isTextual() ? uid(plain.textValue()) : null;
        if (parsed == null) {
            throw new UnusablePoliciesException(
                    place + " must be {\"type\": \"T\", \"id\": \"x\"}, or a string T::\"x\" or T::x");
        }
        return parsed;
    }

    private static @Nullable EntityRef uid(String text) {
        if (!CedarValues.isUnicode(text)) {
            return null;
        }
        Matcher bare = BARE.matcher(text);
        if (bare.matches()) {
            return new EntityRef(bare.group(1), bare.group(2));
        }
        return EntityUID.parse(text)
                .map(u -> new EntityRef(u.getType().toString(), u.getId().toString()))
                .orElse(null);
    }

    static void append(StringBuilder out, EntityRef uid, Facts facts) {
        out.append("{\"uid\":");
        append(out, uid);
        // Sorted, so that the same entities are the same text.
        out.append(",\"attrs\":").append(sorted(facts.attrs())).append(",\"parents\":[");
        String separator = "";
        for (EntityRef p : facts.parents().stream().sorted(ORDER).toList()) {
            out.append(separator);
            append(out, p);
            separator = ",";
        }
        out.append("],\"tags\":").append(sorted(facts.tags())).append('}');
    }

    static void append(StringBuilder out, EntityRef uid) {
        out.append("{\"type\":");
        CedarValues.quote(out, uid.type());
        out.append(",\"id\":");
        CedarValues.quote(out, uid.id());
        out.append('}');
    }

    private static JsonNode sorted(ObjectNode o) {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        new TreeSet<>(o.propertyStream().map(Map.Entry::getKey).toList()).forEach(k -> copy.set(k, o.get(k)));
        return copy;
    }
}
