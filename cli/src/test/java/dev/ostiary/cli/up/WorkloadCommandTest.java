package dev.ostiary.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.cli.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
    void oneThatEndsByItselfIsReported() throws Exception {
        try (WorkloadCommand command = WorkloadCommand.start("notes", "sh -c 'exit 4'", terminal)) {
            await().atMost(SOON)
                    .until(() -> err.toString(StandardCharsets.UTF_8).contains("workload notes has ended with code 4"));
        }
    }
}
