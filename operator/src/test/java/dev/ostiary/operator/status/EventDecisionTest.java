package dev.ostiary.operator.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGatewayReplicaSpec.Outcome;
import dev.ostiary.operator.status.Notice.Type;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Events say once what went wrong and once that it is over, and nothing else. */
class EventDecisionTest {

    private final World world = Scenarios.healthy();
    private List<Condition> before = List.of();

    @Test
    void anEditThatReplicasTakeUpCausesNoEvents() {
        remember(gateway());
        world.apply(Scenarios.READERS_YAML.replace("call_tool", "get_prompt"))
                .publish()
                .report();
        assertThat(EventDecision.of("McpGateway", before, gateway())).isEmpty();

        remember(gateway());
        world.enforce("gw-a", "gw-b").report();

        assertThat(EventDecision.of("McpGateway", before, gateway())).isEmpty();
    }

    @Test
    void aStuckReplicaCausesOneWarningAtTheGatewayAndOneWordWhenItIsOver() {
        remember(gateway());
        world.apply(Scenarios.READERS_YAML.replace("call_tool", "get_prompt"))
                .publish()
                .later(Duration.ofMinutes(1));
        world.enforce("gw-a").report();

        assertThat(EventDecision.of("McpGateway", before, gateway()))
                .singleElement()
                .satisfies(notice -> {
                    assertThat(notice.type()).isEqualTo(Type.WARNING);
                    assertThat(notice.reason()).isEqualTo("ReplicaStuck");
                    assertThat(notice.note()).contains("gw-b");
                });
        assertThat(EventDecision.of("McpPolicy", List.of(), policy()))
                .as("the policy waits for the same replica, whose event the gateway has")
                .isEmpty();

        remember(gateway());
        world.later(Duration.ofMinutes(1)).report();
        assertThat(EventDecision.of("McpGateway", before, gateway()))
                .as("the same again")
                .isEmpty();

        world.enforce("gw-b").report();
        assertThat(EventDecision.of("McpGateway", before, gateway()))
                .extracting(Notice::type, Notice::reason)
                .containsExactly(tuple(Type.NORMAL, "Programmed"));
    }

    @Test
    void aBrokenPolicyCausesItsOwnWarningAndNoneAtTheRoutesThatItCloses() {
        remember(policy());
        List<Condition> notesBefore = workload();
        world.apply(Scenarios.READERS_YAML.replace("call_tool\"", "call_tool")).publish();
        world.enforce("gw-a", "gw-b").report();

        assertThat(EventDecision.of("McpPolicy", before, policy()))
                .singleElement()
                .satisfies(notice -> {
                    assertThat(notice.reason()).isEqualTo("PolicyInvalid");
                    assertThat(notice.note()).contains("line 1, column 57");
                });
        assertThat(EventDecision.of("McpWorkload", notesBefore, workload())).isEmpty();
    }

    @Test
    void aServerThatDoesNotAnswerCausesOneWarning() {
        remember(workload());
        world.see("gw-a", "notes", Outcome.FAILED, "connection refused", null);
        world.see("gw-b", "notes", Outcome.FAILED, "connection refused", null);
        world.report();

        assertThat(EventDecision.of("McpWorkload", before, workload()))
                .extracting(Notice::type, Notice::reason)
                .containsExactly(tuple(Type.WARNING, "ServerFailed"));
    }

    @Test
    void podsThatCannotStartCauseOneWarningThoughNoOtherConditionShowsThem() {
        remember(time());
        world.pods.put(
                Scenarios.TIME, new Pods(2, 0, false, List.of(new PodTrouble("time-mcp-0", "ErrImagePull", "denied"))));
        world.report();

        assertThat(EventDecision.of("McpWorkload", before, time()))
                .extracting(Notice::type, Notice::reason)
                .containsExactly(tuple(Type.WARNING, "PodsFailing"));
    }

    @Test
    void aNoteFitsIntoAnEvent() {
        Condition condition = new Condition(
                "Accepted", Condition.Status.FALSE, 1L, "2026-11-21T12:00:00Z", "Invalid", "x".repeat(5000));

        assertThat(EventDecision.of("McpWorkload", List.of(), List.of(condition)))
                .singleElement()
                .satisfies(notice -> assertThat(notice.note()).hasSize(1024).endsWith("..."));
    }

    @Test
    void foreignConditionsCauseNothing() {
        Condition foreign = new Condition(
                "example.com/Audited", Condition.Status.FALSE, 1L, "2026-11-21T12:00:00Z", "Bad", "not ours");

        assertThat(EventDecision.of("McpWorkload", List.of(), List.of(foreign))).isEmpty();
    }

    @Test
    void anEventQuotesNoLog() {
        remember(time());
        world.pods.put(
                Scenarios.TIME,
                new Pods(
                        2,
                        0,
                        false,
                        List.of(new PodTrouble("time-mcp-0", "CrashLoopBackOff", "container server ended", "hello"))));
        world.report();

        assertThat(time())
                .anySatisfy(condition -> assertThat(condition.message()).contains("its log ends with \"hello\""));
        assertThat(EventDecision.of("McpWorkload", before, time()))
                .singleElement()
                .satisfies(notice -> assertThat(notice.note())
                        .contains("container server ended")
                        .doesNotContain("hello"));
    }

    @Test
    void whoseTroubleItIsGoesByTheKindAndNotByWhichConditionsThereAre() {
        List<Condition> stuck = List.of(new Condition(
                "Programmed",
                Condition.Status.FALSE,
                1L,
                "2026-11-21T12:00:00Z",
                "ReplicaStuck",
                "pod gw-b is behind."));

        assertThat(EventDecision.of("McpGateway", List.of(), stuck)).hasSize(1);
        assertThat(EventDecision.of("McpWorkload", List.of(), stuck)).isEmpty();
        assertThat(EventDecision.of("McpPolicy", List.of(), stuck)).isEmpty();
    }

    private void remember(List<Condition> conditions) {
        before = conditions;
    }

    private List<Condition> gateway() {
        return world.gateways.get(World.GATEWAY).getStatus().conditions();
    }

    private List<Condition> workload() {
        return world.workloads.get(Scenarios.NOTES).getStatus().conditions();
    }

    private List<Condition> time() {
        return world.workloads.get(Scenarios.TIME).getStatus().conditions();
    }

    private List<Condition> policy() {
        return world.policies.get(Scenarios.READERS).getStatus().conditions();
    }
}
