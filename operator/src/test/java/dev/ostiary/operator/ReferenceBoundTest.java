package dev.ostiary.operator;

import static dev.ostiary.operator.Fixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpWorkload;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Resources of one namespace that name more Secrets than the operator watches: who is beyond is told, the others are served. */
class ReferenceBoundTest {

    private static final int PER_WORKLOAD = 64;
    private static final int WORKLOADS = 16;

    private Fixture fixture;

    @BeforeEach
    void start() {
        fixture = new Fixture();
        fixture.gateway("engineering", "");
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void whoIsBeyondIsToldAndServedWhenThereIsRoom() {
        for (int i = 0; i < WORKLOADS; i++) {
            int first = i * PER_WORKLOAD;
            fixture.workload(
                    "w-" + (char) ('a' + i),
                    "engineering",
                    IntStream.range(first, first + PER_WORKLOAD)
                            .mapToObj(
                                    "  - { name: V%1$d, valueFrom: { secretKeyRef: { name: s-%1$04d, key: v, optional: true } } }"
                                            ::formatted)
                            .collect(Collectors.joining("\n", "image: registry.example/notes:1\nenv:\n", "")));
        }

        until(() -> {
            Condition refs = fixture.workloadCondition("w-p", "ResolvedRefs");
            assertThat(refs.status()).isEqualTo(Condition.Status.FALSE);
            assertThat(refs.reason()).isEqualTo("TooManyReferences");
            assertThat(refs.message()).contains("Secret " + fixture.namespace + "/s-1000 and 23 more", "1000");
            assertThat(fixture.workloadCondition("w-a", "Programmed").status()).isEqualTo(Condition.Status.TRUE);
        });
        assertThat(fixture.requests().stream()
                        .filter(request -> request.resource().equals("secrets")
                                && request.verb().equals("list"))
                        .map(ChartRules.Request::name)
                        .filter(name -> name.startsWith("s-"))
                        .distinct())
                .hasSizeLessThanOrEqualTo(1_000);

        fixture.delete(McpWorkload.class, "w-a");
        until(() -> assertThat(fixture.workloadCondition("w-p", "ResolvedRefs").status())
                .isEqualTo(Condition.Status.TRUE));
    }
}
