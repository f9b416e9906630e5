package dev.ostiary.gateway.bridge;

import static dev.ostiary.gateway.bridge.Bridge.call;
import static dev.ostiary.gateway.bridge.Bridge.rpc;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each row of the table in {@code README.md}: what a server may do, and what comes of it. */
class HostileServerTest {

    /** What a bridge may take at most here: 64 MB of heap, and the JVM. */
    private static final long MOST_KB = 250_000;

    private static final int LINE = 1_000_000;

    private static Bridge bridge;

    @BeforeAll
    static void start() throws Exception {
        bridge = Bridge.of(
                "--message-bytes",
                Integer.toString(LINE),
                "--write-timeout",
                "2s",
                "--ping-timeout",
                "500ms",
                "--close-timeout",
                "300ms",
                "--kill-timeout",
                "300ms");
    }

    @AfterAll
    static void stop() throws Exception {
        if (bridge != null) {
            bridge.close();
        }
    }

    private static String text(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body().replaceFirst(".*\"text\":\"([^\"]*)\".*", "$1");
    }

    private static void gone(Bridge where, String session) throws Exception {
        assertThat(where.post("anna", session, call("1", "echo", 1)).statusCode())
                .isEqualTo(404);
    }

    @Test
    void everyRowOfTheTableIsTestedAndEveryTestIsARow() throws Exception {
        List<String> rows = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("README.md"))) {
            if (line.startsWith("| `")) {
                rows.add(line.substring(3, line.indexOf('`', 3)));
            }
        }
        List<String> tests = Arrays.stream(HostileServerTest.class.getDeclaredMethods())
                .filter(method ->
                        method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class))
                .map(java.lang.reflect.Method::getName)
                .filter(name -> !name.startsWith("everyRow"))
                .toList();
        assertThat(new TreeSet<>(rows)).isEqualTo(new TreeSet<>(tests));
    }

    @ParameterizedTest
    @CsvSource({"floods", "never-reads", "silent"})
    void noAnswerToInitialize(String habit) throws Exception {
        try (Bridge own = Bridge.withHabit(
                habit, "--start-timeout", "3s", "--close-timeout", "300ms", "--kill-timeout", "300ms")) {
            HttpResponse<String> response = own.post("anna", null, Bridge.INITIALIZE);
            assertThat(response.body())
                    .contains("\"id\":\"i\"")
                    .contains("the server did not answer initialize within PT3S");
            assertThat(response.headers().firstValue("Mcp-Session-Id")).isEmpty();
            assertThat(own.resident()).isLessThan(MOST_KB);
            await().atMost(Bridge.PATIENCE).until(() -> own.children().isEmpty());
        }
    }

    @ParameterizedTest
    @CsvSource({"dies, exit code 7", "dies-at-initialize, exit code 8"})
    void diesBeforeItsFirstAnswer(String habit, String how) throws Exception {
        try (Bridge own = Bridge.withHabit(habit)) {
            HttpResponse<String> response = own.post("anna", null, Bridge.INITIALIZE);
            assertThat(response.body()).contains("\"id\":\"i\"").contains("-32000");
            assertThat(response.body()).contains(how);
            assertThat(response.headers().firstValue("Mcp-Session-Id")).isEmpty();
            await().atMost(Bridge.PATIENCE).until(() -> own.children().isEmpty());
        }
    }

    @Test
    void isNoProgram() throws Exception {
        try (Bridge own = new Bridge(List.of(), List.of("/no/such/program"))) {
            HttpResponse<String> response = own.post("anna", null, Bridge.INITIALIZE);
            assertThat(response.body())
                    .contains("cannot start /no/such/program: no such program")
                    .contains("\"id\":\"i\"");
        }
    }

    @Test
    void diesBetweenRequests() throws Exception {
        try (Bridge own = Bridge.withHabit("dies-after-initialize")) {
            String session = own.open("anna");
            own.awaitLog(line -> line.contains("session ended") && line.contains("exit code 9"));
            gone(own, session);
        }
    }

    @ParameterizedTest
    @CsvSource({"exit, 3, exit code 3", "raise, 11, signal 11 (SIGSEGV)", "half, 0, exit code 0"})
    void diesDuringARequest(String tool, long n, String how) throws Exception {
        String session = bridge.open("anna");
        HttpResponse<String> response = bridge.post("anna", session, call("5", tool, n));
        assertThat(response.body())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":5,\"error\":{\"code\":-32000,\"message\":"
                        + "\"the session has ended: the server's process ended (" + how + ")\"}}");
        gone(bridge, session);
    }

    @Test
    void refusesToBegin() throws Exception {
        try (Bridge own = Bridge.withHabit("refuses")) {
            HttpResponse<String> response = own.post("anna", null, Bridge.INITIALIZE);
            assertThat(response.body()).contains("\"message\":\"no\"").contains("\"id\":\"i\"");
            assertThat(response.headers().firstValue("Mcp-Session-Id")).isEmpty();
            await().atMost(Bridge.PATIENCE).until(() -> own.children().isEmpty());
        }
    }

    @Test
    void floodsAClientThatDoesNotRead() throws Exception {
        String session = bridge.open("anna");
        try (Bridge.Events events = bridge.stream("anna", session, call("1", "flood", 0))) {
            assertThat(events.next()).contains("notifications/message");
            long before = bridge.resident();
            // The client has stopped reading: soon the server cannot write any more.
            long pid = bridge.pidOf(session);
            await().atMost(Bridge.PATIENCE).until(() -> isBlockedWriting(pid));
            assertThat(bridge.resident()).isLessThan(Math.max(MOST_KB, before));
        }
        assertThat(bridge.delete("anna", session).statusCode()).isEqualTo(204);
        assertThat(bridge.post("anna", bridge.open("anna"), call("1", "echo", 1))
                        .body())
                .contains("\"n\":1");
    }

    private static boolean isBlockedWriting(long pid) throws Exception {
        return Files.readString(Path.of("/proc/" + pid + "/wchan")).contains("pipe")
                || Files.readString(Path.of("/proc/" + pid + "/syscall")).startsWith("1 ");
    }

    @Test
    void floodsWithNobodyListening() throws Exception {
        String session = bridge.open("anna");
        try (Bridge.Events events = bridge.stream("anna", session, call("1", "flood", 0))) {
            assertThat(events.next()).contains("notifications/message");
        }
        bridge.awaitLog(line -> line.contains("a message was dropped"));
        assertThat(bridge.resident()).isLessThan(MOST_KB);
        assertThat(bridge.delete("anna", session).statusCode()).isEqualTo(204);
        await().atMost(Bridge.PATIENCE).until(() -> !Bridge.isAlive(bridge.pidOf(session)));
    }

    @Test
    void stopsReading() throws Exception {
        try (Bridge own = Bridge.withHabit("stops-reading", "--write-timeout", "1s", "--ping-timeout", "300ms")) {
            String session = own.open("anna");
            assertThat(own.post("anna", session, rpc("2", "ping", "{}")).body())
                    .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}");
            String large = rpc("3", "tools/call", "{\"name\":\"echo\",\"arguments\":\"" + "x".repeat(300_000) + "\"}");
            assertThat(own.post("anna", session, large).body())
                    .contains("does not read its standard input")
                    .contains("\"id\":3");
            gone(own, session);
            await().atMost(Bridge.PATIENCE).until(() -> own.children().isEmpty());
        }
    }

    @Test
    void hangs() throws Exception {
        String session = bridge.open("anna");
        try (var hung = new Hung(session)) {
            assertThat(bridge.post("anna", session, rpc("\"p\"", "ping", "{}")).body())
                    .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"result\":{}}");
            bridge.delete("anna", session);
            assertThat(hung.answer.get().body()).contains("the client ended it");
        }
        await().atMost(Bridge.PATIENCE).until(() -> !Bridge.isAlive(bridge.pidOf(session)));
    }

    private static final class Hung implements AutoCloseable {
        final java.util.concurrent.CompletableFuture<HttpResponse<String>> answer;

        Hung(String session) {
            answer = bridge.http.sendAsync(
                    bridge.posting("anna", session, call("1", "hang", 0)), HttpResponse.BodyHandlers.ofString());
        }

        @Override
        public void close() {
            answer.cancel(true);
        }
    }

    @Test
    void printsGarbage() throws Exception {
        String session = bridge.open("anna");
        assertThat(bridge.post("anna", session, call("1", "garbage", 0)).body()).contains("done");
        bridge.awaitLog(line -> line.contains("ignored a line of its standard output"));
        bridge.awaitLog(line -> line.contains("ignored an answer to no open request"));
    }

    @Test
    void printsInvalidUtf8() throws Exception {
        String session = bridge.open("anna");
        assertThat(bridge.post("anna", session, call("1", "binary", 0)).body()).contains("done");
        bridge.awaitLog(line -> line.contains("not UTF-8"));
    }

    @Test
    void writesALineWithoutEnd() throws Exception {
        String session = bridge.open("anna");
        assertThat(bridge.post("anna", session, call("1", "endless", 0)).body())
                .contains("the process wrote a line of more than " + LINE + " bytes");
        gone(bridge, session);
        assertThat(bridge.resident()).isLessThan(MOST_KB);
    }

    @Test
    void writesALineOfAHundredMegabytes() throws Exception {
        String session = bridge.open("anna");
        assertThat(bridge.post("anna", session, call("1", "big", 100_000_000)).body())
                .contains("the process wrote a line of more than " + LINE + " bytes");
        gone(bridge, session);
        assertThat(bridge.resident()).isLessThan(MOST_KB);
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
        gone(bridge, session);
        await().atMost(Bridge.PATIENCE).until(() -> !Bridge.isAlive(pid));
    }

    @Test
    void leavesAChildInItsGroup() throws Exception {
        String session = bridge.open("anna");
        long forked = Long.parseLong(text(bridge.post("anna", session, call("1", "forks", 0))));
        assertThat(Bridge.isAlive(forked)).isTrue();
        bridge.delete("anna", session);
        await().atMost(Bridge.PATIENCE).until(() -> !Bridge.isAlive(forked));
    }

    @Test
    void leavesADaemon() throws Exception {
        try (Bridge own = Bridge.of()) {
            String session = own.open("anna");
            long server = own.pidOf(session);
            long daemon = Long.parseLong(text(own.post("anna", session, call("1", "daemon", 0))));
            own.delete("anna", session);
            // The daemon holds the pipes: the session ends all the same.
            await().atMost(Bridge.PATIENCE).until(() -> !Bridge.isAlive(server));
            assertThat(Bridge.isAlive(daemon)).isTrue();
            own.terminate();
            await().atMost(Bridge.PATIENCE).until(() -> !Bridge.isAlive(daemon));
        }
    }

    @Test
    void leavesAnOrphan() throws Exception {
        String session = bridge.open("anna");
        long orphan = Long.parseLong(text(bridge.post("anna", session, call("1", "orphan", 0))));
        await().atMost(Bridge.PATIENCE).until(() -> !Files.exists(Path.of("/proc/" + orphan)));
    }

    @Test
    void ignoresSigterm() throws Exception {
        try (Bridge own = Bridge.withHabit("ignores-term", "--close-timeout", "200ms", "--kill-timeout", "200ms")) {
            String session = own.open("anna");
            own.delete("anna", session);
            own.awaitLog(line -> line.contains("ignored SIGTERM and was killed"));
            await().atMost(Bridge.PATIENCE).until(() -> own.children().isEmpty());
        }
    }

    @Test
    void writesControlCharactersToItsLog() throws Exception {
        String session = bridge.open("anna");
        assertThat(bridge.post("anna", session, call("1", "stderr", 1)).body()).contains("done");
        assertThat(bridge.awaitLog(line -> line.contains("line 1 ")))
                .matches("\\[s\\d+] line 1 \\\\x1b\\[31mred \\\\xc2\\\\x9bmÛ");
    }
}
