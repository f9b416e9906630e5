package dev.ostiary.operator.reconcile;

import static dev.ostiary.operator.status.Progress.AWAITED;
import static dev.ostiary.operator.status.Progress.ENFORCED;
import static dev.ostiary.operator.status.Progress.SETTLED;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StatusPaceTest {

    private static final int MANY = 1_500;

    private long now = 1_000_000_000_000L;
    private final StatusPace pace = new StatusPace(() -> now);

    @Test
    void whatIsSettledIsToldAtOnceHoweverManyWait() {
        for (int i = 0; i < MANY; i++) {
            pace.left("waiting-" + i, AWAITED);
            pace.left("enforced-" + i, ENFORCED);
        }

        assertThat(pace.left("one", SETTLED)).isZero();
        assertThat(pace.left("waiting-1499", SETTLED)).isZero();
    }

    @Test
    void whatWaitsForReplicasIsToldAfterAMomentAndOnce() {
        assertThat(pace.left("one", AWAITED)).isEqualTo(StatusPace.MOMENT);
        later(StatusPace.MOMENT.dividedBy(3));
        assertThat(pace.left("one", AWAITED))
                .isEqualTo(StatusPace.MOMENT.multipliedBy(2).dividedBy(3));
        later(StatusPace.MOMENT);
        assertThat(pace.left("one", AWAITED)).isZero();

        assertThat(pace.left("one", AWAITED)).as("another step").isPositive();
    }

    @Test
    void whatCameToItsEndMeanwhileBeginsAnewTheNextTime() {
        pace.left("one", AWAITED);
        later(StatusPace.MOMENT.dividedBy(2));
        pace.left("one", SETTLED);
        later(StatusPace.MOMENT);

        assertThat(pace.left("one", AWAITED)).isEqualTo(StatusPace.MOMENT);
    }

    @Test
    void whatIsSaidAlreadyBeginsAnewTheNextTime() {
        pace.left("one", AWAITED);
        pace.done("one");
        later(StatusPace.MOMENT);

        assertThat(pace.left("one", AWAITED)).isEqualTo(StatusPace.MOMENT);
    }

    /** A single change in a small world is told without delay, and again when the workload has been looked at. */
    @Test
    void fewThatAreEnforcedAreToldAtOnce() {
        for (int i = 0; i < StatusPace.AT_ONCE; i++) {
            assertThat(pace.left("resource-" + i, ENFORCED)).isZero();
        }
    }

    @Test
    void manyStepsAreToldAtADistanceAndNobodyWaitsForEver() {
        Duration most = Duration.ZERO;
        for (int i = 0; i < MANY; i++) {
            Duration left = pace.left("resource-" + i, ENFORCED);
            assertThat(left).isGreaterThanOrEqualTo(most);
            most = left;
        }

        assertThat(most)
                .isEqualTo(StatusPace.DISTANCE.multipliedBy(MANY - StatusPace.AT_ONCE))
                .isEqualTo(Duration.ofMillis(59_200));
        later(most);
        assertThat(pace.left("resource-1499", ENFORCED)).isZero();
    }

    @Test
    void stepsOfOneKindDoNotHoldUpThoseOfTheOther() {
        for (int i = 0; i < MANY; i++) {
            pace.left("waiting-" + i, AWAITED);
        }

        assertThat(pace.left("one", ENFORCED)).isZero();
    }

    @Test
    void afterAWhileStepsAreToldAtOnceAgain() {
        for (int i = 0; i < MANY; i++) {
            pace.left("resource-" + i, ENFORCED);
        }
        later(Duration.ofMinutes(2));

        assertThat(pace.left("another", ENFORCED)).isZero();
    }

    private void later(Duration time) {
        now += time.toNanos();
    }
}
