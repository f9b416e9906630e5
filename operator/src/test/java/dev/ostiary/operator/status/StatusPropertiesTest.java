package dev.ostiary.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.Condition.Status;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraCheck;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraFinding;
import dev.ostiary.crds.McpGatewayReplicaSpec.EntraOutcome;
import dev.ostiary.crds.McpGatewayReplicaSpec.GrantFeed;
import dev.ostiary.crds.McpGatewayReplicaSpec.Outcome;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.gateway.config.ResourceName;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds in every situation, over seeded random histories: a failure names the seed that makes it again. */
class StatusPropertiesTest {

    private static final int STEPS = 250;

    /** As in {@code metav1.Condition}. */
    private static final Pattern REASON = Pattern.compile("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$");

    private static final String[] PODS = {"gw-a", "gw-b", "gw-c"};
    private static final String[] WORKLOADS = {"notes", "time"};

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void statusesAreTrueThroughRandomHistories(long seed) {
        Random random = new Random(seed);
        World world = Scenarios.healthy();
        for (int step = 0; step < STEPS; step++) {
            String what = "seed " + seed + ", step " + step + ": " + change(world, random);
            Map<String, List<Condition>> before = conditions(world);
            assertOrderDoesNotMatter(what, world, random);

            world.report();

            assertThat(world.report()).as("%s: made twice, written once", what).isZero();
            conditions(world).forEach((resource, after) -> {
                assertConventions(what + " " + resource, after);
                assertTimes(what + " " + resource, before.getOrDefault(resource, List.of()), after, world.now);
                assertSummary(what + " " + resource, after);
            });
            assertTruth(what, world);
        }
    }

    private static String change(World world, Random random) {
        String pod = PODS[random.nextInt(PODS.length)];
        String workload = WORKLOADS[random.nextInt(WORKLOADS.length)];
        World.Replica replica = world.replica(pod);
        int change = random.nextInt(19);
        switch (change) {
            case 0, 1 -> world.publish();
            case 2, 3, 4 -> {
                if (world.published.containsKey(World.GATEWAY)) {
                    world.enforce(pod);
                }
            }
            case 5 -> replica.ready = !replica.ready;
            case 6 -> replica.terminating = random.nextInt(3) == 0;
            case 7 -> replica.silent = random.nextInt(3) == 0;
            case 8 -> replica.reportedUid = random.nextBoolean() ? "" : "uid-before";
            case 9 -> {
                world.secretVersion++;
                world.publish();
            }
            case 10 ->
                world.apply(Scenarios.READERS_YAML.replace("call_tool", random.nextBoolean() ? "call_tool" : "x"));
            case 11 ->
                world.apply(Scenarios.READERS_YAML.replace("permit(", random.nextInt(3) == 0 ? "permit((" : "permit("));
            case 12 ->
                world.apply(Scenarios.NOTES_YAML.replace(
                        "notes.example.com", "notes" + random.nextInt(3) + ".example.com"));
            case 13 -> {
                Outcome outcome = Outcome.values()[random.nextInt(Outcome.values().length)];
                world.see(
                        pod,
                        workload,
                        outcome,
                        outcome == Outcome.ANSWERED ? null : "because \u001b" + random.nextInt(3),
                        null);
            }
            case 14 -> world.answered(pod, workload);
            case 15 -> replica.feed = random.nextInt(3) == 0 ? GrantFeed.STALE : GrantFeed.FRESH;
            case 16 -> {
                if (world.refusals.remove(World.GATEWAY) == null && random.nextInt(3) == 0) {
                    world.refusals.put(World.GATEWAY, new Refusal(Refusal.SNAPSHOT_TOO_LARGE, "too large."));
                }
            }
            case 17 ->
                world.pods.put(
                        Scenarios.TIME,
                        new Pods(
                                random.nextInt(3),
                                random.nextInt(3),
                                random.nextBoolean(),
                                random.nextBoolean()
                                        ? List.of()
                                        : List.of(new PodTrouble("time-mcp-0", "Err.Image", ""))));
            case 18 -> {
                EntraOutcome outcome = EntraOutcome.values()[random.nextInt(EntraOutcome.values().length)];
                replica.entra = random.nextInt(4) == 0
                        ? null
                        : new EntraCheck(
                                outcome,
                                random.nextBoolean()
                                        ? List.of()
                                        : List.of(new EntraFinding("field", "because \u001b" + random.nextInt(3))),
                                random.nextBoolean() ? null : "note");
            }
            default -> {
                if (world.gateways.remove(World.GATEWAY) == null) {
                    world.apply(Scenarios.ENGINEERING);
                }
            }
        }
        world.later(Duration.ofSeconds(random.nextInt(40) - 5));
        return "change " + change;
    }

    /** The same facts in another order make the same statuses. */
    private static void assertOrderDoesNotMatter(String what, World world, Random random) {
        for (ResourceName name : world.gateways.keySet()) {
            List<ObservedReplica> shuffled = new ArrayList<>(world.observed(name));
            Collections.shuffle(shuffled, random);
            Enforcement other =
                    Enforcement.of(world.published.get(name), world.refusals.get(name), shuffled, world.now);
            Situation as = world.situation();
            Situation is = as.with(Map.of(name, other));
            for (McpGateway gateway : world.gateways.values()) {
                assertThat(world.gateway(gateway, is)).as(what).isEqualTo(world.gateway(gateway, as));
            }
            for (McpWorkload workload : world.workloads.values()) {
                assertThat(world.workload(workload, is)).as(what).isEqualTo(world.workload(workload, as));
            }
            for (McpPolicy policy : world.policies.values()) {
                assertThat(PolicyStatuses.of(new PolicyFacts(policy, is, world.now)))
                        .as(what)
                        .isEqualTo(PolicyStatuses.of(new PolicyFacts(policy, as, world.now)));
            }
        }
    }

    private static void assertConventions(String what, List<Condition> conditions) {
        assertThat(conditions).as(what).hasSizeLessThanOrEqualTo(8);
        assertThat(conditions.stream().map(Condition::type)).as(what).doesNotHaveDuplicates();
        for (Condition condition : conditions) {
            assertThat(condition.reason()).as(what).matches(REASON);
            assertThat(condition.message().length()).as(what).isLessThanOrEqualTo(4096);
            assertThat(condition.message()).as(what).doesNotContain("\u001b");
            assertThat(condition.observedGeneration()).as(what).isNotNull();
        }
    }

    /** The time moves when the status changes, only then, and never back. */
    private static void assertTimes(String what, List<Condition> before, List<Condition> after, Instant now) {
        for (Condition condition : after) {
            Instant since = Instant.parse(condition.lastTransitionTime());
            before.stream()
                    .filter(old -> old.type().equals(condition.type()))
                    .findFirst()
                    .ifPresentOrElse(
                            old -> {
                                assertThat(since).as(what).isAfterOrEqualTo(Instant.parse(old.lastTransitionTime()));
                                if (old.status() == condition.status()) {
                                    assertThat(condition.lastTransitionTime())
                                            .as(what)
                                            .isEqualTo(old.lastTransitionTime());
                                }
                            },
                            () -> assertThat(since).as(what).isBeforeOrEqualTo(now));
        }
    }

    /** Ready is True only where nothing is False, and all but what nobody can know is True. */
    private static void assertSummary(String what, List<Condition> conditions) {
        Map<String, Status> status = new HashMap<>();
        Map<String, String> reason = new HashMap<>();
        conditions.forEach(condition -> {
            status.put(condition.type(), condition.status());
            reason.put(condition.type(), condition.reason());
        });
        if (status.get("Ready") == Status.TRUE) {
            assertThat(status.values()).as(what).doesNotContain(Status.FALSE);
            for (String type : List.of("Accepted", "ResolvedRefs", "Programmed")) {
                assertThat(status.get(type)).as(what + " " + type).isEqualTo(Status.TRUE);
            }
            if (status.get("Verified") == Status.UNKNOWN) {
                assertThat(reason.get("Verified")).as(what).isEqualTo("NeedsUser");
            }
            if (status.get("EntraReady") == Status.UNKNOWN) {
                assertThat(Set.of("NotChecked", "NotAllowedToRead", "EntraUnavailable"))
                        .as(what)
                        .contains(reason.getOrDefault("EntraReady", ""));
            }
        }
        if (status.containsValue(Status.FALSE)) {
            assertThat(status.get("Ready")).as(what).isEqualTo(Status.FALSE);
        }
    }

    /** What is said of replicas is what they said. */
    private static void assertTruth(String what, World world) {
        for (McpGateway gateway : world.gateways.values()) {
            ResourceName name = Generations.name(gateway);
            Published published = world.published.get(name);
            List<ObservedReplica> counted = world.observed(name).stream()
                    .filter(replica -> replica.ready() && !replica.terminating())
                    .toList();
            boolean all = published != null
                    && !counted.isEmpty()
                    && counted.stream()
                            .allMatch(replica -> replica.report() != null
                                    && replica.report().podUid().equals(replica.podUid())
                                    && Objects.equals(replica.report().revision(), published.revision())
                                    && Objects.equals(replica.report().runtimeHash(), published.runtimeHash()));
            Condition programmed = condition(gateway.getStatus().conditions());
            if (programmed.status() == Status.TRUE) {
                assertThat(all)
                        .as(what + ": every counted replica reports this hash")
                        .isTrue();
            }
            if (programmed.status() != Status.TRUE && all && !world.refusals.containsKey(name)) {
                assertThat(programmed.reason()).as(what).isEqualTo("Pending");
            }
            if (counted.isEmpty()) {
                for (McpWorkload workload : world.workloads.values()) {
                    assertThat(condition(workload.getStatus().conditions()).status())
                            .as(what + ": nothing is served")
                            .isEqualTo(Status.FALSE);
                }
            }
        }
        assertGenerations(
                what,
                world.workloads.values().stream()
                        .map(workload -> Map.entry(
                                (HasMetadata) workload, workload.getStatus().conditions()))
                        .toList());
        assertGenerations(
                what,
                world.policies.values().stream()
                        .map(policy -> Map.entry(
                                (HasMetadata) policy, policy.getStatus().conditions()))
                        .toList());
    }

    private static void assertGenerations(String what, List<Map.Entry<HasMetadata, List<Condition>>> resources) {
        resources.forEach(entry -> entry.getValue()
                .forEach(condition -> assertThat(condition.observedGeneration())
                        .as(what)
                        .isEqualTo(entry.getKey().getMetadata().getGeneration())));
    }

    private static Condition condition(List<Condition> conditions) {
        return conditions.stream()
                .filter(condition -> condition.type().equals("Programmed"))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, List<Condition>> conditions(World world) {
        Map<String, List<Condition>> conditions = new HashMap<>();
        world.gateways.forEach((name, gateway) -> {
            if (gateway.getStatus() != null) {
                conditions.put("McpGateway " + name, gateway.getStatus().conditions());
            }
        });
        world.workloads.forEach((name, workload) -> {
            if (workload.getStatus() != null) {
                conditions.put("McpWorkload " + name, workload.getStatus().conditions());
            }
        });
        world.policies.forEach((name, policy) -> {
            if (policy.getStatus() != null) {
                conditions.put("McpPolicy " + name, policy.getStatus().conditions());
            }
        });
        return conditions;
    }
}
