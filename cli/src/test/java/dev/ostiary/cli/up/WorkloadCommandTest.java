package dev.ostiary.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.cli.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkloadCommandTest {

    private static final Duration SOON = Duration.ofSeconds(15);

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Terminal terminal =
            new Terminal(System.out, new PrintStream(err, true, StandardCharsets.UTF_8), false);

    @Test
    void itEndsWhenClosedWithAllThatItStarted() throws Exception {
        Path pids = folder.resolve("pids");
        try (WorkloadCommand command = WorkloadCommand.start(
                "notes", "sh -c 'echo $$ >> " + pids + "; sleep 60 & echo $! >> " + pids + "; wait'", terminal)) {
            await().atMost(SOON)
                    .until(() -> Files.exists(pids) && Files.readAllLines(pids).size() == 2);
        }
        for (String pid : Files.readAllLines(pids)) {
            await().atMost(SOON)
                    .until(() -> ProcessHandle.of(Long.parseLong(pid)).isEmpty());
        }
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void oneThatWillNotEndIsMadeTo() throws Exception {
        Path pid = folder.resolve("pid");
        WorkloadCommand command = WorkloadCommand.start(
                "notes", "sh -c 'trap \"\" TERM; echo $$ > " + pid + "; while :; do sleep 1; done'", terminal);
        await().atMost(SOON)
                .until(() -> Files.exists(pid) && !Files.readString(pid).isBlank());

        command.close();

        await().atMost(SOON)
                .until(() -> ProcessHandle.of(
                                Long.parseLong(Files.readString(pid).strip()))
                        .isEmpty());
    }

    @Test
    void whatItDetachedFromItselfEndsAsWell() throws Exception {
        assumeThat(Path.of("/usr/bin/setsid")).exists();
        Path pids = folder.resolve("pids");
        // The shell in the middle ends at once, so that nothing leads from the command to the sleeper.
        try (WorkloadCommand command = WorkloadCommand.start(
                "notes", "sh -c 'sh -c \"sleep 60 & echo \\$! >> " + pids + "\"; sleep 60'", terminal)) {
            await().atMost(SOON)
                    .until(() -> Files.exists(pids) && Files.readAllLines(pids).size() == 1);
        }
        long detached = Long.parseLong(Files.readAllLines(pids).getFirst());
        await().atMost(SOON).until(() -> ProcessHandle.of(detached).isEmpty());
    }

    @Test
    void oneThatEndsIsStartedAgainAndEachEndIsSaidOnce() throws Exception {
        Path starts = folder.resolve("starts");
        Path go = folder.resolve("go");
        // Ends twice, then stays.
        String script = "sh -c 'echo x >> " + starts + "; [ $(wc -l < " + starts + ") -gt 2 ] || exit 4; touch " + go
                + "; sleep 60'";
        try (WorkloadCommand command = WorkloadCommand.start("notes", script, terminal, Duration.ofMillis(50))) {
            await().atMost(SOON).until(() -> Files.exists(go));
            assertThat(Files.readAllLines(starts)).hasSize(3);
        }
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("The command of workload notes has ended with code 4"));
    }

    @Test
    void whatAnEndedCommandLeftBehindDoesNotHoldItsPort() throws Exception {
        assumeThat(Path.of("/usr/bin/setsid")).exists();
        Path pids = folder.resolve("pids");
        try (WorkloadCommand command = WorkloadCommand.start(
                "notes", "sh -c 'sleep 60 & echo $! >> " + pids + "; exit 1'", terminal, Duration.ofMinutes(1))) {
            await().atMost(SOON)
                    .until(() -> err.toString(StandardCharsets.UTF_8).contains("has ended with code 1"));
            long left = Long.parseLong(Files.readAllLines(pids).getFirst());
            await().atMost(SOON).until(() -> ProcessHandle.of(left).isEmpty());
        }
    }

    @Test
    void oneThatWaitsToBeStartedAgainIsNotStartedAfterClosing() throws Exception {
        Path starts = folder.resolve("starts");
        WorkloadCommand command = WorkloadCommand.start(
                "notes", "sh -c 'echo x >> " + starts + "; exit 4'", terminal, Duration.ofHours(1));
        await().atMost(SOON)
                .until(() -> err.toString(StandardCharsets.UTF_8).contains("started again in 3600 seconds"));
        command.close();
        command.close();
        assertThat(Files.readAllLines(starts)).hasSize(1);
    }

    @Test
    void theWaitDoublesUpToABoundAndIsShortAgainAfterALongRun() {
        RestartDelay delay = new RestartDelay(Duration.ofSeconds(1));
        assertThat(Stream.generate(() -> delay.after(Duration.ofMillis(5)).toSeconds())
                        .limit(8))
                .containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L, 30L);
        assertThat(delay.after(Duration.ofMinutes(2))).hasSeconds(1);
        assertThat(delay.after(Duration.ofMillis(5))).hasSeconds(2);
    }
}
