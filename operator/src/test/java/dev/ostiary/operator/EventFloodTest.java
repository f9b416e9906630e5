package dev.ostiary.operator;

import static dev.ostiary.operator.Fixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpPolicy;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** However often something breaks and is mended, its events are few. */
class EventFloodTest {

    private static final String GOOD = "permit(principal, action, resource);";

    private final ShiftedClock clock = new ShiftedClock();
    private Fixture fixture;

    @BeforeEach
    void start() {
        fixture = new Fixture(clock);
        fixture.gateway("engineering", "");
        fixture.workload("notes", "engineering", "url: https://notes.example.com/mcp");
        fixture.policy("readers", "notes", GOOD);
        untilAccepted(Condition.Status.TRUE);
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void whatBreaksTheSameWayAgainIsSaidOnce() {
        for (int i = 0; i < 5; i++) {
            swing("permit(principal, action, resource) when { ;");
        }
        Quiet.await(fixture);

        assertThat(events()).extracting(Event::getType).containsExactlyInAnyOrder("Warning", "Normal");

        // Ten minutes later it is worth saying again.
        clock.forward(Duration.ofMinutes(11));
        swing("permit(principal, action, resource) when { ;");
        until(() -> assertThat(events()).hasSize(4));
    }

    @Test
    void whatBreaksInEverNewWaysIsBoundedPerResource() {
        for (int i = 0; i < 14; i++) {
            // Another column, so another message.
            swing("permit(principal, action, resource) when { " + "true && ".repeat(i) + ";");
        }
        Quiet.await(fixture);

        assertThat(events()).hasSize(10);
        assertThat(events()).allSatisfy(event -> {
            assertThat(event.getReportingController()).isEqualTo("ostiary.dev/operator");
            assertThat(event.getReason()).isIn("PolicyInvalid", "Accepted");
        });
    }

    /** Breaks the policy, and mends it. */
    private void swing(String broken) {
        fixture.apply(McpPolicy.class, Given.policy(fixture.namespace, "readers", "McpWorkload", "notes", broken));
        untilAccepted(Condition.Status.FALSE);
        fixture.apply(McpPolicy.class, Given.policy(fixture.namespace, "readers", "McpWorkload", "notes", GOOD));
        untilAccepted(Condition.Status.TRUE);
    }

    private void untilAccepted(Condition.Status status) {
        until(() -> {
            Condition accepted = fixture.policyCondition("readers", "Accepted");
            assertThat(accepted.status()).isEqualTo(status);
            assertThat(accepted.observedGeneration())
                    .isEqualTo(fixture.get(McpPolicy.class, "readers")
                            .getMetadata()
                            .getGeneration());
        });
    }

    private List<Event> events() {
        return fixture.admin.resources(Event.class).inNamespace(fixture.namespace).list().getItems().stream()
                .filter(event -> event.getRegarding().getName().equals("readers"))
                .toList();
    }
}
