package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Quantity;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Walks a record and its schema side by side and puts in what the generator leaves out; fails where the model is silent. */
final class SchemaCompletion {

    private static final Duration DAY = Duration.ofDays(1);

    private final String path;

    SchemaCompletion(String path) {
        this.path = path;
    }

    void object(ObjectNode schema, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            Field field = fieldOf(type, component);
            String name = field.isAnnotationPresent(JsonProperty.class)
                    ? field.getAnnotation(JsonProperty.class).value()
                    : component.getName();
            new SchemaCompletion(path + "." + name)
                    .field((ObjectNode) schema.get("properties").get(name), field, component.getGenericType());
        }
    }

    private void field(ObjectNode schema, Field field, Type type) {
        if (schema == null) {
            throw new IllegalStateException(path + " is not in the generated schema");
        }
        onceEach(schema);
        if (type == Integer.class || type == Long.class) {
            schema.put("format", type == Integer.class ? "int32" : "int64");
            asInteger(schema, "minimum");
            asInteger(schema, "maximum");
        } else if (type instanceof Class<?> plain && plain.isEnum()) {
            inDeclaredOrder(schema, plain);
        } else if (type instanceof Class<?> plain && plain.isRecord()) {
            object(schema, plain);
        } else if (type instanceof ParameterizedType list && list.getRawType() == java.util.List.class) {
            list(schema, field, list.getActualTypeArguments()[0]);
        } else if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
            map(schema, field, map.getActualTypeArguments()[1]);
        }
        Within bounds = field.getAnnotation(Within.class);
        if (bounds != null) {
            within(schema, bounds);
        }
        if (path.endsWith(".lastTransitionTime")) {
            schema.put("format", "date-time");
        }
    }

    private void list(ObjectNode schema, Field field, Type itemType) {
        ListKind kind = field.getAnnotation(ListKind.class);
        if (kind == null) {
            throw new IllegalStateException(path + " is a list without @ListKind");
        }
        if (kind.maxItems() == 0) {
            throw new IllegalStateException(path + " is a list without a bound");
        }
        schema.put("x-kubernetes-list-type", kind.value().name().toLowerCase(Locale.ROOT));
        if (kind.value() == ListKind.Merge.MAP) {
            ArrayNode keys = schema.putArray("x-kubernetes-list-map-keys");
            for (String key : kind.keys()) {
                keys.add(key);
            }
        }
        schema.put("maxItems", kind.maxItems());
        if (kind.minItems() > 0) {
            schema.put("minItems", kind.minItems());
        }
        ObjectNode items = (ObjectNode) schema.get("items");
        if (itemType instanceof Class<?> item && item.isRecord()) {
            new SchemaCompletion(path + "[]").object(items, item);
        } else if (itemType == Integer.class) {
            items.put("format", "int32");
        } else if (itemType != String.class) {
            items.put("type", "object");
        }
        if (!kind.itemPattern().isEmpty()) {
            items.put("pattern", kind.itemPattern());
        }
        if (kind.itemMaxLength() > 0) {
            items.put("maxLength", kind.itemMaxLength());
        }
    }

    private void map(ObjectNode schema, Field field, Type valueType) {
        MapBounds bounds = field.getAnnotation(MapBounds.class);
        if (valueType == Object.class) {
            schema.removeAll();
            schema.put(
                    "description",
                    field.getAnnotation(com.fasterxml.jackson.annotation.JsonPropertyDescription.class)
                            .value());
            schema.put("type", "object");
            schema.put("x-kubernetes-preserve-unknown-fields", true);
            return;
        }
        if (bounds == null) {
            throw new IllegalStateException(path + " is a map without @MapBounds");
        }
        schema.put("maxProperties", bounds.maxEntries());
        ObjectNode values = (ObjectNode) schema.get("additionalProperties");
        if (valueType != String.class && valueType != Quantity.class) {
            throw new IllegalStateException(path + " is a map of things that are neither strings nor quantities");
        }
        if (!bounds.valuePattern().isEmpty()) {
            values.put("pattern", bounds.valuePattern());
        }
        if (bounds.valueMaxLength() > 0) {
            values.put("maxLength", bounds.valueMaxLength());
        }
    }

    /** The generator takes an annotation of a record's component from its field and again from its accessor. */
    private static void onceEach(ObjectNode schema) {
        if (schema.get("x-kubernetes-validations") instanceof ArrayNode rules) {
            Set<JsonNode> distinct = new LinkedHashSet<>();
            rules.forEach(distinct::add);
            rules.removeAll().addAll(distinct);
        }
    }

    /**
     * CEL's durations know no days, which come first in ours; what is no duration at all is the pattern's business. Without
     * {@code split} and {@code string}, of whose results the API server assumes that they are as long as can be.
     */
    private static void within(ObjectNode schema, Within bounds) {
        String milliseconds = "(self.contains('d') ? int(self.substring(0, self.indexOf('d'))) * " + DAY.toMillis()
                + " + (self.endsWith('d') ? 0 : duration(self.substring(self.indexOf('d') + 1)).getMilliseconds())"
                + " : duration(self).getMilliseconds())";
        schema.withArray("x-kubernetes-validations")
                .addObject()
                .put(
                        "rule",
                        "!self.matches('" + Api.DURATION + "') || [" + milliseconds + "].all(ms, ms >= "
                                + milliseconds(bounds.least()) + " && ms <= " + milliseconds(bounds.most()) + ")")
                .put("message", "must be from " + bounds.least() + " to " + bounds.most() + ".");
    }

    private static long milliseconds(String duration) {
        return duration.endsWith("d")
                ? DAY.toMillis() * Integer.parseInt(duration.substring(0, duration.length() - 1))
                : Duration.parse("PT" + (duration.endsWith("ms") ? "0." + duration.replace("ms", "s") : duration))
                        .toMillis();
    }

    private static void asInteger(ObjectNode schema, String bound) {
        if (schema.has(bound)) {
            schema.put(bound, schema.get(bound).asLong());
        }
    }

    private static void inDeclaredOrder(ObjectNode schema, Class<?> type) {
        ArrayNode values = schema.putArray("enum");
        for (Field constant : type.getFields()) {
            if (constant.isEnumConstant()) {
                values.add(constant.getAnnotation(JsonProperty.class).value());
            }
        }
    }

    private static Field fieldOf(Class<?> type, RecordComponent component) {
        try {
            return type.getDeclaredField(component.getName());
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(e);
        }
    }
}
