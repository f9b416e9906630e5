package dev.ostiary.e2e.clients;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.gateway.compiler.Compilation;
import dev.ostiary.gateway.compiler.Compiler;
import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.compiler.Resources;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.server.GatewayServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The whole of what `ostiary up` runs, in this process: emulator, compiler and gateway, with a policy that lets Writers do anything. */
final class GatewayInFront implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final EntraEmulator emulator;
    private final List<GatewayServer> replicas = new ArrayList<>();
    private final String publicUrl;

    private GatewayInFront(EntraEmulator emulator, String publicUrl) {
        this.emulator = emulator;
        this.publicUrl = publicUrl;
    }

    /** Puts a gateway in front of these servers: route → MCP endpoint. */
    static GatewayInFront of(Map<String, URI> servers) throws IOException {
        int port = freePort();
        return start(servers, "http://localhost:" + port, List.of(port));
    }

    /** The same with two replicas behind a balancer, which must outlive them. */
    static GatewayInFront ofTwo(Map<String, URI> servers, Balancer balancer) throws IOException {
        GatewayInFront gateway = start(servers, "http://localhost:" + balancer.port(), List.of(0, 0));
        balancer.over(gateway.replicas.stream().map(GatewayServer::port).toList());
        return gateway;
    }

    private static GatewayInFront start(Map<String, URI> servers, String publicUrl, List<Integer> ports)
            throws IOException {
        EntraEmulator emulator = EntraEmulator.start(
                Settings.of(DemoDirectory.forGateway(publicUrl, List.copyOf(new TreeSet<>(servers.keySet()))))
                        .withAccessTokenLifetime(Duration.ofHours(1)));
        URI origin = URI.create(emulator.origin());
        EntraSettings registration = new EntraSettings(
                DemoDirectory.TENANT_ID,
                DemoDirectory.GATEWAY_CLIENT_ID,
                origin,
                URI.create("https://sts.windows.net"),
                origin,
                new GroupSettings(GroupSettings.Overage.DENY, GroupSettings.Lookup.APP),
                List.of());
        Compilation compilation = Compiler.compile(
                resources(publicUrl, servers),
                Host.oneMachine(new Host.Overrides(null, Map.of(), new TreeSet<>(), registration)));
        if (!compilation.findings().isEmpty()) {
            throw new IllegalStateException("the test's resources have findings: " + compilation.findings());
        }
        RuntimeConfig config = RuntimeConfig.of(
                compilation.gateways().getFirst().snapshot(),
                KeyRing.generate(new SecureRandom(), Instant.now()),
                Credentials.NONE);
        GatewayInFront gateway = new GatewayInFront(emulator, publicUrl);
        for (int port : ports) {
            gateway.replicas.add(GatewayServer.start(
                    new GatewayServer.Settings(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                            null,
                            0,
                            OutputStream.nullOutputStream()),
                    config));
        }
        return gateway;
    }

    /** The public URL of a route. */
    String url(String route) {
        return publicUrl + "/" + route;
    }

    /** A token of ben's, who may do anything, for a route. */
    String token(String route) {
        return emulator.tokens()
                .userToken("ben@" + DemoDirectory.DOMAIN, FirstPartyApps.AZURE_CLI_ID, url(route), "mcp." + route)
                .build();
    }

    @Override
    public void close() {
        replicas.forEach(GatewayServer::close);
        emulator.close();
    }

    private static Resources resources(String publicUrl, Map<String, URI> servers) throws IOException {
        McpGateway gateway = JSON.readValue("""
                {"apiVersion":"ostiary.dev/v1alpha1","kind":"McpGateway","metadata":{"name":"e2e","namespace":"e2e"},
                 "spec":{"publicUrl":"%s","authorization":{"facade":"Disabled","entraTokens":{"clients":["%s"]}}}}""".formatted(publicUrl, FirstPartyApps.AZURE_CLI_ID), McpGateway.class);
        McpPolicy policy = JSON.readValue("""
                {"apiVersion":"ostiary.dev/v1alpha1","kind":"McpPolicy","metadata":{"name":"writers","namespace":"e2e"},
                 "spec":{"targetRefs":[{"kind":"McpGateway","name":"e2e"}],"groups":{"Writers":"%s"},
                         "cedar":"permit(principal in Group::\\"Writers\\", action, resource);"}}""".formatted(DemoDirectory.WRITERS), McpPolicy.class);
        List<McpWorkload> workloads = new ArrayList<>();
        for (Map.Entry<String, URI> server : servers.entrySet()) {
            workloads.add(JSON.readValue("""
                    {"apiVersion":"ostiary.dev/v1alpha1","kind":"McpWorkload","metadata":{"name":"%s","namespace":"e2e"},
                     "spec":{"gatewayRef":{"name":"e2e"},"url":"%s"}}""".formatted(server.getKey(), server.getValue()), McpWorkload.class));
        }
        return new Resources(List.of(gateway), workloads, List.of(policy), Map.of(), Map.of(), Map.of());
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
