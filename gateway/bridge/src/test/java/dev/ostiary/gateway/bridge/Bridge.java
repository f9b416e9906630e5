package dev.ostiary.gateway.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The real program as a process of its own, and a client of it that plays the gateway. */
final class Bridge implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern LISTENING = Pattern.compile("listening on (http://\\S+)/mcp");

    final Path folder;
    final GatewayKeys keys = new GatewayKeys("k1");
    final List<String> log = new CopyOnWriteArrayList<>();
    final Process process;
    final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final Map<String, String> environment;
    private final String url;

    Bridge(List<String> options, List<String> command) throws IOException {
        this(options, command, Map.of());
    }

    Bridge(List<String> options, List<String> command, Map<String, String> environment) throws IOException {
        this(Files.createTempDirectory("bridge-test"), "", program(List.of()), options, command, environment);
    }

    /** The bridge with children as it has them on a system that it does not know. */
    static Bridge portable(List<String> options, String... command) throws IOException {
        return new Bridge(
                Files.createTempDirectory("bridge-test"),
                "",
                program(List.of("-Dos.name=Elsewhere")),
                options,
                List.of(command),
                Map.of());
    }

    /** The bridge as it is in a pod: without the right to look into other processes, which a user that is not root has not anyway. */
    static Bridge unprivileged(String... command) throws IOException {
        List<String> program = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            program.addAll(List.of("setpriv", "--bounding-set", "-sys_ptrace"));
        }
        program.addAll(program(List.of()));
        return new Bridge(Files.createTempDirectory("bridge-test"), "", program, List.of(), List.of(command), Map.of());
    }

    private static List<String> program(List<String> more) {
        List<String> program = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-XX:+ExitOnOutOfMemoryError"));
        program.addAll(more);
        program.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.ostiary.gateway.bridge.BridgeMain"));
        return program;
    }

    /** Any program that is the bridge; {@code root} is the folder that it takes for the root, else empty. */
    Bridge(
            Path folder,
            String root,
            List<String> program,
            List<String> options,
            List<String> command,
            Map<String, String> environment)
            throws IOException {
        this.folder = folder;
        this.environment = environment;
        GatewayKeys.write(keysFile(), keys);
        List<String> line = new ArrayList<>(program);
        line.addAll(List.of(
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--keys",
                keysFile().toString().substring(root.length()),
                "--audience",
                GatewayKeys.AUDIENCE,
                "--instance",
                "pod-0"));
        line.addAll(options);
        line.add("--");
        line.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().putAll(environment);
        process = builder.start();
        Thread.ofVirtual().start(this::readLog);
        url = awaitLog(text -> LISTENING.matcher(text).find()).transform(text -> {
            Matcher matcher = LISTENING.matcher(text);
            assertThat(matcher.find()).isTrue();
            return matcher.group(1);
        });
    }

    static Bridge of(String... options) throws IOException {
        return new Bridge(List.of(options), List.of(SmallServer.path()));
    }

    static Bridge withHabit(String habit, String... options) throws IOException {
        return new Bridge(List.of(options), List.of(SmallServer.path(), habit));
    }

    Path keysFile() {
        return folder.resolve("keys.json");
    }

    private void readLog() {
        try (BufferedReader lines = process.errorReader(UTF_8)) {
            lines.lines().forEach(line -> {
                // What floods is not kept.
                if (log.size() < 5_000) {
                    log.add(line);
                }
            });
        } catch (IOException | java.io.UncheckedIOException _) {
            // With the process.
        }
    }

    String awaitLog(Predicate<String> line) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> log.stream().anyMatch(line) || !process.isAlive());
        return log.stream().filter(line).findFirst().orElseThrow(() -> new AssertionError("not logged: " + log));
    }

    URI uri(String path) {
        return URI.create(url + path);
    }

    HttpRequest.Builder request(String user) {
        return HttpRequest.newBuilder(uri("/mcp"))
                .timeout(PATIENCE)
                .header("Ostiary-Assertion", keys.of(user))
                .header("Accept", "application/json, text/event-stream")
                .header("Content-Type", "application/json");
    }

    HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(uri(path)).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String user, String session, String body, String... headers) throws Exception {
        return http.send(posting(user, session, body, headers), HttpResponse.BodyHandlers.ofString());
    }

    HttpRequest posting(String user, String session, String body, String... headers) {
        HttpRequest.Builder request = request(user).POST(HttpRequest.BodyPublishers.ofString(body));
        if (session != null) {
            request.header("Mcp-Session-Id", session);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    /** A stream of events: POST with a body, else GET. */
    Events stream(String user, String session, String body, String... headers) throws Exception {
        HttpRequest.Builder request = request(user).header("Mcp-Session-Id", session);
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<InputStream> response = http.send(
                (body == null ? request.GET() : request.POST(HttpRequest.BodyPublishers.ofString(body))).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        return new Events(response);
    }

    HttpResponse<String> delete(String user, String session) throws Exception {
        return http.send(
                request(user).header("Mcp-Session-Id", session).DELETE().build(), HttpResponse.BodyHandlers.ofString());
    }

    static final String INITIALIZE = rpc(
            "\"i\"",
            "initialize",
            "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"sampling\":{}},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}");

    static String rpc(String id, String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    static String call(String id, String tool, long n) {
        return rpc(id, "tools/call", "{\"name\":\"" + tool + "\",\"arguments\":{\"n\":" + n + "}}");
    }

    /** A session's id. */
    String open(String user) throws Exception {
        HttpResponse<String> response = post(user, null, INITIALIZE);
        assertThat(response.body()).contains("\"protocolVersion\"").contains("\"id\":\"i\"");
        return response.headers().firstValue("Mcp-Session-Id").orElseThrow();
    }

    /** The process of a session. */
    long pidOf(String session) {
        // Sessions are logged with their process in the order in which they begin.
        return log.stream()
                .filter(line -> line.contains("session started, process "))
                .map(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                .reduce((first, last) -> last)
                .orElseThrow(() -> new AssertionError(session));
    }

    static boolean isAlive(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException _) {
            return false;
        }
    }

    /** Its children, zombies included. */
    List<Long> children() throws IOException {
        List<Long> children = new ArrayList<>();
        try (var folders = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path folder : folders) {
                try {
                    String stat = Files.readString(folder.resolve("stat"));
                    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                    if (Long.parseLong(fields[1]) == process.pid()) {
                        children.add(Long.parseLong(folder.getFileName().toString()));
                    }
                } catch (IOException _) {
                    // Between the listing and the look.
                }
            }
        }
        return children;
    }

    /** SIGTERM; {@link Process#destroy} would close the log as well. */
    void terminate() {
        assertThat(process.toHandle().destroy()).isTrue();
    }

    /** As the bridge has got it: what a process started likewise sees of itself. The bridge's own is nobody's to read. */
    byte[] environment() throws IOException {
        ProcessBuilder same = new ProcessBuilder("cat", "/proc/self/environ");
        same.environment().putAll(environment);
        try (InputStream out = same.start().getInputStream()) {
            return out.readAllBytes();
        }
    }

    int descriptors() throws IOException {
        assumeTrue(
                Files.isReadable(Path.of("/proc/" + process.pid() + "/fd")),
                "only root may count the descriptors of a bridge");
        try (var open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return (int) open.count();
        }
    }

    /** Resident memory in kB. */
    long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() throws IOException {
        http.shutdownNow();
        // Servers that ignore the end of their input would outlive a bridge that is killed.
        List<ProcessHandle> servers = process.descendants().toList();
        process.destroyForcibly();
        servers.forEach(ProcessHandle::destroyForcibly);
        try {
            process.waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(keysFile());
        Files.deleteIfExists(folder);
    }

    /** An event stream, read as it comes. */
    static final class Events implements AutoCloseable {

        final HttpResponse<InputStream> head;
        private final BufferedReader lines;
        private String id = "";

        private Events(HttpResponse<InputStream> head) {
            this.head = head;
            this.lines = new BufferedReader(new java.io.InputStreamReader(head.body(), UTF_8));
        }

        /** The data of the next event; null at the end. */
        String next() throws IOException {
            String line;
            String data = null;
            while ((line = lines.readLine()) != null) {
                if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("data: ")) {
                    data = line.substring(6);
                } else if (line.isEmpty() && data != null) {
                    return data;
                }
            }
            return null;
        }

        /** The id of the event read last. */
        String id() {
            return id;
        }

        @Override
        public void close() throws IOException {
            head.body().close();
        }
    }
}
