package dev.ostiary.operator.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.ostiary.crds.PodTemplate;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PodTemplatesTest {

    @Test
    void listsAreMergedByTheirKeyAndOthersReplaced() {
        PodSpec merged = merged(Map.of(
                "containers",
                List.of(
                        Map.of(
                                "name", "server",
                                "env", List.of(variable("A", "2"), variable("C", "3")),
                                "args", List.of("x")),
                        Map.of("name", "more", "image", "more:1")),
                "tolerations",
                List.of(Map.of("key", "b"))));

        assertThat(merged.getContainers()).extracting("name").containsExactly("server", "more");
        assertThat(merged.getContainers().getFirst().getImage()).isEqualTo("server:1");
        assertThat(merged.getContainers().getFirst().getArgs()).containsExactly("x");
        assertThat(merged.getContainers().getFirst().getEnv())
                .extracting("name", "value")
                .containsExactly(tuple("A", "2"), tuple("B", "1"), tuple("C", "3"));
        assertThat(merged.getTolerations()).extracting("key").containsExactly("b");
    }

    @Test
    void aVolumeOfTheSameNameIsAnotherOne() {
        PodSpec merged = merged(Map.of("volumes", List.of(Map.of("name", "v", "configMap", Map.of("name", "c")))));

        assertThat(merged.getVolumes()).hasSize(1);
        assertThat(merged.getVolumes().getFirst().getEmptyDir()).isNull();
        assertThat(merged.getVolumes().getFirst().getConfigMap().getName()).isEqualTo("c");
    }

    @Test
    void nullRemoves() {
        Map<String, Object> spec = new HashMap<>();
        spec.put("tolerations", null);
        spec.put("hostname", null);

        assertThat(merged(spec).getTolerations()).isEmpty();
    }

    @Test
    void whatCannotBeMergedIsSaidWithItsPlace() {
        refused(Map.of("containers", List.of(Map.of("image", "x"))), "spec.podTemplate.spec.containers[0] needs name");
        refused(Map.of("volumes", Arrays.asList("v")), "spec.podTemplate.spec.volumes[0] needs name");
        refused(
                Map.of("containers", List.of(Map.of("name", "server", "$patch", "delete"))),
                "spec.podTemplate.spec.containers[0].$patch is a patch directive");
        refused(
                Map.of("tolerations", List.of(Map.of("$patch", "replace"))),
                "spec.podTemplate.spec.tolerations[0].$patch is a patch directive");
        refused(Map.of("containers", "server"), "spec.podTemplate.spec is not a pod spec");
        refused(Map.of("nodeSelector", List.of("a")), "spec.podTemplate.spec is not a pod spec");
        refused(Map.of("terminationGracePeriodSeconds", "soon"), "spec.podTemplate.spec is not a pod spec");
    }

    private static void refused(Map<String, Object> spec, String message) {
        assertThatThrownBy(() -> merged(spec))
                .isInstanceOf(InvalidPodTemplateException.class)
                .hasMessageStartingWith(message);
    }

    private static PodSpec merged(Map<String, Object> spec) {
        PodTemplateSpec ours = new PodTemplateSpecBuilder()
                .withNewMetadata()
                .addToLabels("app", "a")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("server")
                .withImage("server:1")
                .addNewEnv()
                .withName("A")
                .withValue("1")
                .endEnv()
                .addNewEnv()
                .withName("B")
                .withValue("1")
                .endEnv()
                .endContainer()
                .addNewToleration()
                .withKey("a")
                .endToleration()
                .addNewVolume()
                .withName("v")
                .withNewEmptyDir()
                .endEmptyDir()
                .endVolume()
                .endSpec()
                .build();
        return PodTemplates.merge(ours, new PodTemplate(null, spec), (merged, base) -> merged)
                .getSpec();
    }

    private static Map<String, Object> variable(String name, String value) {
        return Map.of("name", name, "value", value);
    }
}
