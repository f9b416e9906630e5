package dev.ostiary.gateway.server;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.directory.Consent;
import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.entra.emulator.directory.Group;
import dev.ostiary.entra.emulator.directory.RoleAssignment;
import dev.ostiary.entra.emulator.directory.Tenant;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.gateway.config.AuditSettings;
import dev.ostiary.gateway.config.AuthorizationSettings;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.ListenerSettings;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.RoutePolicies.PolicyEntry;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.SessionSettings;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.SnapshotCodec;
import dev.ostiary.gateway.config.ToolPin;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.config.UpstreamAuth;
import dev.ostiary.gateway.policy.CedarSource;
import dev.ostiary.gateway.policy.Parsed;
import dev.ostiary.gateway.policy.ParsedPolicy;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.forward.Forwarding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A whole gateway with the Entra emulator before it and a scripted workload behind it, over real sockets. */
final class GatewayFixture implements AutoCloseable {

    static final String READ_TOOLS = "permit(principal in Group::\"" + DemoDirectory.READERS
            + "\", action == Action::\"call_tool\", resource) when { resource has readOnlyHint && resource.readOnlyHint };";
    static final String WRITERS_MAY =
            "permit(principal in Group::\"" + DemoDirectory.WRITERS + "\", action, resource);";

    private static final List<String> MANY = IntStream.range(0, 205)
            .mapToObj(i -> "3d4b0f7e-0000-4000-8000-%012d".formatted(900_000 + i))
            .toList();

    static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":"
            + "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}";
    static final String INITIALIZED = "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},"
            + "\"serverInfo\":{\"name\":\"w\",\"version\":\"1\"}}";

    final EntraEmulator entra;
    final Workload workload;
    final AuditOutput audit = new AuditOutput();

    /** Where Entra is looked for; null: where it is. */
    @Nullable
    URI authority;

    final HttpClient http = HttpClient.newHttpClient();
    final int port;
    KeyRing keys = KeyRing.generate(new SecureRandom(), Instant.now());
    ListenerSettings listener = new ListenerSettings(
            List.of(), List.of(), ListenerSettings.Limits.DEFAULT, ListenerSettings.Timeouts.DEFAULT);
    AuditSettings.Arguments auditedArguments = AuditSettings.Arguments.NONE;
    List<String> acceptedClients = List.of(FirstPartyApps.AZURE_CLI_ID);
    List<String> appOnlyRoles = List.of();

    EntraCredential entraCredential = new EntraCredential.None();
    Credentials credentials = Credentials.NONE;

    EntraSettings.GroupSettings.Overage overage = EntraSettings.GroupSettings.Overage.DENY;

    /** How client documents are reached; Entra and the workload are on http, and so directly. */
    EgressSettings egress = EgressSettings.DIRECT;

    /** Null: Entra's tokens only. */
    @Nullable
    FacadeSettings facade;

    GatewayServer server;

    GatewayFixture(Workload.Script script, String... cedar) throws IOException {
        this(script, Time.system(), Forwarding.KEEP_ALIVE, cedar);
    }

    GatewayFixture(Workload.Script script, Time time, Duration keepAlive, String... cedar) throws IOException {
        port = freePort();
        entra = EntraEmulator.start(entraSettings());
        workload = new Workload(script);
        server = GatewayServer.start(
                new GatewayServer.Settings(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        2,
                        audit),
                config(route("notes", cedar), route("other")),
                time,
                keepAlive);
    }

    /** Of the emulator, so that another one can take its place. */
    dev.ostiary.entra.emulator.Settings entraSettings() {
        return dev.ostiary.entra.emulator.Settings.of(
                        mayCallGraph(DemoDirectory.forGateway(publicUrl(), List.of("notes", "other"))))
                .withKeys(EmulatorKeys.copy());
    }

    /**
     * An administrator has consented that the gateway reads users' profiles for them, and everybody's groups; olga is in more
     * groups than a token tells, and carl has a role.
     */
    private static Directory mayCallGraph(Directory directory) {
        Tenant tenant = directory.tenants().getFirst();
        List<Group> groups = new ArrayList<>(tenant.groups());
        List<User> users = new ArrayList<>(tenant.users());
        MANY.forEach(id -> groups.add(Group.of(id, "Group " + id)));
        users.add(olga(DemoDirectory.READERS));
        return Directory.of(new Tenant(
                tenant.id(),
                tenant.domain(),
                tenant.displayName(),
                users,
                groups,
                tenant.apps(),
                List.of(Consent.forEverybody(DemoDirectory.GATEWAY_CLIENT_ID, FirstPartyApps.GRAPH_ID, "User.Read")),
                List.of(
                        new RoleAssignment(DemoDirectory.CARL, DemoDirectory.GATEWAY_CLIENT_ID, "Notes.Admin"),
                        new RoleAssignment(
                                DemoDirectory.GATEWAY_CLIENT_ID, FirstPartyApps.GRAPH_ID, "GroupMember.Read.All"),
                        new RoleAssignment(
                                DemoDirectory.GATEWAY_CLIENT_ID, FirstPartyApps.GRAPH_ID, "User.Read.All"))));
    }

    /** olga, in 205 groups and these. */
    static User olga(String... more) {
        List<String> groups = new ArrayList<>(MANY);
        groups.addAll(List.of(more));
        return User.member(
                "3d4b0f7e-0000-4000-8000-000000000204",
                "olga@" + DemoDirectory.DOMAIN,
                "Olga Overage",
                groups.toArray(String[]::new));
    }

    /** Audit lines in memory, as long as the test lets them be written. */
    static final class AuditOutput extends ByteArrayOutputStream {

        volatile boolean broken;

        @Override
        public synchronized void write(byte[] bytes, int from, int length) {
            if (broken) {
                throw new UncheckedIOException(new IOException("disk full"));
            }
            super.write(bytes, from, length);
        }
    }

    String publicUrl() {
        return "http://localhost:" + port;
    }

    Route route(String name, String... cedar) {
        return new Route(
                name,
                new ResourceName("mcp", name),
                "uid-" + name,
                name,
                null,
                new Upstream(
                        workload == null ? URI.create("http://127.0.0.1:1/mcp") : workload.url(),
                        Upstream.Transport.STREAMABLE_HTTP,
                        false),
                new UpstreamAuth.None(),
                policies(cedar),
                List.of(),
                SessionSettings.DEFAULT);
    }

    /** The same route to another workload. */
    static Route to(URI workload, Route route) {
        return with(
                route,
                route.workloadUid(),
                new Upstream(workload, Upstream.Transport.STREAMABLE_HTTP, false),
                route.policies(),
                route.tools());
    }

    /** The same route with other parts. */
    static Route with(Route route, String uid, Upstream upstream, RoutePolicies policies, List<ToolPin> tools) {
        return new Route(
                route.name(),
                route.workload(),
                uid,
                route.displayName(),
                route.closure(),
                upstream,
                route.upstreamAuth(),
                policies,
                tools,
                route.sessions());
    }

    /** The same route to a workload that is shown something else. */
    static Route shown(Route route, UpstreamAuth auth) {
        return new Route(
                route.name(),
                route.workload(),
                route.workloadUid(),
                route.displayName(),
                route.closure(),
                route.upstream(),
                auth,
                route.policies(),
                route.tools(),
                route.sessions());
    }

    /** The same route with pinned tools. */
    static Route pinned(Route route, ToolPin... pins) {
        return with(route, route.workloadUid(), route.upstream(), route.policies(), List.of(pins));
    }

    /** Enforces these routes. */
    List<String> apply(Route... routes) {
        return server.apply(config(routes));
    }

    /** The value of a gauge or counter without labels. */
    double metric(String name) throws IOException, InterruptedException {
        return admin("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no metric " + name));
    }

    HttpResponse<String> admin(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.adminPort() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Opens a session; the sealed id. */
    String initialize(String user, String route) throws IOException, InterruptedException {
        return post(user, route, INITIALIZE)
                .headers()
                .firstValue("mcp-session-id")
                .orElseThrow();
    }

    /** Sends a request whose answer is read event by event. */
    Events events(HttpRequest request) {
        return new Events(http, request);
    }

    /** The stream that a legacy client listens to. */
    Events listen(String user, String route, String session, String... headers) {
        HttpRequest.Builder request =
                request(user, route).header("Mcp-Session-Id", session).GET();
        if (headers.length > 0) {
            request.headers(headers);
        }
        return events(request.build());
    }

    /** A post whose answer is read event by event. */
    Events stream(String user, String route, String body, String... headers) {
        HttpRequest.Builder request = request(user, route).POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return events(request.build());
    }

    RuntimeConfig config(Route... routes) {
        List<Route> sorted = new ArrayList<>(List.of(routes));
        sorted.sort(java.util.Comparator.comparing(Route::name));
        Snapshot snapshot = new Snapshot(
                SnapshotCodec.FORMAT,
                new ResourceName("mcp", "demo"),
                URI.create(publicUrl()),
                null,
                new EntraSettings(
                        DemoDirectory.TENANT_ID,
                        DemoDirectory.GATEWAY_CLIENT_ID,
                        authority == null ? URI.create(entra.origin()) : authority,
                        URI.create(entra.issuerV1(DemoDirectory.TENANT_ID)
                                .replaceFirst("/" + DemoDirectory.TENANT_ID + "/$", "")),
                        URI.create(entra.graphOrigin()),
                        entraCredential,
                        new EntraSettings.GroupSettings(overage, EntraSettings.GroupSettings.Lookup.APP),
                        List.of("preferred_username")),
                new AuthorizationSettings(
                        facade,
                        new AuthorizationSettings.EntraTokens(acceptedClients, null, appOnlyRoles),
                        AuthorizationSettings.PrincipalClaim.OID),
                listener,
                egress,
                new AuditSettings(auditedArguments),
                sorted);
        return RuntimeConfig.of(snapshot, keys, credentials);
    }

    static RoutePolicies policies(String... cedar) {
        List<PolicyEntry> call = new ArrayList<>();
        List<PolicyEntry> list = new ArrayList<>();
        TreeMap<String, String> groups = new TreeMap<>();
        for (int i = 0; i < cedar.length; i++) {
            if (!(CedarSource.parse(cedar[i]) instanceof Parsed.Policies parsed)) {
                throw new IllegalArgumentException(cedar[i]);
            }
            for (ParsedPolicy policy : parsed.policies()) {
                String id = "mcp/p" + i + "#" + policy.index();
                call.add(new PolicyEntry(id, policy.text(), false, Map.of(DemoDirectory.WRITERS, "writers")));
                policy.forListing().ifPresent(form -> list.add(new PolicyEntry(id, form.text(), false, Map.of())));
                policy.groupIds().forEach(group -> groups.put(group, ""));
            }
        }
        return new RoutePolicies(
                RoutePolicies.Evaluation.FORBID_ERRORS_DENY,
                RoutePolicies.Numbers.NATIVE,
                call,
                list,
                "[]",
                List.copyOf(groups.keySet()),
                false);
    }

    String token(String user, String route) {
        return entra.tokens()
                .userToken(
                        user + "@" + DemoDirectory.DOMAIN,
                        FirstPartyApps.AZURE_CLI_ID,
                        DemoDirectory.GATEWAY_CLIENT_ID,
                        "mcp." + route)
                .build();
    }

    HttpRequest.Builder request(String user, String route) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(publicUrl() + "/" + route))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream");
        return user.isEmpty() ? builder : builder.header("Authorization", "Bearer " + token(user, route));
    }

    HttpResponse<String> post(String user, String route, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder builder = request(user, route).POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            builder.headers(headers);
        }
        return http.send(builder.build(), HttpResponse.BodyHandlers.ofString());
    }

    String auditLines() {
        return audit.toString(StandardCharsets.UTF_8);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        http.close();
        server.close();
        workload.close();
        entra.close();
    }
}
