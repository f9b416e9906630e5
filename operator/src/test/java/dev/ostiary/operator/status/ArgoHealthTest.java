package dev.ostiary.operator.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpPolicyStatus;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.gateway.compiler.Compiler;
import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.compiler.files.LoadedResources;
import dev.ostiary.gateway.compiler.files.ResourceFiles;
import dev.ostiary.operator.status.Scenarios.Scenario;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.luaj.vm2.Globals;
import org.luaj.vm2.LoadState;
import org.luaj.vm2.LuaTable;
import org.luaj.vm2.LuaValue;
import org.luaj.vm2.compiler.LuaC;
import org.luaj.vm2.lib.BaseLib;

/**
 * Argo CD's health checks in a Lua interpreter, over statuses that our own functions made. The recorded objects lie in the
 * folders that Argo CD has for them, with the list that its own test reads.
 *
 * <p>Argo CD runs checks without Lua's standard libraries unless it is told otherwise, so only the base functions are here.
 */
class ArgoHealthTest {

    private static final Path FOLDER =
            Path.of("../charts/ostiary/argocd/resource_customizations").resolve("ostiary.dev");
    private static final Path CONFIG_MAP = Path.of("../charts/ostiary/argocd/argocd-cm.yaml");
    private static final String WRITE = "ostiary.golden.write";

    /**
     * A recorded object.
     *
     * @param then what happens to it after its status was made
     */
    private record Recorded(String file, String health, String scenario, Consumer<HasMetadata> then) {}

    private static Recorded recorded(String file, String health, String scenario) {
        return new Recorded(file, health, scenario, object -> {});
    }

    private static final Consumer<HasMetadata> DELETED =
            object -> object.getMetadata().setDeletionTimestamp("2026-11-21T12:30:00Z");

    private static final Consumer<HasMetadata> EDITED =
            object -> object.getMetadata().setGeneration(object.getMetadata().getGeneration() + 1);

    private static final Map<String, List<Recorded>> ALL = Map.of(
            "McpGateway",
            List.of(
                    recorded("healthy", "Healthy", "two replicas enforce the revision"),
                    recorded("healthy-foreign-condition", "Healthy", "another controller's condition is old"),
                    recorded("progressing-first", "Progressing", "the first time"),
                    recorded("progressing-pending", "Progressing", "an edit was published, one of two replicas has it"),
                    recorded("progressing-rolling-out", "Progressing", "a roll is under way"),
                    recorded("degraded-replica-stuck", "Degraded", "a replica is behind for 30 seconds"),
                    recorded("degraded-not-accepted", "Degraded", "it has no Entra settings"),
                    recorded("degraded-secret-not-found", "Degraded", "a Secret that it names does not exist"),
                    recorded("degraded-pods-failing", "Degraded", "one of two replicas crashes"),
                    recorded("degraded-no-pods", "Degraded", "no replica is ready, because the image cannot be pulled"),
                    recorded(
                            "degraded-snapshot-too-large",
                            "Degraded",
                            "the snapshot is too large, the last good one is kept"),
                    recorded("degraded-store", "Degraded", "the grant store cannot be reached from one replica"),
                    recorded("suspended", "Suspended", "scaled to zero"),
                    new Recorded("deleting", "Progressing", "a replica is behind for 30 seconds", DELETED),
                    new Recorded("stale", "Progressing", "two replicas enforce the revision", EDITED),
                    new Recorded(
                            "no-status",
                            "Progressing",
                            "the first time",
                            object -> ((McpGateway) object).setStatus(null))),
            "McpWorkload",
            List.of(
                    recorded("healthy", "Healthy", "served and verified"),
                    recorded("healthy-needs-user", "Healthy", "the server can be looked at only as a user"),
                    recorded("progressing-unknown", "Progressing", "nobody has ever looked"),
                    recorded(
                            "progressing-pending",
                            "Progressing",
                            "it was edited and published, one of two replicas has it"),
                    recorded("progressing-pods", "Progressing", "none of its pods is ready yet"),
                    recorded("degraded-route-closed", "Degraded", "a policy of it is broken"),
                    recorded("degraded-conflicted", "Degraded", "its route is taken"),
                    recorded("degraded-server-failed", "Degraded", "the server does not answer"),
                    recorded("degraded-pods-failing", "Degraded", "its pods cannot pull their image"),
                    recorded("suspended", "Suspended", "it is scaled to zero"),
                    new Recorded(
                            "deleting",
                            "Progressing",
                            "served and verified",
                            DELETED.andThen(object -> object.getMetadata().setFinalizers(List.of("example.com/keep")))),
                    new Recorded("stale", "Progressing", "served and verified", EDITED)),
            "McpPolicy",
            List.of(
                    recorded("healthy", "Healthy", "enforced"),
                    recorded("healthy-shadow", "Healthy", "in shadow"),
                    recorded(
                            "progressing-pending",
                            "Progressing",
                            "it was edited and published, one of two replicas has it"),
                    recorded("degraded-invalid", "Degraded", "its text does not parse"),
                    recorded("degraded-target-not-found", "Degraded", "one of two targets does not exist"),
                    recorded("degraded-replica-stuck", "Degraded", "it was edited, a replica is stuck"),
                    new Recorded("deleting", "Progressing", "enforced", DELETED),
                    new Recorded("stale", "Progressing", "its text does not parse", EDITED),
                    new Recorded(
                            "no-ready-condition",
                            "Progressing",
                            "enforced",
                            object -> withoutReady((McpPolicy) object))));

    static Stream<String> kinds() {
        return ALL.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyRecordedObjectHasItsHealth(String kind) throws IOException {
        StringBuilder list = new StringBuilder("tests:\n");
        List<String> files = new ArrayList<>();
        for (Recorded recorded : ALL.get(kind)) {
            String object = withoutSpec(Serialization.asYaml(object(kind, recorded)));
            Path file = FOLDER.resolve(kind).resolve("testdata").resolve(recorded.file() + ".yaml");
            golden(file, object);
            files.add(file.getFileName().toString());

            Map<String, String> health = health(kind, Files.readString(file));

            assertThat(health.get("status"))
                    .as("%s %s: %s", kind, recorded.file(), health)
                    .isEqualTo(recorded.health());
            assertThat(health.get("message")).as(recorded.file()).isNotBlank();
            list.append("- healthStatus:\n    status: ")
                    .append(health.get("status"))
                    .append("\n    message: ")
                    .append(Serialization.asJson(health.get("message")))
                    .append("\n  inputPath: testdata/")
                    .append(recorded.file())
                    .append(".yaml\n");
        }
        golden(FOLDER.resolve(kind).resolve("health_test.yaml"), list.toString());
        try (Stream<Path> there = Files.list(FOLDER.resolve(kind).resolve("testdata"))) {
            assertThat(there.map(path -> path.getFileName().toString()))
                    .as("no file without a test")
                    .containsExactlyInAnyOrderElementsOf(files);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void noSituationIsHealthyUnlessItIsReady(String kind) throws IOException {
        for (Scenario scenario : Scenarios.all()) {
            if (!scenario.kind().equals(kind)) {
                continue;
            }
            HasMetadata object = object(scenario);
            String health = health(kind, Serialization.asYaml(object)).get("status");

            assertThat(health.equals("Healthy"))
                    .as("%s, which is %s", scenario.name(), health)
                    .isEqualTo(isReady(object));
        }
    }

    @Test
    void theConfigMapHoldsTheSameChecks() throws IOException {
        StringBuilder made = new StringBuilder("""
                # What Argo CD must know of Ostiary's kinds. Merge it into its ConfigMap argocd-cm, for example with
                #   kubectl patch configmap argocd-cm -n argocd --type merge --patch-file argocd-cm.yaml
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: argocd-cm
                  namespace: argocd
                data:
                  # An autoscaler on the scale subresource owns this field. Add "RespectIgnoreDifferences=true" to the sync options
                  # of the Application, so that a sync leaves it alone too.
                  resource.customizations.ignoreDifferences.ostiary.dev_McpGateway: |
                    jsonPointers:
                      - /spec/replicas
                """);
        for (String kind : kinds().toList()) {
            made.append("  resource.customizations.health.ostiary.dev_")
                    .append(kind)
                    .append(": |\n");
            Files.readString(FOLDER.resolve(kind).resolve("health.lua"))
                    .lines()
                    .forEach(line ->
                            made.append(line.isEmpty() ? "" : "    " + line).append('\n'));
        }
        golden(CONFIG_MAP, made.toString());

        Map<String, Object> read = yaml(Files.readString(CONFIG_MAP));
        @SuppressWarnings("unchecked")
        Map<String, String> data = (Map<String, String>) read.get("data");
        for (String kind : kinds().toList()) {
            assertThat(data.get("resource.customizations.health.ostiary.dev_" + kind)
                            .strip())
                    .isEqualTo(Files.readString(FOLDER.resolve(kind).resolve("health.lua"))
                            .strip());
        }
    }

    @Test
    void theExampleIsSoundAndPutsPoliciesIntoTheWaveOfTheirWorkload() throws IOException {
        Path example = CONFIG_MAP.resolveSibling("example");
        LoadedResources loaded = ResourceFiles.read(example);

        assertThat(loaded.problems()).isEmpty();
        assertThat(Compiler.compile(loaded.resources(), Host.cluster()).gateways())
                .singleElement()
                .satisfies(gateway -> assertThat(gateway.snapshot().routes()).hasSize(1));
        Map<String, String> waves = new TreeMap<>();
        loaded.resources().gateways().forEach(gateway -> waves.put("gateway", wave(gateway)));
        loaded.resources().workloads().forEach(workload -> waves.put("workload", wave(workload)));
        loaded.resources().policies().forEach(policy -> waves.put("policy", wave(policy)));
        assertThat(waves)
                .containsEntry("gateway", "0")
                .containsEntry("workload", "1")
                .containsEntry("policy", "1");
    }

    private static String wave(HasMetadata resource) {
        return resource.getMetadata().getAnnotations().get("argocd.argoproj.io/sync-wave");
    }

    @ParameterizedTest
    @ValueSource(strings = {"string.format('x')", "table.concat({})", "os.time()"})
    void theInterpreterHasNoMoreThanArgoCdGives(String expression) {
        Globals globals = lua();

        assertThat(catchThrowable(
                        () -> globals.load("return " + expression, "test").call()))
                .hasMessageContaining("attempt to index");
    }

    /** A check reads metadata and status alone. */
    private static String withoutSpec(String object) {
        Map<String, Object> fields = yaml(object);
        fields.remove("spec");
        return Serialization.asYaml(fields);
    }

    private static boolean isReady(HasMetadata object) {
        return switch (object) {
            case McpGateway gateway ->
                isReady(
                        object,
                        gateway.getStatus().observedGeneration(),
                        gateway.getStatus().conditions());
            case McpWorkload workload ->
                isReady(
                        object,
                        workload.getStatus().observedGeneration(),
                        workload.getStatus().conditions());
            case McpPolicy policy ->
                isReady(
                        object,
                        policy.getStatus().observedGeneration(),
                        policy.getStatus().conditions());
            default -> throw new IllegalArgumentException(object.getKind());
        };
    }

    private static boolean isReady(HasMetadata object, Long observed, List<Condition> conditions) {
        long generation = object.getMetadata().getGeneration();
        return observed == generation
                && conditions.stream()
                        .filter(condition -> condition.type().equals("Ready"))
                        .allMatch(condition -> condition.status() == Condition.Status.TRUE
                                && condition.reason().equals("Ready"))
                && conditions.stream()
                        .filter(condition -> ConditionTypes.OURS.contains(condition.type()))
                        .allMatch(condition -> condition.observedGeneration() == generation);
    }

    private static HasMetadata object(String kind, Recorded recorded) {
        Scenario scenario = Scenarios.all().stream()
                .filter(candidate ->
                        candidate.kind().equals(kind) && candidate.name().equals(recorded.scenario()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(recorded.scenario()));
        HasMetadata object = object(scenario);
        recorded.then().accept(object);
        return object;
    }

    private static HasMetadata object(Scenario scenario) {
        World world = scenario.world();
        return switch (scenario.kind()) {
            case "McpGateway" -> world.gateways.get(scenario.resource());
            case "McpWorkload" -> world.workloads.get(scenario.resource());
            default -> world.policies.get(scenario.resource());
        };
    }

    private static void withoutReady(McpPolicy policy) {
        McpPolicyStatus status = policy.getStatus();
        policy.setStatus(new McpPolicyStatus(
                status.observedGeneration(),
                status.conditions().stream()
                        .filter(condition -> !condition.type().equals("Ready"))
                        .toList(),
                status.enforcedGeneration(),
                status.attachedTo(),
                status.findings()));
    }

    private static Map<String, String> health(String kind, String object) throws IOException {
        Globals globals = lua();
        globals.set("obj", lua(yaml(object)));
        LuaValue health = globals.load(Files.readString(FOLDER.resolve(kind).resolve("health.lua")), "health.lua")
                .call();
        Map<String, String> result = new LinkedHashMap<>();
        for (LuaValue key : ((LuaTable) health).keys()) {
            result.put(key.tojstring(), health.get(key).tojstring());
        }
        return result;
    }

    private static Globals lua() {
        Globals globals = new Globals();
        globals.load(new BaseLib());
        LoadState.install(globals);
        LuaC.install(globals);
        return globals;
    }

    @SuppressWarnings("unchecked") // an object's fields have names
    private static Map<String, Object> yaml(String text) {
        return new TreeMap<>((Map<String, Object>) Serialization.unmarshal(text, Map.class));
    }

    /** As Argo CD hands over unstructured objects: maps and lists as tables, numbers as Lua's. */
    private static LuaValue lua(Object value) {
        return switch (value) {
            case null -> LuaValue.NIL;
            case Map<?, ?> map -> {
                LuaTable table = new LuaTable();
                map.forEach((key, entry) -> table.set(String.valueOf(key), lua(entry)));
                yield table;
            }
            case List<?> list -> {
                LuaTable table = new LuaTable();
                for (int i = 0; i < list.size(); i++) {
                    table.set(i + 1, lua(list.get(i)));
                }
                yield table;
            }
            case Number number -> LuaValue.valueOf(number.doubleValue());
            case Boolean bool -> LuaValue.valueOf(bool);
            default -> LuaValue.valueOf(value.toString());
        };
    }

    private static void golden(Path file, String made) throws IOException {
        if (Boolean.getBoolean(WRITE)) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, made);
        }
        assertThat(made)
                .as("If the change is meant, write the file again with -D%s=true and read the difference.", WRITE)
                .isEqualTo(Files.readString(file));
    }
}
