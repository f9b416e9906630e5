package dev.ostiary.cli;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EmptyTenant;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** For experiments and for tests in other languages. */
@Command(
        name = "emulator",
        hidden = true,
        description = "Runs the Entra emulator alone, with the demo's users; not for production.",
        footer = {"", "Examples:", "  ostiary emulator --port 9100 --public-url http://localhost:8080 --route notes"})
final class EmulatorCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(names = "--port", paramLabel = "PORT", description = "Where to listen; 0 (default): a free one.")
    private int port;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description = "IP address to listen on; default: loopback. Whoever reaches it can sign in as anyone.")
    private String listen = "127.0.0.1";

    @Option(names = "--host", paramLabel = "HOST", description = "Host in its URLs; default: ${DEFAULT-VALUE}.")
    private String host = "localhost";

    @Option(names = "--tls", description = "Serve https, with a certificate from an authority of its own.")
    private boolean tls;

    @Option(
            names = "--public-url",
            paramLabel = "URL",
            description = "Origin of the gateway; default: ${DEFAULT-VALUE}.")
    private String publicUrl = "http://localhost:8080";

    @Option(names = "--route", paramLabel = "R", description = "A route of the gateway; may be given several times.")
    private List<String> routes = List.of("notes");

    @Option(
            names = "--empty",
            description =
                    "A tenant without registrations, for `ostiary entra apply`; --public-url and --route mean nothing.")
    private boolean empty;

    EmulatorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        EntraEmulator emulator;
        try {
            Settings settings = Settings.of(
                            empty ? EmptyTenant.directory() : DemoDirectory.forGateway(publicUrl, routes))
                    .withListen(InetAddress.ofLiteral(listen))
                    .withPort(port)
                    .withHost(host);
            emulator = EntraEmulator.start(tls ? settings.withTls() : settings);
        } catch (UncheckedIOException | IllegalArgumentException e) {
            throw CommandFailure.environment(String.valueOf(e.getMessage()));
        }
        Runtime.getRuntime().addShutdownHook(new Thread(emulator::close, "ostiary-end"));
        terminal.line("listening on " + emulator.origin() + "/" + (empty ? EmptyTenant.ID : DemoDirectory.TENANT_ID));
        new CountDownLatch(1).await();
        return ExitCode.OK;
    }
}
