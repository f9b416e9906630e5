package dev.ostiary.gateway.bridge;

import static dev.ostiary.gateway.bridge.Bridge.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How sessions, processes and the bridge itself end. */
class EndingTest {

    @Test
    void sigtermLetsWhatIsOpenEnd() throws Exception {
        try (Bridge bridge = Bridge.of("--drain", "3m")) {
            String idle = bridge.open("anna");
            String busy = bridge.open("ben");
            // Answered when it has been told what it asks for.
            try (Bridge.Events open = bridge.stream("ben", busy, call("1", "ask", 0))) {
                assertThat(open.next()).contains("\"id\":\"ask-1\"");
                bridge.terminate();
                await().atMost(Bridge.PATIENCE)
                        .until(() -> bridge.get("/readyz").statusCode() == 503);
                HttpResponse<String> late = bridge.post("carl", null, Bridge.INITIALIZE);
                assertThat(late.statusCode()).isEqualTo(503);
                assertThat(late.headers().firstValue("Retry-After")).hasValue("5");
                await().atMost(Bridge.PATIENCE)
                        .until(() ->
                                bridge.post("anna", idle, call("1", "echo", 1)).statusCode() == 404);
                String answer = "{\"jsonrpc\":\"2.0\",\"id\":\"ask-1\",\"result\":{}}";
                assertThat(bridge.post("ben", busy, answer).statusCode()).isEqualTo(202);
                assertThat(open.next()).contains("answered");
            }
            assertThat(bridge.process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(bridge.process.exitValue()).isZero();
        }
    }

    @Test
    void sigtermEndsWhatDoesNotEndInTime() throws Exception {
        try (Bridge bridge = Bridge.withHabit(
                "ignores-term", "--drain", "8s", "--close-timeout", "200ms", "--kill-timeout", "200ms")) {
            String session = bridge.open("anna");
            long pid = bridge.pidOf(session);
            CompletableFuture<HttpResponse<String>> hung = bridge.http.sendAsync(
                    bridge.posting("anna", session, call("1", "hang", 0)), HttpResponse.BodyHandlers.ofString());
            bridge.awaitLog(line -> line.contains("hangs"));
            bridge.terminate();
            assertThat(hung.handle((answer, failed) ->
                                    answer == null || answer.body().contains("this instance ends"))
                            .get(60, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(bridge.process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(bridge.process.exitValue()).isZero();
            assertThat(Bridge.isAlive(pid)).isFalse();
        }
    }

    @Test
    void idleSessionsEndAndThoseWithAStreamDoNot() throws Exception {
        try (Bridge bridge = Bridge.of("--idle-timeout", "6s")) {
            String listening = bridge.open("anna");
            try (Bridge.Events events = bridge.stream("anna", listening, null)) {
                String idle = bridge.open("ben");
                bridge.awaitLog(line -> line.contains("it was idle for PT6S"));
                await().atMost(Bridge.PATIENCE).until(() -> bridge.children().size() == 1);
                assertThat(bridge.post("ben", idle, call("1", "echo", 1)).statusCode())
                        .isEqualTo(404);
                assertThat(bridge.post("anna", listening, call("1", "change", 1))
                                .statusCode())
                        .isEqualTo(200);
                assertThat(events.next()).contains("list_changed");
            }
        }
    }

    @Test
    void theCapHoldsUntilAProcessIsGone() throws Exception {
        try (Bridge bridge = Bridge.withHabit(
                "ignores-term", "--max-sessions", "2", "--close-timeout", "200ms", "--kill-timeout", "200ms")) {
            String first = bridge.open("anna");
            bridge.open("anna");
            HttpResponse<String> third = bridge.post("ben", null, Bridge.INITIALIZE);
            assertThat(third.statusCode()).isEqualTo(503);
            assertThat(third.headers().firstValue("Retry-After")).hasValue("5");
            assertThat(third.body()).contains("all of 2 sessions are taken");
            bridge.delete("anna", first);
            await().atMost(Bridge.PATIENCE)
                    .until(() -> bridge.post("ben", null, Bridge.INITIALIZE).statusCode() == 200);
            assertThat(bridge.children()).hasSize(2);
        }
    }

    @Test
    void theGatewaysLooksTakeNobodysPlace() throws Exception {
        try (Bridge bridge = Bridge.of("--max-sessions", "1")) {
            String his = bridge.open("anna");
            for (int i = 0; i < 10; i++) {
                String look = look(bridge);
                assertThat(bridge.post("ostiary:inspect", look, Bridge.rpc("1", "tools/list", "{}"))
                                .body())
                        .contains("\"name\":\"echo\"");
                assertThat(bridge.delete("ostiary:inspect", look).statusCode()).isEqualTo(204);
                assertThat(bridge.delete("ostiary:inspect", his).statusCode()).isEqualTo(404);
                await().atMost(Bridge.PATIENCE).until(() -> bridge.children().size() == 1);
            }
            for (int i = 0; i < 4; i++) {
                look(bridge);
            }
            assertThat(bridge.post("ostiary:inspect", null, Bridge.INITIALIZE).statusCode())
                    .isEqualTo(503);
            assertThat(bridge.post("ben", null, Bridge.INITIALIZE).body()).contains("all of 1 sessions are taken");
        }
    }

    /** A place is free again a moment after its process is gone. */
    private static String look(Bridge bridge) {
        return await().atMost(Bridge.PATIENCE)
                .until(
                        () -> bridge.post("ostiary:inspect", null, Bridge.INITIALIZE),
                        response -> response.statusCode() == 200)
                .headers()
                .firstValue("Mcp-Session-Id")
                .orElseThrow();
    }

    @Test
    void twoThousandSessionsLeaveNothing() throws Exception {
        try (Bridge bridge = Bridge.of()) {
            bridge.delete("anna", bridge.open("anna"));
            await().atMost(Bridge.PATIENCE).until(() -> bridge.children().isEmpty());
            int before = bridge.descriptors();
            try (ExecutorService clients = Executors.newFixedThreadPool(4)) {
                List<Future<?>> all = IntStream.range(0, 4)
                        .<Future<?>>mapToObj(client -> clients.submit(() -> {
                            for (int i = 0; i < 500; i++) {
                                String session = bridge.open("user-" + client);
                                assertThat(bridge.post("user-" + client, session, call("1", "echo", i))
                                                .body())
                                        .contains("\"n\":" + i);
                                assertThat(bridge.delete("user-" + client, session)
                                                .statusCode())
                                        .isEqualTo(204);
                            }
                            return null;
                        }))
                        .toList();
                for (Future<?> one : all) {
                    one.get(10, TimeUnit.MINUTES);
                }
            }
            await().atMost(Bridge.PATIENCE).until(() -> bridge.children().isEmpty());
            // Connections that the client keeps open, and a log line's file now and then.
            await().atMost(Bridge.PATIENCE).until(() -> bridge.descriptors() <= before + 8);
            assertThat(bridge.resident()).isLessThan(250_000);
        }
    }
}
