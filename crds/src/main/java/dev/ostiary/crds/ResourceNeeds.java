package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;

/** CPU and memory of the container, as in a pod. Cluster only. */
public record ResourceNeeds(
        @MapBounds(maxEntries = 16)
        @JsonPropertyDescription("What the scheduler reserves, for example cpu: 250m and memory: 256Mi.")
        Map<String, Quantity> requests,

        @MapBounds(maxEntries = 16) @JsonPropertyDescription("What the container may use at most.")
        Map<String, Quantity> limits) {

    public ResourceNeeds {
        requests = Absent.map(requests);
        limits = Absent.map(limits);
    }
}
