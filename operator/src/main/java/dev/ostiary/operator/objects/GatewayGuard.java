package dev.ostiary.operator.objects;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts back what a pod template may not change: whatever keeps other processes of the node and of the pod away from the gateway's
 * memory and keys, what it runs, and as whom. A template may add to the pod; it cannot make the gateway's container less
 * secure.
 */
final class GatewayGuard {

    private static final List<String> NAMESPACES_OF_THE_NODE =
            List.of("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace");
    private static final List<String> OF_THE_POD = List.of("serviceAccountName", "automountServiceAccountToken");
    private static final List<String> OF_THE_CONTAINER =
            List.of("image", "imagePullPolicy", "securityContext", "command", "args");
    private static final List<String> OF_THE_SECURITY_CONTEXT = List.of("runAsNonRoot", "seccompProfile");
    private static final String GRACE = "terminationGracePeriodSeconds";

    private GatewayGuard() {}

    /**
     * @param merged a pod spec as JSON has it, made by merging a template over {@code ours}
     * @param ours the pod spec without a template, likewise
     */
    static Map<String, Object> guard(Map<String, Object> merged, Map<String, Object> ours) {
        Map<String, Object> guarded = new LinkedHashMap<>(merged);
        NAMESPACES_OF_THE_NODE.forEach(guarded::remove);
        // The old name of serviceAccountName.
        guarded.remove("serviceAccount");
        restore(guarded, ours, OF_THE_POD);
        if (seconds(guarded.get(GRACE)) < seconds(ours.get(GRACE))) {
            restore(guarded, ours, List.of(GRACE));
        }
        Map<String, Object> securityContext = map(guarded.get("securityContext"));
        restore(securityContext, map(ours.get("securityContext")), OF_THE_SECURITY_CONTEXT);
        guarded.put("securityContext", securityContext);
        guarded.put("volumes", volumes(list(guarded.get("volumes")), list(ours.get("volumes"))));
        Map<String, Object> own = map(named(list(ours.get("containers")), "name", GatewayPods.CONTAINER));
        guarded.put(
                "containers",
                list(guarded.get("containers")).stream()
                        .map(container ->
                                GatewayPods.CONTAINER.equals(map(container).get("name"))
                                        ? container(map(container), own)
                                        : container)
                        .toList());
        return guarded;
    }

    private static Map<String, Object> container(Map<String, Object> container, Map<String, Object> ours) {
        restore(container, ours, OF_THE_CONTAINER);
        container.put("env", oursWin(list(container.get("env")), list(ours.get("env")), "name"));
        container.put(
                "volumeMounts",
                oursWin(list(container.get("volumeMounts")), list(ours.get("volumeMounts")), "mountPath"));
        return container;
    }

    /** Scratch space may be made larger or put into memory; it stays scratch space. */
    private static List<Object> volumes(List<?> volumes, List<?> ours) {
        return oursWin(
                volumes,
                ours.stream()
                        .filter(volume -> {
                            Object merged = named(volumes, "name", map(volume).get("name"));
                            return !(map(volume).containsKey("emptyDir")
                                    && map(merged).containsKey("emptyDir"));
                        })
                        .toList(),
                "name");
    }

    private static List<Object> oursWin(List<?> items, List<?> ours, String key) {
        List<Object> result = new ArrayList<>();
        for (Object item : items) {
            Object own = named(ours, key, map(item).get(key));
            result.add(own != null ? own : item);
        }
        for (Object own : ours) {
            if (named(items, key, map(own).get(key)) == null) {
                result.add(own);
            }
        }
        return result;
    }

    private static void restore(Map<String, Object> target, Map<String, Object> ours, List<String> keys) {
        for (String key : keys) {
            Object value = ours.get(key);
            if (value == null) {
                target.remove(key);
            } else {
                target.put(key, value);
            }
        }
    }

    private static @Nullable Object named(List<?> items, String key, @Nullable Object value) {
        for (Object item : items) {
            if (Objects.equals(map(item).get(key), value)) {
                return item;
            }
        }
        return null;
    }

    private static long seconds(@Nullable Object value) {
        return value instanceof Number number ? number.longValue() : 0;
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    /** A copy; empty for what is no map. */
    private static Map<String, Object> map(@Nullable Object value) {
        Map<String, Object> copy = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, entry) -> copy.put((String) key, entry));
        }
        return copy;
    }
}
