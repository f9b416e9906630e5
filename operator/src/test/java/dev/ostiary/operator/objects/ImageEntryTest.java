package dev.ostiary.operator.objects;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.McpWorkload;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is remembered on an object that others can write too. */
class ImageEntryTest {

    private static final McpWorkload WORKLOAD = new KubernetesSerialization().unmarshal("""
                    apiVersion: ostiary.dev/v1alpha1
                    kind: McpWorkload
                    metadata: { name: notes, namespace: mcp, uid: u-1 }
                    spec: { gatewayRef: { name: engineering }, transport: Stdio, image: registry.example/notes:1 }
                    """, McpWorkload.class);

    @Test
    void whatWasWrittenIsRemembered() {
        ImageEntry entry = new ImageEntry("registry.example/notes:1", List.of("/server"), List.of("stdio"));

        assertThat(ImageEntry.rememberedBy(
                        object("u-1", entry.annotation().values().iterator().next()), WORKLOAD))
                .isEqualTo(entry);
        assertThat(ImageEntry.rememberedBy(
                        object("u-0", entry.annotation().values().iterator().next()), WORKLOAD))
                .as("of an older workload of that name")
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[]",
                "\"text\"",
                "{}",
                "{\"image\":null,\"entrypoint\":[],\"cmd\":[]}",
                "{\"image\":\"registry.example/notes:1\",\"entrypoint\":null,\"cmd\":[]}",
                "{\"image\":\"registry.example/notes:1\",\"entrypoint\":[null],\"cmd\":[]}",
                "{\"image\":\"registry.example/notes:2\",\"entrypoint\":[\"/server\"],\"cmd\":[]}",
                "{"
            })
    void whatIsNoEntryOfThisImageIsNot(String text) {
        assertThat(ImageEntry.rememberedBy(object("u-1", text), WORKLOAD)).isNull();
    }

    private static StatefulSet object(String owner, String text) {
        return new StatefulSetBuilder()
                .withNewMetadata()
                .withAnnotations(Map.of("ostiary.dev/image-entry", text))
                .addNewOwnerReference()
                .withUid(owner)
                .endOwnerReference()
                .endMetadata()
                .build();
    }
}
