package dev.ostiary.operator.objects;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.crds.PodTemplate;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** Merges {@code spec.podTemplate} over the pods that the operator makes. */
final class PodTemplates {

    private static final String FIELD = "spec.podTemplate.spec";
    private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization(new ObjectMapper(), false);

    private PodTemplates() {}

    /**
     * The merged template.
     *
     * @param ours labels and annotations of {@code ours} win over the template's
     * @param guard puts back what the template may not change: from the merged pod spec and ours, as JSON has them
     * @throws InvalidPodTemplateException when the template does not fit
     */
    static PodTemplateSpec merge(
            PodTemplateSpec ours, @Nullable PodTemplate template, BinaryOperator<Map<String, Object>> guard) {
        Map<String, String> labels = new TreeMap<>();
        Map<String, String> annotations = new TreeMap<>();
        if (template != null && template.metadata() != null) {
            labels.putAll(template.metadata().labels());
            annotations.putAll(template.metadata().annotations());
        }
        labels.putAll(ours.getMetadata().getLabels());
        annotations.putAll(ours.getMetadata().getAnnotations());
        PodSpec spec = ours.getSpec();
        if (template != null && !template.spec().isEmpty()) {
            Map<String, Object> tree = tree(spec);
            spec = read(guard.apply(StrategicMerge.merge(tree, template.spec(), FIELD), tree));
        }
        canonical(spec);
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(labels)
                .withAnnotations(annotations.isEmpty() ? null : annotations)
                .endMetadata()
                .withSpec(spec)
                .build();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> tree(PodSpec spec) {
        return SERIALIZATION.convertValue(spec, Map.class);
    }

    private static PodSpec read(Map<String, Object> tree) {
        try {
            return SERIALIZATION.convertValue(tree, PodSpec.class);
        } catch (IllegalArgumentException e) {
            throw new InvalidPodTemplateException(FIELD, "is not a pod spec: " + firstLine(e));
        }
    }

    private static String firstLine(IllegalArgumentException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static void canonical(PodSpec spec) {
        for (List<Container> containers : List.of(spec.getContainers(), spec.getInitContainers())) {
            for (Container container : containers) {
                ResourceRequirements resources = container.getResources();
                if (resources != null) {
                    resources.setRequests(Quantities.canonical(orNone(resources.getRequests())));
                    resources.setLimits(Quantities.canonical(orNone(resources.getLimits())));
                }
            }
        }
        for (Volume volume : spec.getVolumes()) {
            if (volume.getEmptyDir() != null && volume.getEmptyDir().getSizeLimit() != null) {
                volume.getEmptyDir()
                        .setSizeLimit(new Quantity(Quantities.canonical(
                                volume.getEmptyDir().getSizeLimit().toString())));
            }
        }
    }

    private static Map<String, Quantity> orNone(@Nullable Map<String, Quantity> quantities) {
        return quantities == null ? Map.of() : quantities;
    }
}
