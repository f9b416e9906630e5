package dev.ostiary.operator;

import static dev.ostiary.operator.Fixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.gateway.config.RuntimeSecret;
import dev.ostiary.gateway.config.SnapshotCodec;
import dev.ostiary.operator.objects.ObjectKinds;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Whatever was created, edited and deleted before, in whichever order: the same resources end in the same objects. Steps are
 * drawn from a seed, which a failure names.
 */
class AnyOrderTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int STEPS = 14;

    private static final List<String> GATEWAYS =
            List.of("", "replicas: 1", "expose: { ingress: { className: nginx } }");
    private static final List<String> WORKLOADS = List.of(
            "url: https://notes.example.com/mcp",
            "image: registry.example/notes:1",
            "image: registry.example/notes:2\nhttp: { stateful: false }",
            "image: registry.example/notes:1\nenv: [{ name: T, valueFrom: { secretKeyRef: { name: token, key: value } } }]");
    private static final List<String> CEDAR =
            List.of("permit(principal, action, resource);", "forbid(principal, action, resource);", "not cedar");

    @Test
    void theSameResourcesEndInTheSameObjects() {
        SortedMap<String, String> straight;
        try (Fixture fixture = new Fixture()) {
            end(fixture, new Random(0));
            straight = objects(fixture);
        }
        assertThat(straight).hasSizeGreaterThan(10);
        for (long seed = 1; seed <= 3; seed++) {
            try (Fixture fixture = new Fixture()) {
                Random random = new Random(seed);
                for (int step = 0; step < STEPS; step++) {
                    step(fixture, random);
                }
                end(fixture, random);
                assertThat(objects(fixture)).as("seed " + seed).isEqualTo(straight);
            }
        }
    }

    /** The resources that all runs end with, applied in any order. */
    private static void end(Fixture fixture, Random random) {
        List<Runnable> last = new ArrayList<>(List.of(
                () -> fixture.secret("token", "value", "one"),
                () -> fixture.apply(McpGateway.class, Given.gateway(fixture.namespace, "engineering", GATEWAYS.get(2))),
                () -> workload(fixture, "notes", WORKLOADS.get(3)),
                () -> workload(fixture, "files", WORKLOADS.get(2)),
                () -> fixture.delete(McpWorkload.class, "other"),
                () -> policy(fixture, "readers", "notes", CEDAR.getFirst())));
        Collections.shuffle(last, random);
        last.forEach(Runnable::run);
        until(() -> {
            for (String type : List.of("Accepted", "ResolvedRefs", "Programmed")) {
                assertThat(fixture.gatewayCondition("engineering", type).status())
                        .isEqualTo(Condition.Status.TRUE);
                assertThat(fixture.policyCondition("readers", type).status()).isEqualTo(Condition.Status.TRUE);
                assertThat(fixture.workloadCondition("notes", type).status()).isEqualTo(Condition.Status.TRUE);
            }
        });
        collect(fixture);
        Quiet.await(fixture);
        collect(fixture);
    }

    private static void step(Fixture fixture, Random random) {
        switch (random.nextInt(9)) {
            case 0, 1 ->
                fixture.apply(McpGateway.class, Given.gateway(fixture.namespace, "engineering", any(GATEWAYS, random)));
            case 2 -> workload(fixture, "notes", any(WORKLOADS, random));
            case 3 -> workload(fixture, any(List.of("files", "other"), random), any(WORKLOADS, random));
            case 4 -> policy(fixture, "readers", any(List.of("notes", "files"), random), any(CEDAR, random));
            case 5 -> fixture.secret("token", "value", any(List.of("one", "two"), random));
            case 6 -> fixture.delete(McpWorkload.class, any(List.of("notes", "files", "other"), random));
            case 7 -> {
                if (random.nextBoolean()) {
                    fixture.delete(McpGateway.class, "engineering");
                } else {
                    fixture.delete(Secret.class, "token");
                }
            }
            default -> collect(fixture);
        }
    }

    private static void workload(Fixture fixture, String name, String spec) {
        fixture.apply(McpWorkload.class, Given.workload(fixture.namespace, name, "engineering", spec));
    }

    private static void policy(Fixture fixture, String name, String target, String cedar) {
        fixture.apply(McpPolicy.class, Given.policy(fixture.namespace, name, "McpWorkload", target, cedar));
    }

    private static <T> T any(List<T> choices, Random random) {
        return choices.get(random.nextInt(choices.size()));
    }

    private static Set<Class<? extends HasMetadata>> kinds() {
        Set<Class<? extends HasMetadata>> kinds = new HashSet<>(ObjectKinds.OF_GATEWAY);
        kinds.addAll(ObjectKinds.OF_WORKLOAD);
        return kinds;
    }

    /** What the garbage collector of a whole cluster does. */
    private static void collect(Fixture fixture) {
        Set<String> uids = new HashSet<>();
        for (Class<? extends HasMetadata> kind : List.of(McpGateway.class, McpWorkload.class)) {
            fixture.admin
                    .resources(kind)
                    .inNamespace(fixture.namespace)
                    .list()
                    .getItems()
                    .forEach(resource -> uids.add(resource.getMetadata().getUid()));
        }
        for (Class<? extends HasMetadata> kind : kinds()) {
            fixture.admin.resources(kind).inNamespace(fixture.namespace).list().getItems().stream()
                    .filter(object -> !object.getMetadata().getOwnerReferences().isEmpty())
                    .filter(object -> object.getMetadata().getOwnerReferences().stream()
                            .noneMatch(owner -> uids.contains(owner.getUid())))
                    .forEach(object -> fixture.admin.resource(object).delete());
        }
    }

    /** Everything that the operator made, without what differs from run to run. */
    private static SortedMap<String, String> objects(Fixture fixture) {
        SortedMap<String, String> objects = new TreeMap<>();
        for (Class<? extends HasMetadata> kind : kinds()) {
            for (HasMetadata object : fixture.admin
                    .resources(kind)
                    .inNamespace(fixture.namespace)
                    .list()
                    .getItems()) {
                if (object.getMetadata().getOwnerReferences().isEmpty()) {
                    continue;
                }
                ObjectNode tree = JSON.valueToTree(object);
                tree.remove("status");
                ObjectNode metadata = (ObjectNode) tree.get("metadata");
                JsonNode owner = metadata.get("ownerReferences").get(0);
                tree.set(
                        "metadata",
                        JSON.createObjectNode()
                                .put(
                                        "owner",
                                        owner.get("kind").asText() + "/"
                                                + owner.get("name").asText())
                                .put("owners", metadata.get("ownerReferences").size())
                                .set("labels", metadata.get("labels")));
                objects.put(
                        kind.getSimpleName() + "/" + object.getMetadata().getName(), plain(fixture, tree.toString()));
            }
        }
        try {
            objects.put(
                    "snapshot",
                    plain(
                            fixture,
                            SnapshotCodec.writeReadable(RuntimeSecret.read(fixture.data("engineering-runtime"))
                                    .config()
                                    .snapshot())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return objects;
    }

    /** Cluster addresses are given out in order, UIDs at random. */
    private static String plain(Fixture fixture, String text) {
        return text.replace(fixture.namespace, "NAMESPACE")
                .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID")
                .replaceAll("\"clusterIPs?\":(\"[^\"]*\"|\\[[^]]*])", "\"clusterIP\":\"IP\"")
                .replaceAll("\"(healthCheckNodePort|nodePort)\":[0-9]+", "\"$1\":0");
    }
}
