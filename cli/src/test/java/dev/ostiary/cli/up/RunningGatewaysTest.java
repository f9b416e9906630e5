package dev.ostiary.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.cli.CommandFailure;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningGatewaysTest {

    @TempDir
    private Path temporary;

    private RunningGateways gateways;

    @BeforeEach
    void folder() {
        gateways = new RunningGateways(temporary.resolve("ostiary"));
    }

    @Test
    void theOnlyOneIsFoundUntilItIsClosed() throws Exception {
        RunningGateway gateway = gateway(8080, ProcessHandle.current().pid());
        try (RunningGateways.Registration registration = gateways.register(gateway)) {
            assertThat(gateways.find(null)).isEqualTo(gateway);
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(temporary.resolve("ostiary/up-8080.json"))))
                    .isEqualTo("rw-------");
        }
        assertThatThrownBy(() -> gateways.find(null))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("no gateway of yours is running");
    }

    @Test
    void oneWhoseProcessIsGoneDoesNotCount() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        gateways.register(gateway(8080, process.pid()));

        assertThatThrownBy(() -> gateways.find(null)).hasMessageContaining("no gateway of yours is running");
    }

    @Test
    void amongSeveralThePortDecides() throws Exception {
        long self = ProcessHandle.current().pid();
        gateways.register(gateway(8081, self));
        gateways.register(gateway(9000, self));

        assertThat(gateways.find(9000).port()).isEqualTo(9000);
        assertThatThrownBy(() -> gateways.find(null)).hasMessageContaining("8081, 9000");
        assertThatThrownBy(() -> gateways.find(7000)).hasMessageContaining("at port 7000");
    }

    @Test
    void amongSeveralTheOneAtTheDefaultPortIsMeant() throws Exception {
        long self = ProcessHandle.current().pid();
        gateways.register(gateway(8080, self));
        gateways.register(gateway(9000, self));

        assertThat(gateways.find(null).port()).isEqualTo(8080);
    }

    @Test
    void halfAFileIsPassedOver() throws Exception {
        gateways.register(gateway(8080, ProcessHandle.current().pid()));
        Files.writeString(temporary.resolve("ostiary/up-9000.json"), "{\"pid\":1");

        assertThat(gateways.find(null).port()).isEqualTo(8080);
    }

    @Test
    void aFolderThatOthersCanWriteIsNotBelieved() throws Exception {
        gateways.register(gateway(8080, ProcessHandle.current().pid()));
        Files.setPosixFilePermissions(temporary.resolve("ostiary"), PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatThrownBy(() -> gateways.find(null)).hasMessageContaining("open to other users");
    }

    private static RunningGateway gateway(int port, long pid) {
        return new RunningGateway(
                pid,
                port,
                URI.create("http://localhost:" + port),
                List.of("notes"),
                new RunningGateway.Emulator(URI.create("http://127.0.0.1:1"), "t", List.of("anna"), "contoso.example"));
    }
}
