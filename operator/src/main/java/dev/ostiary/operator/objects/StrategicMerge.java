package dev.ostiary.operator.objects;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Merges a partial pod spec over a whole one as {@code kubectl patch} does (Kubernetes documentation, "Update API Objects in
 * Place Using kubectl patch"): maps by key, null removes, lists of named things by their name, other lists are replaced. Directives
 * ({@code $patch} and the like) are refused.
 */
final class StrategicMerge {

    /** Merge keys of the API's types, by the name of the list; within a pod spec no name means two things. */
    private static final Map<String, String> MERGE_KEYS = Map.ofEntries(
            Map.entry("containers", "name"),
            Map.entry("initContainers", "name"),
            Map.entry("volumes", "name"),
            Map.entry("imagePullSecrets", "name"),
            Map.entry("hostAliases", "ip"),
            Map.entry("topologySpreadConstraints", "topologyKey"),
            Map.entry("resourceClaims", "name"),
            Map.entry("schedulingGates", "name"),
            Map.entry("env", "name"),
            Map.entry("ports", "containerPort"),
            Map.entry("volumeMounts", "mountPath"),
            Map.entry("volumeDevices", "devicePath"));

    /** A volume of the same name has another source, not two. */
    private static final String REPLACED_WHOLE = "volumes";

    private StrategicMerge() {}

    /**
     * A new tree of maps, lists and scalars.
     *
     * @param path of {@code patch}, for messages
     * @throws InvalidPodTemplateException when they do not fit
     */
    static Map<String, Object> merge(Map<?, ?> base, Map<?, ?> patch, String path) {
        Map<String, Object> merged = new LinkedHashMap<>();
        base.forEach((key, value) -> merged.put((String) key, value));
        patch.forEach((name, value) -> {
            String key = String.valueOf(name);
            String field = path + "." + key;
            if (key.startsWith("$")) {
                throw new InvalidPodTemplateException(field, "is a patch directive; only plain values are merged.");
            }
            if (value == null) {
                merged.remove(key);
            } else {
                merged.put(key, value(key, merged.get(key), value, field));
            }
        });
        return merged;
    }

    private static Object value(String key, @Nullable Object base, Object patch, String field) {
        return switch (patch) {
            case Map<?, ?> map -> merge(base instanceof Map<?, ?> former ? former : Map.of(), map, field);
            case List<?> list -> {
                List<?> former = base instanceof List<?> known ? known : List.of();
                String mergeKey = MERGE_KEYS.get(key);
                yield mergeKey == null ? plain(list, field) : byKey(former, list, mergeKey, key, field);
            }
            default -> patch;
        };
    }

    /** A list that replaces another; what it holds may have nulls and directives all the same. */
    private static List<Object> plain(List<?> list, String field) {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            Object item = list.get(i);
            if (item != null) {
                items.add(value("", null, item, field + "[" + i + "]"));
            }
        }
        return items;
    }

    private static List<Object> byKey(List<?> base, List<?> patch, String mergeKey, String key, String field) {
        List<Object> merged = new ArrayList<>(base);
        for (int i = 0; i < patch.size(); i++) {
            String place = field + "[" + i + "]";
            if (!(patch.get(i) instanceof Map<?, ?> item) || item.get(mergeKey) == null) {
                throw new InvalidPodTemplateException(place, "needs " + mergeKey + ": the list is merged by it.");
            }
            int same = indexOf(merged, mergeKey, item.get(mergeKey));
            Map<?, ?> former = same < 0 || key.equals(REPLACED_WHOLE) ? Map.of() : (Map<?, ?>) merged.get(same);
            Map<String, Object> result = merge(former, item, place);
            if (same < 0) {
                merged.add(result);
            } else {
                merged.set(same, result);
            }
        }
        return merged;
    }

    private static int indexOf(List<?> items, String mergeKey, @Nullable Object value) {
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof Map<?, ?> item && Objects.equals(text(item.get(mergeKey)), text(value))) {
                return i;
            }
        }
        return -1;
    }

    private static String text(@Nullable Object value) {
        return String.valueOf(value);
    }
}
