package dev.ostiary.operator.status;

import static dev.ostiary.crds.Condition.Status.FALSE;
import static dev.ostiary.crds.Condition.Status.TRUE;
import static dev.ostiary.crds.Condition.Status.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Condition;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Steps may be kept back for a moment; nothing that was said and is no longer so, and nothing that is wrong. */
class ProgressTest {

    private static final List<Condition> NEW = List.of();
    private static final List<Condition> GOOD =
            List.of(accepted(1), condition("Programmed", TRUE, "Programmed", 1), condition("Ready", TRUE, "Ready", 1));

    @Test
    void aNewResourceThatWaitsForReplicasIsAStep() {
        assertThat(Progress.of(NEW, waiting("Pending", 1))).isEqualTo(Progress.AWAITED);
        assertThat(Progress.of(NEW, waiting("NoReadyReplicas", 1))).isEqualTo(Progress.AWAITED);
    }

    @Test
    void anEditThatWaitsForReplicasIsAStep() {
        assertThat(Progress.of(GOOD, waiting("Pending", 2))).isEqualTo(Progress.AWAITED);
        assertThat(Progress.of(waiting("Pending", 2), waiting("NoReadyReplicas", 2)))
                .isEqualTo(Progress.AWAITED);
    }

    /** A gateway whose replicas come to a newer configuration: all of them still enforce the one that its status shows. */
    @Test
    void theSameGenerationWithANewerConfigurationIsAStep() {
        assertThat(Progress.of(GOOD, waiting("Pending", 1))).isEqualTo(Progress.AWAITED);
    }

    @Test
    void whatIsNoLongerSoIsToldAtOnce() {
        assertThat(Progress.of(GOOD, waiting("NoReadyReplicas", 1))).isEqualTo(Progress.SETTLED);
        assertThat(Progress.of(
                        GOOD,
                        List.of(
                                accepted(1),
                                condition("Programmed", TRUE, "Programmed", 1),
                                condition("Ready", FALSE, "PodsNotReady", 1))))
                .isEqualTo(Progress.SETTLED);
    }

    @Test
    void whatDoesNotPassByItselfIsToldAtOnce() {
        assertThat(Progress.of(NEW, waiting("ReplicaStuck", 1))).isEqualTo(Progress.SETTLED);
        assertThat(Progress.of(
                        NEW,
                        List.of(
                                condition("Accepted", FALSE, "PolicyInvalid", 1),
                                condition("Programmed", FALSE, "Pending", 1))))
                .isEqualTo(Progress.SETTLED);
    }

    @Test
    void whatIsEnforcedIsSettledUnlessALookIsAwaited() {
        assertThat(Progress.of(NEW, GOOD)).isEqualTo(Progress.SETTLED);
        assertThat(Progress.of(NEW, seen("NotLookedYet"))).isEqualTo(Progress.ENFORCED);
        assertThat(Progress.of(NEW, seen("NeedsUser"))).isEqualTo(Progress.SETTLED);
    }

    @Test
    void conditionsOfOthersDecideNothing() {
        List<Condition> after = new java.util.ArrayList<>(waiting("Pending", 1));
        after.add(condition("Audited", FALSE, "NotYet", 1));

        assertThat(Progress.of(NEW, after)).isEqualTo(Progress.AWAITED);
    }

    private static List<Condition> waiting(String reason, long generation) {
        return List.of(
                accepted(generation),
                condition("Programmed", FALSE, reason, generation),
                condition("Ready", FALSE, reason, generation));
    }

    private static List<Condition> seen(String reason) {
        return List.of(
                accepted(1),
                condition("Programmed", TRUE, "Programmed", 1),
                condition("Verified", UNKNOWN, reason, 1),
                condition("Ready", TRUE, "Ready", 1));
    }

    private static Condition accepted(long generation) {
        return condition("Accepted", TRUE, "Accepted", generation);
    }

    private static Condition condition(String type, Condition.Status status, String reason, long generation) {
        return new Condition(type, status, generation, "2026-11-01T00:00:00Z", reason, "");
    }
}
