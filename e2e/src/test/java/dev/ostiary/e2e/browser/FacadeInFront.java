package dev.ostiary.e2e.browser;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.examples.sampleserver.SampleServer;
import dev.ostiary.gateway.compiler.Compilation;
import dev.ostiary.gateway.compiler.Compiler;
import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.compiler.Resources;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.server.GatewayServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What a browser meets when it signs in: the emulator, a gateway with the facade, and the sample server at the route {@code
 * notes}, which Readers and Writers may use. It remembers the approvals of all clients.
 */
final class FacadeInFront implements AutoCloseable {

    static final String ROUTE = "notes";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SECRET = "e2e/entra/client-secret";

    private final SampleServer notes;
    private final EntraEmulator emulator;
    private final GatewayServer server;
    private final URI publicUrl;
    private final ByteArrayOutputStream audit;

    private FacadeInFront(
            SampleServer notes,
            EntraEmulator emulator,
            GatewayServer server,
            URI publicUrl,
            ByteArrayOutputStream audit) {
        this.notes = notes;
        this.emulator = emulator;
        this.server = server;
        this.publicUrl = publicUrl;
        this.audit = audit;
    }

    static FacadeInFront start() throws IOException {
        SampleServer notes = SampleServer.start(0);
        int port = freePort();
        URI publicUrl = URI.create("http://localhost:" + port);
        EntraEmulator emulator =
                EntraEmulator.start(Settings.of(DemoDirectory.forGateway(publicUrl.toString(), List.of(ROUTE))));
        URI origin = URI.create(emulator.origin());
        EntraSettings registration = new EntraSettings(
                DemoDirectory.TENANT_ID,
                DemoDirectory.GATEWAY_CLIENT_ID,
                origin,
                URI.create("https://sts.windows.net"),
                origin,
                new EntraCredential.ClientSecret(SECRET),
                new GroupSettings(GroupSettings.Overage.DENY, GroupSettings.Lookup.APP),
                List.of());
        Compilation compilation = Compiler.compile(
                resources(publicUrl, notes.url()),
                Host.oneMachine(new Host.Overrides(null, Map.of(), new TreeSet<>(), registration)));
        if (!compilation.findings().isEmpty()) {
            throw new IllegalStateException("the test's resources have findings: " + compilation.findings());
        }
        ByteArrayOutputStream audit = new ByteArrayOutputStream();
        GatewayServer server = GatewayServer.start(
                new GatewayServer.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), null, 0, audit),
                RuntimeConfig.of(
                        compilation.gateways().getFirst().snapshot(),
                        KeyRing.generate(new SecureRandom(), Instant.now()),
                        new Credentials(Map.of(SECRET, DemoDirectory.GATEWAY_CLIENT_SECRET))));
        return new FacadeInFront(notes, emulator, server, publicUrl, audit);
    }

    /** The origin of the gateway, without a slash at its end. */
    URI publicUrl() {
        return publicUrl;
    }

    /** A page of the gateway. */
    URI page(String path) {
        return URI.create(publicUrl + path);
    }

    /** The origin of the emulator. */
    String entra() {
        return emulator.origin();
    }

    /** All that has been audited so far. */
    String audited() {
        return audit.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        server.close();
        emulator.close();
        notes.close();
    }

    private static Resources resources(URI publicUrl, URI upstream) throws IOException {
        McpGateway gateway = JSON.readValue("""
                {"apiVersion":"ostiary.dev/v1alpha1","kind":"McpGateway","metadata":{"name":"e2e","namespace":"e2e"},
                 "spec":{"publicUrl":"%s","authorization":{"clients":{"remember":"All"}}}}""".formatted(publicUrl), McpGateway.class);
        McpPolicy policy = JSON.readValue("""
                {"apiVersion":"ostiary.dev/v1alpha1","kind":"McpPolicy","metadata":{"name":"members","namespace":"e2e"},
                 "spec":{"targetRefs":[{"kind":"McpGateway","name":"e2e"}],"groups":{"Readers":"%s","Writers":"%s"},
                         "cedar":"permit(principal in Group::\\"Readers\\", action, resource);\\n\
                permit(principal in Group::\\"Writers\\", action, resource);"}}""".formatted(DemoDirectory.READERS, DemoDirectory.WRITERS), McpPolicy.class);
        McpWorkload workload = JSON.readValue("""
                {"apiVersion":"ostiary.dev/v1alpha1","kind":"McpWorkload","metadata":{"name":"%s","namespace":"e2e"},
                 "spec":{"gatewayRef":{"name":"e2e"},"displayName":"Notes","url":"%s"}}""".formatted(ROUTE, upstream), McpWorkload.class);
        return new Resources(List.of(gateway), List.of(workload), List.of(policy), Map.of(), Map.of(), Map.of());
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
