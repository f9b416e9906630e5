package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PreserveUnknownFields;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A part of a pod template that is merged over the one that the operator makes. Cluster only. */
public record PodTemplate(
        @JsonPropertyDescription("Labels and annotations of the pods. The operator's own selector labels win.")
        @Nullable
        Metadata metadata,

        @PreserveUnknownFields
        @JsonPropertyDescription("A partial pod spec, merged over the operator's by the rules of kubectl patch: "
                + "nodeSelector, tolerations, affinity, topologySpreadConstraints, priorityClassName, securityContext, volumes "
                + "and containers by name. It cannot lower the security settings of the container that Ostiary runs.")
        Map<String, Object> spec) {

    public PodTemplate {
        spec = Absent.map(spec);
    }

    /** Labels and annotations. */
    public record Metadata(
            @MapBounds(maxEntries = 64, valueMaxLength = 63) @JsonPropertyDescription("Labels added to the pods.")
            Map<String, String> labels,

            @MapBounds(maxEntries = 64) @JsonPropertyDescription("Annotations added to the pods.")
            Map<String, String> annotations) {

        public Metadata {
            labels = Absent.map(labels);
            annotations = Absent.map(annotations);
        }
    }
}
