package dev.ostiary.cli.up;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.cli.Terminal;
import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.config.KeyPolicies;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.server.http.TlsFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is being served, and how it becomes something else when files or keys change. Once it serves, safe for any thread.
 */
final class ServedGateway {

    private final GatewayFiles source;
    private final Host.Overrides overrides;
    private final @Nullable Path credentialFile;
    private final LocalEntra entra;
    private final ListenAddress address;
    private final AssertionKeysFile assertionKeys;
    private final StdioServers stdio;
    private final OpenResources open;
    private final RunningGateways gateways;
    private final Terminal terminal;
    private KeyRing keys;
    private @Nullable DataPlane plane;
    private @Nullable TlsFolder tlsFolder;
    private boolean encrypted;
    private @Nullable RuntimeConfig enforced;
    private volatile @Nullable KeyPolicies keyPolicies;
    private List<String> said = List.of();

    /**
     * Nothing is read or served yet.
     *
     * @param overrides what this machine has otherwise, but for the credential
     * @param credentialFile the credential, read each time; null: none
     * @param assertionKeys follows what is served
     * @param stdio runs the stdio servers among the workloads
     * @param open gets what has to be closed
     */
    ServedGateway(
            GatewayFiles source,
            Host.Overrides overrides,
            @Nullable Path credentialFile,
            LocalEntra entra,
            KeyRing keys,
            ListenAddress address,
            AssertionKeysFile assertionKeys,
            StdioServers stdio,
            OpenResources open,
            RunningGateways gateways,
            Terminal terminal) {
        this.source = source;
        this.overrides = overrides;
        this.credentialFile = credentialFile;
        this.entra = entra;
        this.keys = keys;
        this.address = address;
        this.assertionKeys = assertionKeys;
        this.stdio = stdio;
        this.open = open;
        this.gateways = gateways;
        this.terminal = terminal;
    }

    /** What the files say now, with all credentials that it names, and with the stdio servers running that they want. */
    synchronized GatewayFiles.Outcome read() throws CommandFailure {
        HostCredential credential = credentialFile == null ? null : HostCredential.read(credentialFile);
        GatewayFiles.Outcome outcome = source.read(overrides(credential, null));
        Map<String, String> bridges = running(outcome.stdio());
        if (!outcome.stdio().isEmpty()) {
            outcome = source.read(overrides(credential, bridges));
        }
        if (entra.registration().equals(outcome.snapshot().entra())) {
            entra.serve(address.publicUrl(), outcome.routes());
            return outcome.with(DemoRegistration.credentials());
        }
        return credential == null ? outcome : outcome.with(credential.values());
    }

    private Host.Overrides overrides(@Nullable HostCredential credential, @Nullable Map<String, String> bridges) {
        return new Host.Overrides(
                overrides.publicUrl(),
                overrides.urls(),
                overrides.commands(),
                overrides.entra(),
                credential == null ? null : credential.credential(),
                overrides.keepsState(),
                bridges);
    }

    private Map<String, String> running(List<StdioServer> wanted) throws CommandFailure {
        try {
            // Without servers there is no file to be made for them.
            return stdio.run(wanted, wanted.isEmpty() ? Path.of("") : assertionKeys.file(keys));
        } catch (IOException e) {
            throw CommandFailure.environment("the keys for assertions cannot be written: " + e.getMessage());
        }
    }

    /** When the keys of what is served change. */
    KeyPolicies keyPolicies() {
        KeyPolicies known = keyPolicies;
        if (known == null) {
            throw new IllegalStateException("nothing is served yet");
        }
        return known;
    }

    /** The files of the certificate and key, brought up to date; null for plain HTTP. */
    @Nullable
    TlsFiles tls(GatewayFiles.Outcome outcome) throws CommandFailure {
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

    RuntimeConfig config(GatewayFiles.Outcome outcome) {
        return RuntimeConfig.of(outcome.snapshot(), keys, outcome.credentials());
    }

    synchronized void serveWith(DataPlane started, GatewayFiles.Outcome outcome) {
        plane = started;
        enforced = config(outcome);
        assertionKeys.publish(enforced);
        keyPolicies = outcome.keys();
        said = outcome.lines();
        register(outcome);
    }

    /** Switches to other keys; nothing else changes. */
    synchronized void enforce(KeyRing ring) {
        RuntimeConfig before = enforced;
        if (plane == null || before == null) {
            throw new IllegalStateException("nothing is served yet");
        }
        RuntimeConfig config = new RuntimeConfig(before.snapshot(), before.revision(), ring, before.credentials());
        assertionKeys.publish(config);
        plane.apply(config).forEach(terminal::warning);
        enforced = config;
        keys = ring;
    }

    /** Never throws: a file that cannot be used leaves what is enforced as it is. */
    synchronized void reload() {
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
            keyPolicies = outcome.keys();
            RuntimeConfig config = config(outcome);
            if (plane == null || config.equals(enforced)) {
                return;
            }
            assertionKeys.publish(config);
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
