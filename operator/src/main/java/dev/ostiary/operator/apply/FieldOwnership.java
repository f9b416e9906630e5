package dev.ostiary.operator.apply;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.operator.objects.Metadata;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether somebody else has changed what the operator applied. It is read from {@code metadata.managedFields}: whoever
 * changes the value of a field takes it away from its owner (Kubernetes documentation, Server-Side Apply, "Field
 * management"). So values are not compared, and it does not matter how the API server defaults or normalises them.
 */
final class FieldOwnership {

    private static final ObjectMapper JSON = new ObjectMapper();

    private FieldOwnership() {}

    /** The fields that the operator has applied to an object and still owns, in the notation of {@code fieldsV1}. */
    static Map<String, Object> of(HasMetadata live) {
        for (ManagedFieldsEntry entry : live.getMetadata().getManagedFields()) {
            if (Metadata.FIELD_MANAGER.equals(entry.getManager())
                    && "Apply".equals(entry.getOperation())
                    && (entry.getSubresource() == null || entry.getSubresource().isEmpty())
                    && entry.getFieldsV1() != null) {
                return entry.getFieldsV1().getAdditionalProperties();
            }
        }
        return Map.of();
    }

    /** Whether every field of {@code desired} is among the owned ones. */
    static boolean covers(Map<String, Object> owned, JsonNode desired) {
        for (Map.Entry<String, JsonNode> field : desired.properties()) {
            String name = field.getKey();
            // The identity and the status are no fields that anybody applies.
            if (name.equals("apiVersion") || name.equals("kind") || name.equals("status")) {
                continue;
            }
            if (name.equals("metadata")) {
                Map<?, ?> metadata = asMap(owned.get("f:metadata"));
                for (Map.Entry<String, JsonNode> part : field.getValue().properties()) {
                    if (!part.getKey().equals("name")
                            && !part.getKey().equals("namespace")
                            && !ownsMember(metadata, part.getKey(), part.getValue())) {
                        return false;
                    }
                }
            } else if (!ownsMember(owned, name, field.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static boolean ownsMember(Map<?, ?> owned, String name, JsonNode desired) {
        if (desired.isNull() || (desired.isContainerNode() && desired.isEmpty())) {
            // Says nothing; the API server may drop it.
            return true;
        }
        Object below = owned.get("f:" + name);
        return below instanceof Map<?, ?> map && ownsValue(map, desired);
    }

    private static boolean ownsValue(Map<?, ?> below, JsonNode desired) {
        if (!desired.isContainerNode() || isWhole(below)) {
            return true;
        }
        if (desired.isObject()) {
            for (Map.Entry<String, JsonNode> member : desired.properties()) {
                if (!ownsMember(below, member.getKey(), member.getValue())) {
                    return false;
                }
            }
            return true;
        }
        for (JsonNode item : desired) {
            if (!ownsItem(below, item)) {
                return false;
            }
        }
        return true;
    }

    /** Atomic values, and leaves, are owned as a whole: nothing is below them. */
    private static boolean isWhole(Map<?, ?> below) {
        return below.isEmpty();
    }

    private static boolean ownsItem(Map<?, ?> below, JsonNode item) {
        for (Map.Entry<?, ?> entry : below.entrySet()) {
            String key = (String) entry.getKey();
            if (key.startsWith("v:") && parse(key).equals(item)) {
                return true;
            }
            if (key.startsWith("k:") && item.isObject() && isKeyOf(parse(key), item)) {
                return ownsValue(asMap(entry.getValue()), item);
            }
        }
        return false;
    }

    /** Members of a key that the item leaves out have been defaulted, as the protocol of a port. */
    private static boolean isKeyOf(JsonNode key, JsonNode item) {
        for (Map.Entry<String, JsonNode> part : key.properties()) {
            JsonNode value = item.get(part.getKey());
            if (value != null && !value.asText().equals(part.getValue().asText())) {
                return false;
            }
        }
        return true;
    }

    private static JsonNode parse(String key) {
        try {
            return JSON.readTree(key.substring(2));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the API server writes JSON into managedFields", e);
        }
    }

    private static Map<?, ?> asMap(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }
}
