package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.cli.Terminal;
import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.config.Closure;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.server.http.TlsFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
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
    private final OpenResources open = new OpenResources();

    /** Knows what to do and has not begun. */
    public OneMachine(UpOptions options, Installation installation, Terminal terminal, RunningGateways gateways) {
        this(options, installation, terminal, gateways, NettyDataPlane::start);
    }

    OneMachine(
            UpOptions options,
            Installation installation,
            Terminal terminal,
            RunningGateways gateways,
            DataPlane.Start planes) {
        this.options = options;
        this.installation = installation;
        this.terminal = terminal;
        this.gateways = gateways;
        this.planes = planes;
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
        requireCredential();
        KeyRing keys = keys();
        // What takes longest begins first; children are closed last.
        SampleServerProcess sample =
                options.demo() ? open.add(SampleServerProcess.start(installation.requiredHome(), rehearsal)) : null;
        LocalEntra entra = open.add(LocalEntra.reserve());
        GatewayFiles source = new GatewayFiles(files, options.gateway());
        // The first look only tells where to listen and which routes there are.
        URI declared = options.publicUrl();
        GatewayFiles.Outcome first = source.read(overrides(declared, options.urls(), entra));
        ListenAddress address =
                ListenAddress.of(declared == null ? first.snapshot().publicUrl() : declared, options.port());
        address.requireFree();
        if (entra.registration().equals(first.snapshot().entra())) {
            entra.serve(address.publicUrl(), first.routes());
        }
        for (Map.Entry<String, String> command : options.commands().entrySet()) {
            open.add(WorkloadCommand.start(command.getKey(), command.getValue(), terminal));
        }
        Map<String, String> urls = new TreeMap<>(options.urls());
        if (sample != null) {
            urls.putIfAbsent(DEMO_WORKLOAD, sample.url().toString());
        }
        Served served = new Served(source, overrides(address.publicUrl(), urls, entra), entra, keys, address);
        GatewayFiles.Outcome outcome = served.read();
        outcome.lines().forEach(terminal::warning);
        DataPlane plane = open.add(planes.start(
                address,
                options.adminPort(),
                served.config(outcome),
                served.tls(outcome),
                rehearsal ? OutputStream.nullOutputStream() : terminal.results()));
        served.serveWith(plane, outcome);
        try {
            open.add(ChangeWatch.start(files, served::reload));
        } catch (IOException e) {
            terminal.warning("changes of " + files + " will not be noticed: " + e.getMessage());
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
                entra.registration());
    }

    private KeyRing keys() throws CommandFailure {
        SecureRandom random = new SecureRandom();
        if (options.state() == null) {
            return KeyRing.generate(random, Instant.now());
        }
        try {
            return new KeyRingFile(options.state()).loadOrCreate(random, Instant.now());
        } catch (IOException e) {
            throw CommandFailure.environment("state cannot be kept: " + e.getMessage());
        }
    }

    private void requireCredential() throws CommandFailure {
        if (options.credential() == null) {
            return;
        }
        try {
            OwnerOnly.requirePrivate(options.credential());
            if (!Files.isReadable(options.credential())) {
                throw new IOException(options.credential() + " cannot be read");
            }
        } catch (IOException e) {
            throw CommandFailure.usage("--credential: " + e.getMessage());
        }
        terminal.warning("--credential: nothing in this release asks Entra for anything that needs a credential");
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

    /** What is being served, and how it becomes something else when files change. */
    private final class Served {

        private final GatewayFiles source;
        private final Host.Overrides overrides;
        private final LocalEntra entra;
        private final KeyRing keys;
        private final ListenAddress address;
        private @Nullable DataPlane plane;
        private @Nullable TlsFolder tlsFolder;
        private boolean encrypted;
        private @Nullable RuntimeConfig enforced;
        private List<String> said = List.of();

        private Served(
                GatewayFiles source, Host.Overrides overrides, LocalEntra entra, KeyRing keys, ListenAddress address) {
            this.source = source;
            this.overrides = overrides;
            this.entra = entra;
            this.keys = keys;
            this.address = address;
        }

        private GatewayFiles.Outcome read() throws CommandFailure {
            GatewayFiles.Outcome outcome = source.read(overrides);
            if (entra.registration().equals(outcome.snapshot().entra())) {
                entra.serve(address.publicUrl(), outcome.routes());
            }
            return outcome;
        }

        /** The files of the certificate and key, brought up to date; null for plain HTTP. */
        private @Nullable TlsFiles tls(GatewayFiles.Outcome outcome) throws CommandFailure {
            try {
                if (outcome.tls() != null && tlsFolder == null) {
                    tlsFolder = open.add(TlsFolder.create());
                }
                TlsFiles files = tlsFolder == null ? null : tlsFolder.write(outcome);
                if (plane == null) {
                    encrypted = files != null;
                }
                return files;
            } catch (IOException e) {
                throw CommandFailure.environment("the certificate and key cannot be prepared: " + e.getMessage());
            }
        }

        private RuntimeConfig config(GatewayFiles.Outcome outcome) {
            return RuntimeConfig.of(outcome.snapshot(), keys, outcome.credentials());
        }

        private synchronized void serveWith(DataPlane started, GatewayFiles.Outcome outcome) {
            plane = started;
            enforced = config(outcome);
            said = outcome.lines();
            register(outcome);
        }

        /** Never throws: a file that cannot be used leaves what is enforced as it is. */
        private synchronized void reload() {
            try {
                GatewayFiles.Outcome outcome = read();
                if (!outcome.lines().equals(said)) {
                    outcome.lines().forEach(terminal::warning);
                    said = outcome.lines();
                }
                if (plane != null && encrypted != (tls(outcome) != null)) {
                    throw CommandFailure.usage(
                            "spec.tls appeared or disappeared: restart to change how the port is served");
                }
                RuntimeConfig config = config(outcome);
                if (plane == null || config.equals(enforced)) {
                    return;
                }
                plane.apply(config).forEach(terminal::warning);
                enforced = config;
                register(outcome);
                long closed = outcome.snapshot().routes().stream()
                        .filter(route ->
                                route.closure() != null || outcome.snapshot().closure() != null)
                        .count();
                terminal.hint("Enforced: revision " + config.revision().substring(0, 12) + ", "
                        + outcome.snapshot().routes().size() + " routes, " + closed + " of them closed");
            } catch (CommandFailure e) {
                terminal.warning(e.getMessage() + "\nNothing has changed: what was enforced before stays.");
            } catch (RuntimeException e) {
                terminal.warning("The change is not enforced: " + e);
            }
        }

        private void register(GatewayFiles.Outcome outcome) {
            boolean local = entra.registration().equals(outcome.snapshot().entra());
            RunningGateway running = new RunningGateway(
                    ProcessHandle.current().pid(),
                    address.port(),
                    address.publicUrl(),
                    outcome.routes(),
                    local ? entra.description() : null);
            try {
                open.add(gateways.register(running));
            } catch (IOException e) {
                terminal.warning("`token` will not find this gateway: " + e.getMessage());
            }
        }
    }
}
