package dev.ostiary.operator.objects;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.testing.ApiServer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a real API server makes of the objects. */
class StoredObjectsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(Metadata.FIELD_MANAGER)
            .withForce(true)
            .build();

    private static ApiServer server;

    @BeforeAll
    static void start() throws IOException {
        server = ApiServer.start();
        KubernetesClient admin = server.admin();
        for (String namespace : List.of("mcp", "data")) {
            admin.resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(namespace)
                            .endMetadata()
                            .build())
                    .create();
        }
        try (InputStream yaml = Files.newInputStream(Cases.FOLDER.resolve("httproute-crd.yaml"))) {
            CustomResourceDefinition crd = admin.apiextensions()
                    .v1()
                    .customResourceDefinitions()
                    .load(yaml)
                    .item();
            admin.resource(crd).create();
            admin.resource(crd)
                    .waitUntilCondition(
                            stored -> stored != null
                                    && stored.getStatus() != null
                                    && stored.getStatus().getConditions() != null
                                    && stored.getStatus().getConditions().stream()
                                            .anyMatch(condition -> condition
                                                            .getType()
                                                            .equals("Established")
                                                    && condition.getStatus().equals("True")),
                            1,
                            TimeUnit.MINUTES);
        }
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.ostiary.operator.objects.Cases#names")
    void objectsAreStoredAsWrittenAndApplyingThemAgainChangesNothing(String name) {
        List<HasMetadata> objects = Cases.objects(name);
        try {
            for (HasMetadata object : objects) {
                HasMetadata stored = server.admin().resource(object).patch(APPLY);
                HasMetadata again = server.admin().resource(object).patch(APPLY);

                assertThat(again.getMetadata().getResourceVersion())
                        .as("%s %s", object.getKind(), object.getMetadata().getName())
                        .isEqualTo(stored.getMetadata().getResourceVersion());
                assertThat(differences(object.getKind(), JSON.valueToTree(object), live(object)))
                        .isEmpty();
            }
        } finally {
            for (HasMetadata object : objects) {
                server.admin().resource(object).delete();
            }
        }
    }

    private static JsonNode live(HasMetadata object) {
        GenericKubernetesResource live = server.admin()
                .genericKubernetesResources(object.getApiVersion(), object.getKind())
                .inNamespace(object.getMetadata().getNamespace())
                .withName(object.getMetadata().getName())
                .get();
        return JSON.valueToTree(live);
    }

    /** Where what is desired is not what is stored; fields that the API server adds are none of ours. */
    private static List<String> differences(String path, JsonNode desired, JsonNode live) {
        List<String> differences = new ArrayList<>();
        if (desired.isObject()) {
            for (Map.Entry<String, JsonNode> field : desired.properties()) {
                differences.addAll(
                        differences(path + "." + field.getKey(), field.getValue(), live.path(field.getKey())));
            }
            if (!live.isObject()) {
                differences.add(path + " is " + live);
            }
        } else if (desired.isArray()) {
            if (desired.size() != live.size()) {
                differences.add(path + " has " + live.size() + " items, not " + desired.size());
            }
            for (int i = 0; i < desired.size(); i++) {
                differences.addAll(differences(path + "[" + i + "]", desired.get(i), live.path(i)));
            }
        } else if (!desired.asText().equals(live.asText()) || live.isMissingNode()) {
            differences.add(path + " is " + live + ", not " + desired);
        }
        return differences;
    }
}
