package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.cli.Terminal;
import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.config.Closure;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A gateway and all it needs, in this process and its children, from the first start to the last close. {@link #close}
 * may be called by any thread at any time, also while {@link #start} is at work; it returns when nothing is left.
 */
public final class OneMachine implements AutoCloseable {

    private static final String DEMO_WORKLOAD = "notes";

    private final UpOptions options;
    private final Installation installation;
    private final Terminal terminal;
    private final RunningGateways gateways;
    private final DataPlane.Start planes;
    private final InstantSource clock;
    private final OpenResources open = new OpenResources();

    /** Knows what to do and has not begun. */
    public OneMachine(UpOptions options, Installation installation, Terminal terminal, RunningGateways gateways) {
        this(
                options,
                installation,
                terminal,
                gateways,
                NettyDataPlane.telling(new RegistrationLines(terminal)),
                InstantSource.system());
    }

    OneMachine(
            UpOptions options,
            Installation installation,
            Terminal terminal,
            RunningGateways gateways,
            DataPlane.Start planes,
            InstantSource clock) {
        this.options = options;
        this.installation = installation;
        this.terminal = terminal;
        this.gateways = gateways;
        this.planes = planes;
        this.clock = clock;
    }

    /**
     * Starts everything and returns while it serves.
     *
     * @param rehearsal whether this run only prepares faster ones
     * @return the routes' public URLs by name, those of closed routes included
     * @throws CommandFailure when something cannot be had; then nothing is left running
     */
    public Map<String, URI> start(boolean rehearsal) throws CommandFailure, InterruptedException {
        try {
            return startParts(rehearsal);
        } catch (CommandFailure | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Whether there is nothing to close: not yet started, or closed already. */
    public boolean isIdle() {
        return open.isEmpty();
    }

    @Override
    public void close() {
        open.close();
    }

    private Map<String, URI> startParts(boolean rehearsal) throws CommandFailure, InterruptedException {
        Path files = options.files() == null ? installation.requiredDemo() : options.files();
        if (!Files.exists(files)) {
            throw CommandFailure.usage("there is no file or folder " + files);
        }
        if (options.credential() != null) {
            HostCredential.read(options.credential());
        }
        LiveKeys keys = keys();
        // What takes longest begins first; children are closed last.
        SampleServerProcess sample =
                options.demo() ? open.add(SampleServerProcess.start(installation.requiredHome(), rehearsal)) : null;
        LocalEntra entra = open.add(LocalEntra.reserve(options.state()));
        GatewayFiles source = new GatewayFiles(files, options.gateway(), options.commands());
        // The first look only tells where to listen and which routes there are.
        URI declared = options.publicUrl();
        GatewayFiles.Outcome first = source.read(overrides(declared, options.urls(), entra));
        ListenAddress address = ListenAddress.of(
                declared == null ? first.snapshot().publicUrl() : declared,
                options.port(),
                options.listen(),
                first.tls() != null);
        address.requireFree();
        if (entra.registration().equals(first.snapshot().entra())) {
            entra.serve(address.publicUrl(), first.routes());
        }
        for (Map.Entry<String, String> command : options.commands().entrySet()) {
            if (first.httpCommands().contains(command.getKey())) {
                open.add(WorkloadCommand.start(command.getKey(), command.getValue(), terminal));
            }
        }
        Map<String, String> urls = new TreeMap<>(options.urls());
        if (sample != null) {
            urls.putIfAbsent(DEMO_WORKLOAD, sample.url().toString());
        }
        StdioServers stdio = open.add(new StdioServers(System.getProperty("java.class.path"), terminal));
        ServedGateway served = new ServedGateway(
                source,
                overrides(address.publicUrl(), urls, entra),
                options.credential(),
                entra,
                keys.ring(),
                address,
                open.add(new AssertionKeysFile(options.state(), terminal)),
                stdio,
                open,
                gateways,
                terminal);
        GatewayFiles.Outcome outcome = served.read();
        outcome.lines().forEach(terminal::warning);
        DataPlane plane = open.add(planes.start(
                address,
                options.adminPort(),
                options.state(),
                served.config(outcome),
                served.tls(outcome),
                rehearsal ? OutputStream.nullOutputStream() : terminal.results()));
        served.serveWith(plane, outcome);
        stdio.onChange(served::reload);
        open.add(keys).keepUp(served::keyPolicies, served::enforce);
        follow(files, served);
        if (options.credential() != null) {
            follow(options.credential(), served);
        }
        if (!rehearsal) {
            greet(outcome.snapshot(), address);
            if (plane.adminPort() >= 0) {
                terminal.aside("Probes and metrics: http://127.0.0.1:" + plane.adminPort()
                        + "/livez, /readyz and /metrics, for this machine only.");
            }
        }
        Map<String, URI> routes = new TreeMap<>();
        outcome.snapshot()
                .routes()
                .forEach(route -> routes.put(route.name(), outcome.snapshot().resourceUrl(route)));
        return routes;
    }

    private Host.Overrides overrides(@Nullable URI publicUrl, Map<String, String> urls, LocalEntra entra) {
        return new Host.Overrides(
                publicUrl == null ? null : publicUrl.toString(),
                urls,
                new TreeSet<>(options.commands().keySet()),
                entra.registration(),
                null,
                options.state() != null);
    }

    private LiveKeys keys() throws CommandFailure {
        try {
            return LiveKeys.open(options.state(), clock, terminal);
        } catch (IOException e) {
            throw CommandFailure.environment("state cannot be kept: " + e.getMessage());
        }
    }

    private void follow(Path files, ServedGateway served) {
        try {
            open.add(ChangeWatch.start(files, served::reload));
        } catch (IOException e) {
            terminal.warning("changes of " + files + " will not be noticed: " + e.getMessage());
        }
    }

    private void greet(Snapshot snapshot, ListenAddress address) {
        if (options.demo()) {
            Route route = snapshot.routes().getFirst();
            new DemoGuide(terminal, installation.command(), snapshot.resourceUrl(route), address.port()).print();
            return;
        }
        terminal.heading("Ostiary is running: gateway " + snapshot.gateway() + " at " + snapshot.publicUrl());
        for (Route route : snapshot.routes()) {
            Closure closure = snapshot.closure() != null ? snapshot.closure() : route.closure();
            terminal.line("  " + snapshot.resourceUrl(route)
                    + (closure == null ? "" : "   closed: " + closure.reason() + ": " + closure.message()));
        }
        if (snapshot.routes().isEmpty()) {
            terminal.warning("  it has no routes: no McpWorkload names it in spec.gatewayRef");
        }
        terminal.aside("Listening on port " + address.port() + ". Edits take effect at once. Ctrl-C ends it.");
    }
}
