package dev.ostiary.e2e.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The conditions in the status of a resource. */
record Conditions(long generation, List<Map<String, Object>> all) {

    @SuppressWarnings("unchecked") // the shape is the API's
    static Conditions of(GenericKubernetesResource resource) {
        Map<String, Object> status =
                (Map<String, Object>) resource.getAdditionalProperties().get("status");
        Object conditions = status == null ? null : status.get("conditions");
        return new Conditions(
                resource.getMetadata().getGeneration(),
                conditions == null ? List.of() : (List<Map<String, Object>>) conditions);
    }

    Optional<Map<String, Object>> of(String type) {
        return all.stream()
                .filter(condition -> type.equals(condition.get("type")))
                .findFirst();
    }

    /** Whether it is True for the current generation. */
    boolean isTrueNow(String type) {
        return is(type, "True");
    }

    /** Whether it has this status for the current generation. */
    boolean is(String type, String status) {
        return of(type).filter(condition -> status.equals(condition.get("status")))
                .filter(condition -> condition.get("observedGeneration") instanceof Number observed
                        && observed.longValue() == generation)
                .isPresent();
    }

    String reason(String type) {
        return of(type).map(condition -> String.valueOf(condition.get("reason")))
                .orElse("");
    }

    String message(String type) {
        return of(type).map(condition -> String.valueOf(condition.get("message")))
                .orElse("");
    }
}
