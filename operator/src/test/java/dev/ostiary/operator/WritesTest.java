package dev.ostiary.operator;

import static dev.ostiary.operator.Fixture.until;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often the operator writes, by the API server's audit log, and how often it makes a configuration into bytes. */
class WritesTest {

    private static final String PERMIT = "permit(principal, action, resource);";
    private static final String FORBID = "forbid(principal, action, resource);";
    private static final int WORKLOADS = 10;

    /** A step on the way is told when it has lasted this long. */
    private static final Duration MOMENT = Duration.ofMillis(1_500);

    @TempDir
    private Path folder;

    private Fixture fixture;

    @BeforeEach
    void start() {
        fixture = new Fixture();
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void fromCreationToEnforcedEveryStatusIsWrittenAboutOnce() {
        fixture.stopOperator();
        fixture.gateway("engineering", "");
        for (int i = 0; i < WORKLOADS; i++) {
            fixture.workload("notes-" + i, "engineering", "url: https://notes.example.com/mcp");
            fixture.policy("readers-" + i, "notes-" + i, PERMIT);
        }
        int before = fixture.writes().size();
        long begin = System.nanoTime();
        fixture.startOperator();
        untilProgrammed();
        long most = WORKLOADS * mostSince(begin);
        Quiet.await(fixture);

        Map<String, Long> writes = since(before);
        assertThat(writes.get("patch mcppolicies/status")).isBetween((long) WORKLOADS, most);
        assertThat(writes.get("patch mcpworkloads/status")).isBetween((long) WORKLOADS, most);
        assertThat(writes).containsEntry("create secrets", 1L).containsEntry("patch secrets", 1L);
        assertThat(writes).doesNotContainKey("create events");
    }

    @Test
    void aRestartWritesNothing() {
        fixture.gateway("engineering", "");
        fixture.workload("notes", "engineering", "image: registry.example/notes:1\nhttp: { stateful: false }");
        fixture.policy("readers", "notes", PERMIT);
        until(() -> assertTrue(fixture.policyCondition("readers", "Programmed")));
        Quiet.await(fixture);

        int before = fixture.writes().size();
        fixture.stopOperator();
        fixture.startOperator();
        Quiet.await(fixture);

        assertThat(since(before)).isEmpty();
    }

    @Test
    void anEditIsOneSecretAndOneStatusEachOfGatewayAndPolicyAndOneSerialisation() throws IOException {
        fixture.gateway("engineering", "");
        for (int i = 0; i < WORKLOADS; i++) {
            fixture.workload("notes-" + i, "engineering", "url: https://notes.example.com/mcp");
            fixture.policy("readers-" + i, "notes-" + i, PERMIT);
        }
        untilProgrammed();
        Quiet.await(fixture);

        int before = fixture.writes().size();
        try (Recording recording = new Recording()) {
            recording.enable("dev.ostiary.SnapshotWritten");
            recording.start();
            long begin = System.nanoTime();
            fixture.apply(
                    McpPolicy.class, Given.policy(fixture.namespace, "readers-3", "McpWorkload", "notes-3", FORBID));
            until(() -> {
                Condition programmed = fixture.policyCondition("readers-3", "Programmed");
                assertTrue(programmed);
                assertThat(programmed.observedGeneration()).isEqualTo(2);
            });
            long most = mostSince(begin);
            Quiet.await(fixture);
            recording.stop();

            Map<String, Long> writes = since(before);
            assertThat(writes)
                    .containsOnlyKeys("patch secrets", "patch mcppolicies/status", "patch mcpgateways/status");
            assertThat(writes).containsEntry("patch secrets", 1L);
            assertThat(writes.get("patch mcppolicies/status")).isBetween(1L, most);
            assertThat(writes.get("patch mcpgateways/status")).isBetween(1L, most);
            assertThat(serialised(recording)).isEqualTo(1);
        }
    }

    /** One write when all is done, and one for every moment that it takes: on a machine with nothing else to do there is none. */
    private static long mostSince(long begin) {
        return 1 + (System.nanoTime() - begin) / MOMENT.toNanos();
    }

    private long serialised(Recording recording) throws IOException {
        Path file = folder.resolve("events.jfr");
        recording.dump(file);
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        return events.stream()
                .filter(event -> event.getString("gateway").startsWith(fixture.namespace + "/"))
                .count();
    }

    private void untilProgrammed() {
        until(() -> {
            for (int i = 0; i < WORKLOADS; i++) {
                assertTrue(fixture.workloadCondition("notes-" + i, "Programmed"));
                assertTrue(fixture.policyCondition("readers-" + i, "Programmed"));
            }
        });
    }

    private Map<String, Long> since(int before) {
        List<ChartRules.Request> writes = fixture.writes();
        return writes.subList(before, writes.size()).stream()
                .collect(groupingBy(write -> write.verb() + " " + write.resource(), TreeMap::new, counting()));
    }

    private static void assertTrue(Condition condition) {
        assertThat(condition.status()).as(condition.toString()).isEqualTo(Condition.Status.TRUE);
    }
}
