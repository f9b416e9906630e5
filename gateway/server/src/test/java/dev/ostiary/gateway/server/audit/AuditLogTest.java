package dev.ostiary.gateway.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.AuditSettings;
import dev.ostiary.gateway.server.authorize.DecisionRecord;
import dev.ostiary.gateway.server.identity.Principal;
import dev.ostiary.gateway.server.oauth.GrantEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AuditLogTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Principal PRINCIPAL = new Principal(
            "tenant",
            "object",
            "subject",
            "client",
            false,
            List.of(),
            List.of(),
            List.of(),
            JsonNodeFactory.instance.objectNode(),
            Instant.EPOCH,
            "key",
            "token-id");

    /** An output that a test breaks, mends and holds up. */
    private static final class Output extends OutputStream {
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private final CountDownLatch gate;
        private volatile boolean broken;
        private volatile int attempts;

        Output(int held) {
            gate = new CountDownLatch(held);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            attempts = attempts + 1;
            if (broken) {
                throw new IOException("disk full");
            }
            synchronized (written) {
                written.write(bytes, from, length);
            }
        }

        List<String> lines() {
            synchronized (written) {
                return written.toString(StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> !line.isEmpty())
                        .toList();
            }
        }
    }

    @Test
    void aLineHoldsWhoWhatAndWhy() throws Exception {
        Output out = new Output(0);
        try (AuditLog log = log(out, AuditSettings.Arguments.NONE, 8)) {
            assertThat(log.record(record("create_issue", arguments()))).isTrue();
        }
        JsonNode line = JSON.readTree(out.lines().getFirst());
        assertThat(line.path("time").asText()).isEqualTo("1970-01-01T00:00:01Z");
        assertThat(line.path("event").asText()).isEqualTo("decision");
        assertThat(line.path("outcome").asText()).isEqualTo("deny");
        assertThat(line.path("tid").asText()).isEqualTo("tenant");
        assertThat(line.path("oid").asText()).isEqualTo("object");
        assertThat(line.path("client").asText()).isEqualTo("client");
        assertThat(line.path("uti").asText()).isEqualTo("token-id");
        assertThat(line.path("route").asText()).isEqualTo("notes");
        assertThat(line.path("method").asText()).isEqualTo("tools/call");
        assertThat(line.path("target").asText()).isEqualTo("create_issue");
        assertThat(line.path("policies").get(0).asText()).isEqualTo("mcp/p#0");
        assertThat(line.path("errors").get(0).asText()).isEqualTo("mcp/p#1:TYPE");
        assertThat(line.path("shadow").asText()).isEqualTo("allow");
        assertThat(line.path("shadowPolicies").get(0).asText()).isEqualTo("mcp/s#0");
        assertThat(line.path("revision").asText()).isEqualTo("r1");
        assertThat(line.path("trace").asText()).isEqualTo("t1");
        assertThat(line.path("micros").asLong()).isEqualTo(5);
        assertThat(line.has("arguments")).isFalse();
    }

    @ParameterizedTest
    @EnumSource(AuditSettings.Arguments.class)
    void argumentsAreToldAsFarAsTheSettingsSay(AuditSettings.Arguments detail) throws Exception {
        Output out = new Output(0);
        try (AuditLog log = log(out, detail, 8)) {
            log.record(record("t", arguments()));
        }
        String told = JSON.readTree(out.lines().getFirst()).path("arguments").toString();
        assertThat(told)
                .isEqualTo(
                        switch (detail) {
                            case NONE -> "";
                            case NAMES -> "[\"title\",\"count\"]";
                            case VALUES -> "{\"title\":\"secret\",\"count\":3}";
                        });
    }

    @Test
    void textThatIsNoneCostsNoLine() throws Exception {
        Output out = new Output(0);
        ObjectNode half = JsonNodeFactory.instance.objectNode().put("a", "\ud800");
        try (AuditLog log = log(out, AuditSettings.Arguments.VALUES, 8)) {
            log.record(record("note://\ud83d", new DecisionRecord.Arguments(half, 10)));
            log.record(record("line\nbreak\u2028\"", null));
        }
        assertThat(out.lines()).hasSize(2);
        assertThat(JSON.readTree(out.lines().get(0)).path("target").asText()).isEqualTo("note://\ufffd");
        assertThat(JSON.readTree(out.lines().get(1)).path("target").asText()).isEqualTo("line\nbreak\u2028\"");
    }

    @Test
    void aFullQueueRefusesUntilTheWriterHasCaughtUp() {
        Output out = new Output(1);
        try (AuditLog log = log(out, AuditSettings.Arguments.NONE, 4)) {
            await().until(() -> !log.record(record("x", null)));
            long refused = log.refused();
            assertThat(refused).isPositive();
            out.gate.countDown();
            await().until(() -> log.record(record("y", null)));
        }
        assertThat(out.lines()).last().asString().contains("\"target\":\"y\"");
    }

    private static final GrantEvent MADE =
            new GrantEvent.Made(new GrantEvent.Whose("grant", "tenant", "object", "client", "notes"));
    private static final GrantEvent REFUSED =
            new GrantEvent.Refused("client", "grant", "127.0.0.1", "invalid_grant", "Unknown");

    @Test
    void whatSignInsLeadToHasRoomThatDecisionsAndRefusalsHaveNot() throws Exception {
        Output out = new Output(1);
        try (AuditLog log = new AuditLog(out, () -> new AuditSettings(AuditSettings.Arguments.NONE), 12, 4)) {
            // The writer has taken the first, and is held up with it.
            log.record(record("first", null));
            await().until(() -> log.waiting() == 0);
            while (log.record(record("x", null))) {
                assertThat(log.waiting()).isLessThanOrEqualTo(8);
            }
            assertThat(log.waiting()).isEqualTo(8);
            assertThat(log.ready()).isTrue();
            long refused = log.refused();
            log.record(REFUSED);
            assertThat(log.refused()).isEqualTo(refused + 1);
            log.record(MADE);
            log.record(MADE);
            assertThat(log.ready()).isTrue();
            log.record(MADE);
            assertThat(log.ready()).as("the rest is for what is under way").isFalse();
            log.record(MADE);
            assertThat(log.lost()).isZero();
            // Whoever may wait does, and is not lost.
            Thread waiting = Thread.ofVirtual().start(() -> log.record(MADE));
            await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
            // An event loop does not.
            log.record(MADE);
            assertThat(log.lost()).isEqualTo(1);
            out.gate.countDown();
            waiting.join();
            await().until(log::ready);
            log.record(REFUSED);
        }
        assertThat(out.lines().stream().filter(line -> line.contains("grant_made")))
                .hasSize(5);
        assertThat(out.lines().stream().filter(line -> line.contains("Unknown")))
                .hasSize(1);
    }

    @Test
    void whileTheOutputFailsNoSignInIsBegun() {
        Output out = new Output(0);
        try (AuditLog log = log(out, AuditSettings.Arguments.NONE, 64)) {
            out.broken = true;
            log.record(MADE);
            await().until(() -> !log.ready());
            out.broken = false;
            await().until(log::ready);
        }
        assertThat(out.lines()).singleElement().asString().contains("grant_made");
    }

    @Test
    void anOutputThatFailsRefusesAndIsTriedAgainWithoutLosingALine() {
        Output out = new Output(0);
        try (AuditLog log = log(out, AuditSettings.Arguments.NONE, 64)) {
            out.broken = true;
            assertThat(log.record(record("before", null))).isTrue();
            await().until(() -> !log.record(record("meanwhile", null)));
            int attempts = out.attempts;
            await().until(() -> out.attempts > attempts);
            out.broken = false;
            await().until(() -> log.record(record("after", null)));
        }
        assertThat(out.lines()).anyMatch(line -> line.contains("before")).anyMatch(line -> line.contains("after"));
    }

    @Test
    void argumentsThatWaitAreBounded() {
        Output out = new Output(1);
        ObjectNode values = arguments().values();
        try (AuditLog log = log(out, AuditSettings.Arguments.VALUES, 1_000)) {
            int taken = 0;
            while (taken < 100 && log.record(record("x", new DecisionRecord.Arguments(values, 1024 * 1024)))) {
                taken++;
            }
            assertThat(taken).isBetween(30, 66);
            assertThat(log.record(record("small", null))).isTrue();
            out.gate.countDown();
            await().until(() -> log.record(record("x", new DecisionRecord.Arguments(values, 1024 * 1024))));
        }
    }

    @Test
    void closingWritesWhatWaitsAndTakesNothingAnyMore() {
        Output out = new Output(0);
        AuditLog log = log(out, AuditSettings.Arguments.NONE, 4_096);
        for (int i = 0; i < 3_000; i++) {
            log.record(record("n" + i, null));
        }
        log.close();
        assertThat(out.lines()).hasSize(3_000);
        assertThat(log.record(record("late", null))).isFalse();
        log.close();
    }

    private static AuditLog log(OutputStream out, AuditSettings.Arguments detail, int capacity) {
        return new AuditLog(out, () -> new AuditSettings(detail), capacity, 0);
    }

    private static DecisionRecord.Arguments arguments() {
        return new DecisionRecord.Arguments(
                JsonNodeFactory.instance.objectNode().put("title", "secret").put("count", 3), 30);
    }

    private static DecisionRecord record(String target, DecisionRecord.@Nullable Arguments arguments) {
        return new DecisionRecord(
                1_000,
                "t1",
                "r1",
                PRINCIPAL,
                "notes",
                "tools/call",
                target,
                DecisionRecord.Outcome.DENY,
                null,
                List.of("mcp/p#0"),
                List.of("mcp/p#1:TYPE"),
                -1,
                -1,
                DecisionRecord.Outcome.ALLOW,
                List.of("mcp/s#0"),
                5_400,
                arguments);
    }
}
