package dev.ostiary.gateway.server.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PodChoiceTest {

    private static final List<String> CALLERS = IntStream.range(0, 3_000)
            .mapToObj(i -> "tenant/user-" + i + " client")
            .toList();

    @Test
    void callersAreSpreadEvenly() {
        int[] count = new int[5];
        CALLERS.forEach(caller -> count[PodChoice.inOrder(caller, 5).getFirst()]++);
        for (int callers : count) {
            assertThat(callers).isBetween(500, 700);
        }
    }

    @Test
    void aPodMoreTakesOnlyWhatBecomesItsOwn() {
        int moved = 0;
        for (String caller : CALLERS) {
            int before = PodChoice.inOrder(caller, 4).getFirst();
            int after = PodChoice.inOrder(caller, 5).getFirst();
            if (before != after) {
                assertThat(after).isEqualTo(4);
                moved++;
            }
        }
        assertThat(moved).isBetween(500, 700);
    }

    @Test
    void thereAreOthersToTryEachOnce() {
        for (String caller : CALLERS) {
            assertThat(PodChoice.inOrder(caller, 7)).hasSize(3).doesNotHaveDuplicates();
            assertThat(PodChoice.inOrder(caller, 2)).containsExactlyInAnyOrder(0, 1);
        }
        assertThat(PodChoice.inOrder("x", 0)).isEmpty();
    }
}
