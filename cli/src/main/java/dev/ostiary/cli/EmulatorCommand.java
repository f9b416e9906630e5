package dev.ostiary.cli;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** For experiments and for tests in other languages. */
@Command(
        name = "emulator",
        hidden = true,
        description = "Runs the Entra emulator alone, with the demo's users, on loopback.",
        footer = {"", "Examples:", "  ostiary emulator --port 9100 --public-url http://localhost:8080 --route notes"})
final class EmulatorCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(names = "--port", paramLabel = "PORT", description = "Where to listen; 0 (default): a free one.")
    private int port;

    @Option(
            names = "--public-url",
            paramLabel = "URL",
            description = "Origin of the gateway; default: ${DEFAULT-VALUE}.")
    private String publicUrl = "http://localhost:8080";

    @Option(names = "--route", paramLabel = "R", description = "A route of the gateway; may be given several times.")
    private List<String> routes = List.of("notes");

    EmulatorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        EntraEmulator emulator;
        try {
            emulator = EntraEmulator.start(
                    Settings.of(DemoDirectory.forGateway(publicUrl, routes)).withPort(port));
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw CommandFailure.environment(String.valueOf(e.getMessage()));
        }
        Runtime.getRuntime().addShutdownHook(new Thread(emulator::close, "ostiary-end"));
        terminal.line("listening on " + emulator.origin() + "/" + DemoDirectory.TENANT_ID);
        new CountDownLatch(1).await();
        return ExitCode.OK;
    }
}
