package dev.ostiary.examples.sampleserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MainTest {

    private Process process;

    @AfterEach
    void kill() {
        process.destroyForcibly();
    }

    @Test
    void endsWhenItsStandardInputEnds() throws Exception {
        start("--port", "0");
        BufferedReader output = process.inputReader();
        assertThat(output.readLine()).matches("listening on http://127\\.0\\.0\\.1:\\d+/mcp");
        assertThat(process.isAlive()).isTrue();

        process.outputWriter().close();

        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(output.readLine()).isNull();
        assertThat(process.errorReader().readLine()).isNull();
    }

    @Test
    void aTakenPortIsExitCode3() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            start("--port", String.valueOf(taken.getLocalPort()));

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(3);
            assertThat(process.errorReader().lines().toList())
                    .contains("port " + taken.getLocalPort() + " on 127.0.0.1 is taken");
        }
    }

    @Test
    void wrongArgumentsAreExitCode2() throws Exception {
        start("--port", "70000");

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(process.errorReader().readLine()).contains("0 to 65535").contains("70000");
    }

    private void start(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command).start();
    }
}
