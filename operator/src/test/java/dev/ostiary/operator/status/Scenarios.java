package dev.ostiary.operator.status;

import static dev.ostiary.operator.status.World.GATEWAY;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraCheck;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraFinding;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraOutcome;
import dev.ostiary.crds.McpGatewayReplicaSpec.GrantFeed;
import dev.ostiary.crds.McpGatewayReplicaSpec.Outcome;
import dev.ostiary.crds.McpGatewayStatus;
import dev.ostiary.crds.McpPolicyStatus;
import dev.ostiary.crds.McpWorkloadStatus.Server;
import dev.ostiary.gateway.config.ResourceName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Situations that statuses must tell apart; each begins with the one before anything went wrong. */
final class Scenarios {

    static final ResourceName NOTES = new ResourceName("mcp", "notes");
    static final ResourceName TIME = new ResourceName("mcp", "time");
    static final ResourceName READERS = new ResourceName("mcp", "readers");

    static final String ENGINEERING = """
            apiVersion: ostiary.dev/v1alpha1
            kind: McpGateway
            metadata: { name: engineering, namespace: mcp }
            spec:
              publicUrl: https://mcp.example.com
              entra: { tenantId: 72f988bf-0000-4000-8000-2d7cd011db47, clientId: 6e74172b-0000-4000-8000-e66a39bb12e3, credential: { type: WorkloadIdentity } }
              store: { type: Kubernetes }
            """;

    static final String NOTES_YAML = """
            apiVersion: ostiary.dev/v1alpha1
            kind: McpWorkload
            metadata: { name: notes, namespace: mcp }
            spec:
              gatewayRef: { name: engineering }
              url: https://notes.example.com/mcp
            """;

    static final String TIME_YAML = """
            apiVersion: ostiary.dev/v1alpha1
            kind: McpWorkload
            metadata: { name: time, namespace: mcp }
            spec:
              gatewayRef: { name: engineering }
              image: ghcr.io/example/time:1.0.0
              replicas: 2
              http: { stateful: false }
            """;

    static final String READERS_YAML = """
            apiVersion: ostiary.dev/v1alpha1
            kind: McpPolicy
            metadata: { name: readers, namespace: mcp }
            spec:
              targetRefs: [{ kind: McpWorkload, name: notes }]
              groups: { readers: 02223b6b-0000-4000-8000-000000000001 }
              cedar: |
                permit(principal in Group::"readers", action == Action::"call_tool", resource);
            """;

    static final String EVERYBODY_YAML = """
            apiVersion: ostiary.dev/v1alpha1
            kind: McpPolicy
            metadata: { name: everybody, namespace: mcp }
            spec:
              targetRefs: [{ kind: McpGateway, name: engineering }]
              groups: { readers: 02223b6b-0000-4000-8000-000000000001 }
              cedar: |
                permit(principal in Group::"readers", action == Action::"read_resource", resource);
            """;

    private final List<Scenario> all = new ArrayList<>();

    /**
     * A situation.
     *
     * @param name what is the case, in words
     * @param kind of the resource that is looked at
     * @param resource its name
     * @param before how it comes about, from {@link #healthy}
     */
    record Scenario(String name, String kind, ResourceName resource, Consumer<World> before) {

        /** The world of this situation, with statuses made. */
        World world() {
            World world = healthy();
            before.accept(world);
            world.report();
            return world;
        }

        /** The status of the resource that is looked at. */
        String text(World world) {
            return switch (kind) {
                case "McpGateway" -> StatusText.of(world.gateways.get(resource).getStatus());
                case "McpWorkload" ->
                    StatusText.of(world.workloads.get(resource).getStatus());
                default -> StatusText.of(world.policies.get(resource).getStatus());
            };
        }
    }

    /** Two replicas enforce everything; the servers answered. */
    static World healthy() {
        World world = new World();
        world.apply(ENGINEERING)
                .apply(NOTES_YAML)
                .apply(TIME_YAML)
                .apply(READERS_YAML)
                .apply(EVERYBODY_YAML);
        world.publish().enforce("gw-a", "gw-b");
        world.answered("gw-a", "notes")
                .answered("gw-b", "notes")
                .answered("gw-a", "time")
                .answered("gw-b", "time");
        world.pods.put(TIME, new Pods(2, 2, true, List.of()));
        world.report();
        return world.later(Duration.ofMinutes(10));
    }

    static List<Scenario> all() {
        Scenarios scenarios = new Scenarios();
        scenarios.gateways();
        scenarios.workloads();
        scenarios.policies();
        return scenarios.all;
    }

    private void gateway(String name, Consumer<World> before) {
        all.add(new Scenario(name, "McpGateway", GATEWAY, before));
    }

    private void notes(String name, Consumer<World> before) {
        all.add(new Scenario(name, "McpWorkload", NOTES, before));
    }

    private void time(String name, Consumer<World> before) {
        all.add(new Scenario(name, "McpWorkload", TIME, before));
    }

    private void readers(String name, Consumer<World> before) {
        all.add(new Scenario(name, "McpPolicy", READERS, before));
    }

    private static World edited(World world) {
        return world.apply(READERS_YAML.replace("call_tool", "get_prompt"));
    }

    private void gateways() {
        gateway("two replicas enforce the revision", world -> {});
        gateway("a policy was edited, nothing published yet", Scenarios::edited);
        gateway(
                "an edit was published, no replica has it",
                world -> edited(world).publish());
        gateway(
                "an edit was published, one of two replicas has it",
                world -> edited(world).publish().enforce("gw-a"));
        gateway(
                "an edit was published, both replicas have it",
                world -> edited(world).publish().enforce("gw-a", "gw-b"));
        gateway(
                "a replica is behind for 29 seconds",
                world -> edited(world).publish().enforce("gw-a").later(Duration.ofSeconds(29)));
        gateway(
                "a replica is behind for 30 seconds",
                world -> edited(world).publish().enforce("gw-a").later(Duration.ofSeconds(30)));
        gateway("a stuck replica says what its problem is", world -> {
            edited(world).publish().enforce("gw-a").later(Duration.ofSeconds(31));
            world.replica("gw-b").problem = "the snapshot has format 3, and this release reads 1 and 2.";
        });
        gateway("a replica says what its problem is before it is stuck", world -> {
            edited(world).publish().enforce("gw-a").later(Duration.ofSeconds(2));
            world.replica("gw-b").problem = "credentials.json is not an object of strings";
        });
        gateway("a stuck replica has never reported", world -> {
            world.replica("gw-c").silent = true;
        });
        gateway("a replica that has just become ready has not reported", world -> {
            world.replica("gw-c").silent = true;
            world.replica("gw-c").readySince = world.now.minusSeconds(3);
        });
        gateway("many replicas are stuck", world -> {
            for (char pod = 'c'; pod < 'j'; pod++) {
                world.replica("gw-" + pod).revision = "0".repeat(64);
            }
        });
        gateway("a replica enforces the revision with an older credential", world -> {
            world.secretVersion++;
            world.publish().enforce("gw-a").later(Duration.ofSeconds(40));
        });
        gateway("a replica enforces nothing yet", world -> {
            world.replica("gw-b").revision = null;
            world.replica("gw-b").hash = null;
        });
        gateway(
                "a report of another pod with the same name",
                world -> world.replica("gw-b").reportedUid = "uid-before");
        gateway("no replica is ready", world -> {
            world.replica("gw-a").ready = false;
            world.replica("gw-b").ready = false;
        });
        gateway("no replica is ready, because the image cannot be pulled", world -> {
            world.replica("gw-a").ready = false;
            world.replica("gw-b").ready = false;
            world.pods.put(
                    GATEWAY,
                    new Pods(
                            2,
                            0,
                            false,
                            List.of(
                                    new PodTrouble("gw-b", "ImagePullBackOff", "Back-off pulling image \"x:1\""),
                                    new PodTrouble("gw-a", "ImagePullBackOff", "Back-off pulling image \"x:1\""))));
        });
        gateway("one of two replicas crashes", world -> {
            world.replica("gw-b").ready = false;
            world.pods.put(
                    GATEWAY,
                    new Pods(
                            2,
                            1,
                            false,
                            List.of(new PodTrouble("gw-b", "CrashLoopBackOff", "container gateway exited with 1"))));
        });
        gateway("a roll is under way", world -> {
            world.replica("gw-c").ready = false;
            world.pods.put(GATEWAY, new Pods(2, 2, false, List.of()));
        });
        gateway("a replica that is behind terminates", world -> {
            edited(world).publish().enforce("gw-a").later(Duration.ofMinutes(1));
            world.replica("gw-b").terminating = true;
        });
        gateway("a replica that is behind is not ready", world -> {
            edited(world).publish().enforce("gw-a").later(Duration.ofMinutes(1));
            world.replica("gw-b").ready = false;
        });
        gateway("scaled to zero", world -> {
            world.apply(ENGINEERING + "  replicas: 0\n").publish();
            world.replicas.clear();
            world.pods.put(GATEWAY, new Pods(0, 0, true, List.of()));
        });
        gateway(
                "its spec was edited, nothing published yet",
                world -> world.apply(ENGINEERING.replace("mcp.example.com", "mcp.example.org")));
        gateway("the snapshot is too large, the last good one is kept", world -> {
            world.refusals.put(
                    GATEWAY,
                    new Refusal(
                            Refusal.SNAPSHOT_TOO_LARGE,
                            "the configuration has 1012345 bytes, a Secret holds 900000; attach fewer workloads."));
            edited(world);
        });
        gateway("the key ring and what it could be restored from are gone", world -> {
            world.published.clear();
            world.replicas.clear();
            world.refusals.put(
                    GATEWAY,
                    new Refusal(
                            Refusal.KEYS_MISSING,
                            "Secret engineering-keys is gone; restore it from a backup, or see docs/operations.md."));
        });
        gateway(
                "its Deployment was refused",
                world -> world.refusedObjects.put(
                        GATEWAY,
                        List.of(
                                new Refusal(
                                        Refusal.OBJECT_REFUSED,
                                        "Deployment engineering-gateway: exceeded quota: cpu, used 10, limited 10"),
                                new Refusal(
                                        Refusal.NAME_TAKEN, "Service engineering-gateway belongs to somebody else."))));
        gateway(
                "its public URL is invalid",
                world -> world.apply(ENGINEERING.replace("https://mcp.example.com", "http://mcp.example.com"))
                        .publish());
        gateway(
                "it has no Entra settings",
                world -> world.apply(ENGINEERING
                                .lines()
                                .filter(line -> !line.contains("entra:"))
                                .reduce("", (a, b) -> a + b + "\n"))
                        .publish()
                        .enforce("gw-a", "gw-b"));
        gateway(
                "a Secret that it names does not exist",
                world -> world.apply(ENGINEERING.replace(
                                "store: { type: Kubernetes }", "store: { type: Redis, secretRef: { name: redis } }"))
                        .publish());
        gateway(
                "the grant store cannot be reached from one replica",
                world -> world.replica("gw-b").feed = GrantFeed.STALE);
        gateway("no replica says anything of the grant store", world -> {
            world.replica("gw-a").feed = null;
            world.replica("gw-b").feed = null;
        });
        registration();
        gateway(
                "a warning",
                world -> world.apply(ENGINEERING + "  maxStaleness: 10m\n")
                        .publish()
                        .enforce("gw-a", "gw-b"));
        gateway("foreign conditions stay", world -> {
            McpGatewayStatus status = world.gateways.get(GATEWAY).getStatus();
            List<Condition> conditions = new ArrayList<>(status.conditions());
            conditions.addFirst(new Condition(
                    "example.com/Audited",
                    Condition.Status.TRUE,
                    1L,
                    "2026-11-20T10:00:00Z",
                    "Audited",
                    "by another controller."));
            world.gateways.get(GATEWAY).setStatus(with(status, status.observedGeneration(), conditions));
            edited(world).publish();
        });
        gateway("another controller's condition is old", world -> {
            McpGatewayStatus status = world.gateways.get(GATEWAY).getStatus();
            List<Condition> conditions = new ArrayList<>(status.conditions());
            conditions.add(new Condition(
                    "example.com/Audited", Condition.Status.FALSE, 0L, "2026-11-20T10:00:00Z", "Waiting", "not yet."));
            world.gateways.get(GATEWAY).setStatus(with(status, status.observedGeneration(), conditions));
        });
        gateway("somebody has judged a newer generation", world -> {
            McpGatewayStatus status = world.gateways.get(GATEWAY).getStatus();
            world.gateways.get(GATEWAY).setStatus(with(status, 7L, status.conditions()));
            edited(world).publish();
        });
        gateway("one condition speaks of a newer generation", world -> {
            McpGatewayStatus status = world.gateways.get(GATEWAY).getStatus();
            List<Condition> conditions = status.conditions().stream()
                    .map(condition -> condition.type().equals("Programmed")
                            ? new Condition(
                                    "Programmed",
                                    Condition.Status.FALSE,
                                    9L,
                                    condition.lastTransitionTime(),
                                    "Pending",
                                    "x")
                            : condition)
                    .toList();
            world.gateways.get(GATEWAY).setStatus(with(status, status.observedGeneration(), conditions));
        });
        gateway("the first time", world -> {
            World fresh = new World().apply(ENGINEERING);
            world.workloads.clear();
            world.policies.clear();
            world.published.clear();
            world.replicas.clear();
            world.gateways.putAll(fresh.gateways);
        });
        gateway("a clock went back", world -> {
            world.now = Instant.parse("2026-11-21T11:00:00Z");
            edited(world).publish();
        });
    }

    private static McpGatewayStatus with(McpGatewayStatus status, Long generation, List<Condition> conditions) {
        return new McpGatewayStatus(
                generation,
                conditions,
                status.url(),
                status.revision(),
                status.shortRevision(),
                status.enforcedBy(),
                status.drainingReplicas(),
                status.listeners(),
                status.workloads(),
                status.replicas(),
                status.selector());
    }

    private void workloads() {
        notes("served and verified", world -> {});
        notes(
                "another workload's policy is edited and published",
                world -> world.apply(EVERYBODY_YAML.replace("read_resource", "call_tool"))
                        .publish());
        notes("it was edited, nothing published yet", Scenarios::moved);
        notes(
                "it was edited and published, one of two replicas has it",
                world -> moved(world).publish().enforce("gw-a"));
        notes(
                "it was edited and published, both replicas have it",
                world -> moved(world).publish().enforce("gw-a", "gw-b"));
        notes(
                "it was edited, a replica is stuck",
                world -> moved(world).publish().enforce("gw-a").later(Duration.ofMinutes(1)));
        notes("the snapshot is too large for it", world -> {
            moved(world);
            world.refusals.put(
                    GATEWAY, new Refusal(Refusal.SNAPSHOT_TOO_LARGE, "the configuration has 1012345 bytes."));
        });
        notes("the snapshot is too large for another one", world -> {
            edited(world);
            world.refusals.put(
                    GATEWAY, new Refusal(Refusal.SNAPSHOT_TOO_LARGE, "the configuration has 1012345 bytes."));
        });
        notes("no replica of its gateway is ready", world -> {
            world.replica("gw-a").ready = false;
            world.replica("gw-b").ready = false;
        });
        notes("its gateway does not exist", world -> world.gateways.clear());
        notes(
                "its gateway does not admit it",
                world -> world.apply(
                        NOTES_YAML.replace("{ name: engineering }", "{ name: engineering, namespace: other }")));
        notes("its route is taken", world -> {
            World later = world.later(Duration.ofDays(1));
            later.apply(TIME_YAML.replace("spec:", "spec:\n  route: notes").replace("name: time", "name: aaa"));
            later.workloads.get(NOTES).getMetadata().setCreationTimestamp("2027-01-01T00:00:00Z");
        });
        notes(
                "a policy of it is broken",
                world -> world.apply(READERS_YAML.replace("permit(", "permit(" + "("))
                        .publish()
                        .enforce("gw-a", "gw-b"));
        notes(
                "its gateway is closed",
                world -> world.apply(ENGINEERING
                                .lines()
                                .filter(line -> !line.contains("entra:"))
                                .reduce("", (a, b) -> a + b + "\n"))
                        .publish()
                        .enforce("gw-a", "gw-b"));
        notes("no policy is attached", world -> {
            world.policies.clear();
            world.publish().enforce("gw-a", "gw-b");
        });
        notes(
                "its URL is invalid",
                world -> world.apply(
                        NOTES_YAML.replace("https://notes.example.com/mcp", "https://user@notes.example.com/mcp")));
        notes(
                "its credential's Secret is missing",
                world -> withSecret(world).publish().enforce("gw-a", "gw-b"));
        notes("its credential's Secret is there", world -> {
            world.secret("mcp", "notes", Map.of("value", "Bearer abc"));
            withSecret(world).publish().enforce("gw-a", "gw-b");
        });
        notes("a Secret came back and is not enforced yet", world -> {
            withSecret(world).publish().enforce("gw-a", "gw-b").report();
            world.secret("mcp", "notes", Map.of("value", "Bearer abc")).publish();
        });
        notes(
                "the server can be looked at only as a user",
                world -> world.apply(NOTES_YAML + "  upstreamAuth: { type: IdentityAssertion }\n")
                        .publish()
                        .enforce("gw-a", "gw-b"));
        notes("a replica says that it needs a user", world -> {
            world.see("gw-a", "notes", Outcome.NEEDS_USER, null, null);
            world.see("gw-b", "notes", Outcome.NEEDS_USER, null, null);
        });
        notes("the server does not answer", world -> {
            world.see("gw-a", "notes", Outcome.FAILED, "connection refused: notes.example.com:443", null);
            world.see("gw-b", "notes", Outcome.FAILED, "connection refused: notes.example.com:443", null);
        });
        notes(
                "the replicas disagree",
                world -> world.see("gw-b", "notes", Outcome.FAILED, "no answer within 5 s", null));
        notes("the replicas saw different servers", world -> {
            world.see("gw-a", "notes", Outcome.ANSWERED, null, new Server("notes", "1.1.0", List.of("2025-06-18"), 4));
            world.answered("gw-c", "notes").enforce("gw-c");
        });
        notes("one replica has not looked yet", world -> world.see("gw-b", "notes", Outcome.PENDING, null, null));
        notes("new replicas have not looked yet", world -> {
            world.replica("gw-a").routes.clear();
            world.replica("gw-b").routes.clear();
        });
        notes("nobody has ever looked", world -> {
            world.replica("gw-a").routes.clear();
            world.replica("gw-b").routes.clear();
            world.workloads.get(NOTES).setStatus(null);
        });
        notes("what was seen was the workload of the same name before", world -> {
            world.workloads.get(NOTES).getMetadata().setUid("another");
            world.workloads.get(NOTES).setStatus(null);
            world.publish().enforce("gw-a", "gw-b");
        });
        notes(
                "one replica closed the route itself",
                world -> world.see(
                        "gw-b", "notes", Outcome.CLOSED, "the policies cannot be evaluated: native library", null));
        notes("the server lists nothing that all users share", world -> {
            Server server = new Server("notes", null, List.of("2025-11-25", "2025-06-18"), null);
            world.see("gw-a", "notes", Outcome.ANSWERED, null, server);
            world.see("gw-b", "notes", Outcome.ANSWERED, null, server);
        });
        notes("the server's words could mislead a terminal", world -> {
            Server server = new Server("\u001b[2Jnotes\u202e", "1\n2", List.of("2025-11-25"), 1);
            world.see("gw-a", "notes", Outcome.ANSWERED, null, server);
            world.see("gw-b", "notes", Outcome.ANSWERED, null, server);
        });
        time("an image workload, served and verified", world -> {});
        time("none of its pods is ready yet", world -> world.pods.put(TIME, new Pods(2, 0, false, List.of())));
        time(
                "its pods cannot pull their image",
                world -> world.pods.put(
                        TIME,
                        new Pods(
                                2,
                                0,
                                false,
                                List.of(new PodTrouble("time-mcp-0", "ErrImagePull", "manifest unknown")))));
        time(
                "one of its pods cannot be scheduled",
                world -> world.pods.put(
                        TIME,
                        new Pods(
                                2,
                                1,
                                false,
                                List.of(new PodTrouble("time-mcp-1", "Unschedulable", "0/3 nodes are available")))));
        time(
                "its server crashes at start, and its log says why",
                world -> world.pods.put(
                        TIME,
                        new Pods(
                                2,
                                0,
                                false,
                                List.of(new PodTrouble(
                                        "time-mcp-0",
                                        "CrashLoopBackOff",
                                        "container server ended with exit code 1",
                                        LogTail.of("12:00:01 listening\n12:00:02 no such zone: \"Mars\"\n"))))));
        time("its pods are rolled", world -> world.pods.put(TIME, new Pods(2, 2, false, List.of())));
        time("it is scaled to zero", world -> {
            world.pods.put(TIME, new Pods(0, 0, true, List.of()));
            world.see("gw-a", "time", Outcome.FAILED, "no address", null);
            world.see("gw-b", "time", Outcome.FAILED, "no address", null);
        });
        time(
                "its StatefulSet was refused",
                world -> world.refusedObjects.put(
                        TIME,
                        List.of(new Refusal(
                                Refusal.INVALID_POD_TEMPLATE, "spec.podTemplate.spec.containers[0]: has no name."))));
        time(
                "it cannot be shown a credential",
                world -> world.apply(TIME_YAML.replace(
                                "http: { stateful: false }",
                                "transport: Stdio\n  upstreamAuth: { type: IdentityAssertion }"))
                        .publish());
    }

    private static World moved(World world) {
        return world.apply(NOTES_YAML.replace("notes.example.com", "notes.example.org"));
    }

    private static World withSecret(World world) {
        return world.apply(NOTES_YAML + "  upstreamAuth: { type: Secret, secretRef: { name: notes } }\n");
    }

    private void policies() {
        readers("enforced", world -> {});
        readers(
                "another policy is edited and published",
                world -> world.apply(EVERYBODY_YAML.replace("read_resource", "call_tool"))
                        .publish());
        readers("it was edited, nothing published yet", Scenarios::edited);
        readers(
                "it was edited and published, one of two replicas has it",
                world -> edited(world).publish().enforce("gw-a"));
        readers(
                "it was edited and published, both replicas have it",
                world -> edited(world).publish().enforce("gw-a", "gw-b"));
        readers(
                "it was edited, a replica is stuck",
                world -> edited(world).publish().enforce("gw-a").later(Duration.ofMinutes(1)));
        readers(
                "its text does not parse",
                world -> world.apply(READERS_YAML.replace("call_tool\"", "call_tool"))
                        .publish());
        readers(
                "its text does not parse, and that is enforced",
                world -> world.apply(READERS_YAML.replace("call_tool\"", "call_tool"))
                        .publish()
                        .enforce("gw-a", "gw-b"));
        readers(
                "it names an unknown group",
                world -> world.apply(READERS_YAML.replace("Group::\"readers\"", "Group::\"writers\"")));
        readers(
                "it is linted",
                world -> world.apply(READERS_YAML.replace("call_tool", "tools/call"))
                        .publish()
                        .enforce("gw-a", "gw-b"));
        readers("its target does not exist", world -> world.apply(READERS_YAML.replace("name: notes", "name: nots")));
        readers(
                "one of two targets does not exist",
                world -> world.apply(READERS_YAML.replace(
                                "name: notes }", "name: notes }, { kind: McpWorkload, name: nots }"))
                        .publish()
                        .enforce("gw-a", "gw-b"));
        readers("a target came into being and is not enforced yet", world -> {
            world.workloads.remove(NOTES);
            world.publish().enforce("gw-a", "gw-b").report();
            world.apply(NOTES_YAML).publish();
        });
        readers("it was enforced on one target, and another one came into being", world -> {
            world.apply(READERS_YAML.replace("name: notes }", "name: notes }, { kind: McpWorkload, name: late }"))
                    .publish()
                    .enforce("gw-a", "gw-b")
                    .report();
            world.apply(NOTES_YAML.replace("name: notes", "name: late")).publish();
        });
        readers(
                "it is attached to a gateway and a workload",
                world -> world.apply(READERS_YAML.replace(
                                "name: notes }", "name: notes }, { kind: McpGateway, name: engineering }"))
                        .publish()
                        .enforce("gw-a", "gw-b"));
        readers(
                "in shadow",
                world -> world.apply(READERS_YAML + "  enforcement: Shadow\n")
                        .publish()
                        .enforce("gw-a", "gw-b"));
        readers(
                "in shadow and broken",
                world -> world.apply(READERS_YAML.replace("call_tool\"", "call_tool") + "  enforcement: Shadow\n")
                        .publish()
                        .enforce("gw-a", "gw-b"));
        readers("no replica is ready", world -> {
            world.replica("gw-a").ready = false;
            world.replica("gw-b").ready = false;
        });
        readers("the snapshot is too large for it", world -> {
            edited(world);
            world.refusals.put(
                    GATEWAY, new Refusal(Refusal.SNAPSHOT_TOO_LARGE, "the configuration has 1012345 bytes."));
        });
        readers("two gateways, one of them stuck", world -> {
            ResourceName second = new ResourceName("mcp", "second");
            world.apply(ENGINEERING.replace("engineering", "second").replace("mcp.example.com", "two.example.com"));
            world.apply(READERS_YAML.replace("name: notes }", "name: notes }, { kind: McpGateway, name: second }"));
            world.publish().enforce("gw-a", "gw-b");
            world.replica(second, "gw2-a").revision = null;
            world.later(Duration.ofMinutes(1));
        });
        readers(
                "it has more findings than fit",
                world -> world.apply(READERS_YAML.replace(
                        "permit(principal in Group::\"readers\", action == Action::\"call_tool\", resource);",
                        "permit(principal in Group::\"x%d\", action, resource);\n    ".repeat(40))));
        readers("somebody has judged a newer generation", world -> {
            McpPolicyStatus status = world.policies.get(READERS).getStatus();
            world.policies
                    .get(READERS)
                    .setStatus(new McpPolicyStatus(9L, status.conditions(), 9L, status.attachedTo(), List.of()));
            edited(world).publish();
        });
    }

    private static final EntraFinding NO_CALLBACK = new EntraFinding(
            "web.redirectUris", "nothing is there; needed: https://mcp.example.com/oauth/callback. Nobody comes back.");
    private static final EntraFinding ENDS_SOON =
            new EntraFinding("passwordCredentials", "there is expires 2026-12-10; needed: one that lasts longer.");

    private void registration() {
        gateway("nobody has looked at the registration", world -> {
            says(world, "gw-a", EntraOutcome.NOT_CHECKED, null);
            world.replica("gw-b").entra = null;
        });
        gateway("one replica has looked at the registration already", world -> {
            world.replica("gw-b").entra = null;
        });
        gateway("the registration is broken", world -> {
            says(world, "gw-a", EntraOutcome.BROKEN, null, NO_CALLBACK, ENDS_SOON);
            says(world, "gw-b", EntraOutcome.BROKEN, null, NO_CALLBACK);
        });
        gateway("one replica finds the registration broken, and the other does not", world -> {
            says(world, "gw-b", EntraOutcome.BROKEN, null, NO_CALLBACK);
        });
        gateway("the registration is broken, and one replica cannot reach Entra", world -> {
            says(world, "gw-a", EntraOutcome.ENTRA_UNAVAILABLE, "Entra has not answered since 11:00");
            says(world, "gw-b", EntraOutcome.BROKEN, null, NO_CALLBACK);
        });
        gateway("the registration works, but not for ever", world -> {
            says(world, "gw-a", EntraOutcome.READY, null, ENDS_SOON);
        });
        gateway("one of two replicas cannot reach Entra", world -> {
            says(world, "gw-b", EntraOutcome.ENTRA_UNAVAILABLE, "Entra has not answered since 11:00");
        });
        gateway("Entra is away, and was well before", world -> {
            for (String pod : List.of("gw-a", "gw-b")) {
                says(
                        world,
                        pod,
                        EntraOutcome.ENTRA_UNAVAILABLE,
                        "Entra has not answered since 11:00; at 10:00 nothing was wrong");
            }
        });
        gateway("Entra is away, and something was wrong before", world -> {
            for (String pod : List.of("gw-a", "gw-b")) {
                says(
                        world,
                        pod,
                        EntraOutcome.ENTRA_UNAVAILABLE,
                        "Entra has not answered since 11:00; at 10:00 this was wrong",
                        NO_CALLBACK);
            }
        });
        gateway("the registration may not be read", world -> {
            says(world, "gw-a", EntraOutcome.NOT_ALLOWED_TO_READ, "the gateway may not read its own registration");
            says(
                    world,
                    "gw-b",
                    EntraOutcome.NOT_ALLOWED_TO_READ,
                    "the gateway may not read its own registration",
                    ENDS_SOON);
        });
    }

    private static void says(
            World world, String pod, EntraOutcome outcome, @Nullable String note, EntraFinding... findings) {
        world.replica(pod).entra = new EntraCheck(outcome, List.of(findings), note);
    }
}
