package dev.ostiary.testing.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ostiary.testing.ApiServer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the fixtures, the examples and the documentation write is what an API server takes, field by field. */
class ValidResourcesTest {

    private static final Path ROOT = Path.of("..");
    private static final String GROUP = "apiVersion: ostiary.dev/v1alpha1";

    private static ApiServer server;

    @BeforeAll
    static void start() {
        server = ApiServer.start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> isTaken() throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Fixture fixture : Fixture.in("valid")) {
            texts.put(fixture.name(), fixture.body());
        }
        try (Stream<Path> files = Files.walk(ROOT.resolve("examples"))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".yaml"))
                    .filter(path -> !path.toString().contains("/target/"))
                    .sorted()
                    .toList()) {
                texts.put(ROOT.relativize(file).toString(), Files.readString(file));
            }
        }
        try (Stream<Path> pages = Files.list(ROOT.resolve("docs"))) {
            for (Path page : pages.filter(path -> path.toString().endsWith(".md"))
                    .sorted()
                    .toList()) {
                snippets(page, texts);
            }
        }
        snippets(ROOT.resolve("README.md"), texts);
        assertThat(texts).hasSizeGreaterThan(Fixture.in("valid").size() + 5);
        return texts.entrySet().stream().map(text -> dynamicTest(text.getKey(), () -> taken(text.getValue())));
    }

    /** Whole resources between fences. */
    private static void snippets(Path page, Map<String, String> texts) throws IOException {
        List<String> lines = Files.readAllLines(page);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).equals("```yaml")) {
                int first = i + 1;
                List<String> yaml = new ArrayList<>();
                while (!lines.get(++i).equals("```")) {
                    yaml.add(lines.get(i));
                }
                if (String.join("\n", yaml).contains(GROUP)) {
                    texts.put(page.getFileName() + " line " + first, String.join("\n", yaml));
                }
            }
        }
    }

    private static void taken(String yaml) {
        String namespace = server.newNamespace();
        for (GenericKubernetesResource resource : Fixture.resources(yaml, namespace)) {
            Object status = resource.getAdditionalProperties().remove("status");
            Map<String, Object> spec = copy(resource.get("spec"));
            GenericKubernetesResource stored = server.admin()
                    .resource(resource)
                    .fieldValidation(FieldValidateable.Validation.STRICT)
                    .create();
            contains(stored.get("spec"), spec, "spec");
            if (status != null) {
                stored.getAdditionalProperties().put("status", status);
                GenericKubernetesResource updated =
                        server.admin().resource(stored).updateStatus();
                contains(updated.get("status"), status, "status");
            }
        }
    }

    @Test
    void whatIsLeftOutIsFilledIn() {
        String namespace = server.newNamespace();
        List<String> stored = new ArrayList<>();
        for (GenericKubernetesResource resource :
                Fixture.read(Fixture.FOLDER.resolve("defaults/in.yaml")).resources(namespace)) {
            GenericKubernetesResource created =
                    server.admin().resource(resource).create();
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("kind", created.getKind());
            shown.put("spec", created.get("spec"));
            if (created.get("status") != null) {
                shown.put("status", created.get("status"));
            }
            stored.add(Serialization.asYaml(shown).replaceFirst("^---\n", ""));
        }
        Golden.check(Fixture.FOLDER.resolve("defaults/out.yaml"), String.join("---\n", stored));
    }

    @Test
    void anUnknownFieldIsRefusedWhereTheClientIsStrictAndDroppedWhereItIsNot() {
        String namespace = server.newNamespace();
        String yaml = GROUP + """

                kind: McpWorkload
                metadata: { name: notes }
                spec:
                  gatewayRef: { name: engineering }
                  url: https://notes.example.com/mcp
                  upstreamAuth: { type: None, header2: X }
                  podTemplate: { spec: { anything: { goes: here } } }
                """;
        GenericKubernetesResource resource = Fixture.resources(yaml, namespace).getFirst();

        assertThatThrownBy(() -> server.admin()
                        .resource(resource)
                        .fieldValidation(FieldValidateable.Validation.STRICT)
                        .create())
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("unknown field \"spec.upstreamAuth.header2\"");
        GenericKubernetesResource stored = server.admin()
                .resource(resource)
                .fieldValidation(FieldValidateable.Validation.IGNORE)
                .create();

        assertThat(stored.<Object>get("spec", "upstreamAuth")).isEqualTo(Map.of("type", "None"));
        // A pod's own schema is not ours to repeat.
        assertThat(stored.<Object>get("spec", "podTemplate", "spec"))
                .isEqualTo(Map.of("anything", Map.of("goes", "here")));
    }

    @Test
    void aStatusIsWrittenThroughItsOwnSubresourceOnly() {
        String namespace = server.newNamespace();
        GenericKubernetesResource resource = Fixture.read(Fixture.FOLDER.resolve("valid/statuses.yaml"))
                .resources(namespace)
                .getFirst();

        GenericKubernetesResource created = server.admin().resource(resource).create();

        assertThat(created.<Object>get("status", "enforcedBy")).isNull();
        assertThat(created.<Object>get("status", "conditions", 0, "reason")).isEqualTo("Pending");
    }

    @Test
    void aConditionThatIsNoneIsRefused() {
        String namespace = server.newNamespace();
        GenericKubernetesResource resource = Fixture.read(Fixture.FOLDER.resolve("valid/statuses.yaml"))
                .resources(namespace)
                .getFirst();
        GenericKubernetesResource stored = server.admin().resource(resource).create();
        stored.getAdditionalProperties()
                .put("status", Map.of("conditions", List.of(Map.of("type", "Ready", "status", "Yes"))));

        assertThatThrownBy(() -> server.admin().resource(stored).updateStatus())
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining("status.conditions[0].status: Unsupported value: \"Yes\"")
                .hasMessageContaining("status.conditions[0].reason: Required value")
                .hasMessageContaining("status.conditions[0].lastTransitionTime: Required value");
    }

    @Test
    void scalingIsValidatedToo() {
        String namespace = server.newNamespace();
        String yaml = GROUP + """

                kind: McpGateway
                metadata: { name: single }
                spec:
                  publicUrl: https://mcp.example.com
                  replicas: 1
                  store: { type: Memory }
                """;
        GenericKubernetesResource gateway = server.admin()
                .resource(Fixture.resources(yaml, namespace).getFirst())
                .create();

        assertThatThrownBy(() -> server.admin().resource(gateway).scale(2))
                .isInstanceOf(KubernetesClientException.class);
        assertThat(server.admin().resource(gateway).get().<Object>get("spec", "replicas"))
                .isEqualTo(1);
        server.admin().resource(gateway).scale(0);
        assertThat(server.admin().resource(gateway).get().<Object>get("spec", "replicas"))
                .isEqualTo(0);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> copy(Object value) {
        return Serialization.clone((Map<String, Object>) value);
    }

    /** Nothing that was written is lost; what is filled in may stand beside it. */
    private static void contains(Object stored, Object written, String path) {
        switch (written) {
            case Map<?, ?> map -> {
                assertThat(stored).as(path).isInstanceOf(Map.class);
                map.forEach((key, value) -> contains(((Map<?, ?>) stored).get(key), value, path + "." + key));
            }
            case List<?> list -> {
                assertThat(stored)
                        .as(path)
                        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                        .hasSameSizeAs(list);
                for (int i = 0; i < list.size(); i++) {
                    contains(((List<?>) stored).get(i), list.get(i), path + "[" + i + "]");
                }
            }
            default -> assertThat(String.valueOf(stored)).as(path).isEqualTo(String.valueOf(written));
        }
    }
}
