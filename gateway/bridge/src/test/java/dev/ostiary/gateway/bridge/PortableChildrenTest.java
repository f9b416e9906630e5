package dev.ostiary.gateway.bridge;

import static dev.ostiary.gateway.bridge.Bridge.call;
import static dev.ostiary.gateway.bridge.Bridge.rpc;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The rows of {@link HostileServerTest} that are about processes, with the children of a machine that is no Linux, which also work on
 * one. What they cannot do, and README.md says so: find a process that has left its parent.
 */
@Timeout(180)
class PortableChildrenTest {

    private static final int LINE = 1_000_000;

    private static Bridge bridge;

    @BeforeAll
    static void start() throws Exception {
        bridge = Bridge.portable(
                List.of(
                        "--message-bytes",
                        Integer.toString(LINE),
                        "--write-timeout",
                        "2s",
                        "--ping-timeout",
                        "500ms",
                        "--close-timeout",
                        "300ms",
                        "--kill-timeout",
                        "300ms"),
                SmallServer.path());
    }

    @AfterAll
    static void stop() throws Exception {
        if (bridge != null) {
            bridge.close();
        }
    }

    private static void gone(String session) throws Exception {
        assertThat(bridge.post("anna", session, call("1", "echo", 1)).statusCode())
                .isEqualTo(404);
    }

    @Test
    void theyAreTheOnesThatRun() throws Exception {
        // The others wait for all children with a thread of this name.
        try (var threads = Files.list(Path.of("/proc/" + bridge.process.pid() + "/task"))) {
            assertThat(threads.map(thread -> {
                        try {
                            return Files.readString(thread.resolve("comm")).strip();
                        } catch (java.io.IOException ended) {
                            return "";
                        }
                    }))
                    .doesNotContain("reaper", "pipes");
        }
    }

    @ParameterizedTest
    @CsvSource({"exit, 3, exit code 3", "raise, 11, signal 11 (SIGSEGV)", "half, 0, exit code 0"})
    void diesDuringARequest(String tool, long n, String how) throws Exception {
        String session = bridge.open("anna");
        HttpResponse<String> response = bridge.post("anna", session, call("5", tool, n));
        assertThat(response.body()).contains("\"id\":5").contains("the server's process ended (" + how + ")");
        gone(session);
    }

    @Test
    void isNoProgram() throws Exception {
        try (Bridge own = Bridge.portable(List.of(), "/no/such/program")) {
            assertThat(own.post("anna", null, Bridge.INITIALIZE).body())
                    .contains("/no/such/program")
                    .contains("\"id\":\"i\"");
        }
    }

    @Test
    void stopsReading() throws Exception {
        try (Bridge own = Bridge.portable(
                List.of("--write-timeout", "1s", "--ping-timeout", "300ms"), SmallServer.path(), "stops-reading")) {
            String session = own.open("anna");
            assertThat(own.post("anna", session, rpc("2", "ping", "{}")).body())
                    .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}");
            String large = rpc("3", "tools/call", "{\"name\":\"echo\",\"arguments\":\"" + "x".repeat(300_000) + "\"}");
            assertThat(own.post("anna", session, large).body())
                    .contains("does not read its standard input")
                    .contains("\"id\":3");
            await().atMost(Bridge.PATIENCE).until(() -> own.children().isEmpty());
        }
    }

    @Test
    void writesALineOfAHundredMegabytes() throws Exception {
        String session = bridge.open("anna");
        assertThat(bridge.post("anna", session, call("1", "big", 100_000_000)).body())
                .contains("the process wrote a line of more than " + LINE + " bytes");
        gone(session);
        String next = bridge.open("anna");
        assertThat(bridge.post("anna", next, call("1", "big", LINE - 100)).body())
                .hasSizeGreaterThan(LINE - 100);
    }

    @Test
    void closesItsOutputButLives() throws Exception {
        String session = bridge.open("anna");
        long pid = bridge.pidOf(session);
        assertThat(bridge.post("anna", session, call("1", "closeout", 0)).body())
                .contains("the process closed its standard output");
        gone(session);
        await().atMost(Bridge.PATIENCE).until(() -> !Bridge.isAlive(pid));
    }

    @Test
    void leavesAChild() throws Exception {
        String session = bridge.open("anna");
        long forked = Long.parseLong(bridge.post("anna", session, call("1", "forks", 0))
                .body()
                .replaceFirst(".*\"text\":\"([^\"]*)\".*", "$1"));
        assertThat(Bridge.isAlive(forked)).isTrue();
        bridge.delete("anna", session);
        await().atMost(Bridge.PATIENCE).until(() -> !Bridge.isAlive(forked));
    }

    @Test
    void leavesADaemon() throws Exception {
        try (Bridge own = Bridge.portable(List.of("--max-sessions", "1"), SmallServer.path())) {
            String session = own.open("anna");
            long server = own.pidOf(session);
            long daemon = Long.parseLong(own.post("anna", session, call("1", "daemon", 0))
                    .body()
                    .replaceFirst(".*\"text\":\"([^\"]*)\".*", "$1"));
            try {
                // It dies by itself, so that nobody has looked for its descendants, and the daemon holds the pipes.
                assertThat(own.post("anna", session, call("2", "exit", 3)).body())
                        .contains("exit code 3");
                await().atMost(Bridge.PATIENCE).until(() -> !Bridge.isAlive(server));
                assertThat(Bridge.isAlive(daemon)).isTrue();
                // The session has ended all the same, and its place is free.
                await().atMost(Bridge.PATIENCE)
                        .until(() -> own.post("anna", null, Bridge.INITIALIZE).statusCode() == 200);
            } finally {
                ProcessHandle.of(daemon).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    @Test
    void ignoresSigterm() throws Exception {
        try (Bridge own = Bridge.portable(
                List.of("--close-timeout", "200ms", "--kill-timeout", "200ms"), SmallServer.path(), "ignores-term")) {
            String session = own.open("anna");
            own.delete("anna", session);
            own.awaitLog(line -> line.contains("ignored SIGTERM and was killed"));
            await().atMost(Bridge.PATIENCE).until(() -> own.children().isEmpty());
        }
    }

    @Test
    void aHundredSessionsLeaveNothing() throws Exception {
        try (Bridge own = Bridge.portable(List.of(), SmallServer.path())) {
            own.delete("anna", own.open("anna"));
            await().atMost(Bridge.PATIENCE).until(() -> own.children().isEmpty());
            int before = own.descriptors();
            for (int i = 0; i < 100; i++) {
                String session = own.open("anna");
                String tool = i % 4 == 0 ? "exit" : "echo";
                assertThat(own.post("anna", session, call("1", tool, i)).statusCode())
                        .isEqualTo(200);
                own.delete("anna", session);
            }
            await().atMost(Bridge.PATIENCE).until(() -> own.children().isEmpty());
            await().atMost(Bridge.PATIENCE).until(() -> own.descriptors() <= before + 8);
        }
    }
}
