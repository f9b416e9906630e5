package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.gateway.server.store.RedisProcess;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Strangers register and begin sign-ins, from everywhere and without end: 100,000 requests in the level {@code clients}, fewer
 * otherwise; {@code -Dostiary.strangers} says how many.
 */
class StrangersTest {

    private static final int REQUESTS = Integer.getInteger("ostiary.strangers", 4_000);
    private static final int AT_ONCE = 8;

    /**
     * Of the heap, in bytes: over 40,000 requests 200 for each, a fraction of what a client id alone is long. Half of it is what rate
     * limits keep of the addresses, which is bounded.
     */
    private static final long ALLOWED_GROWTH = 8L << 20;

    /** {@code  12:  3456  78901  java.lang.String (java.base@25)}: number, instances, bytes, class. */
    private static final Pattern HISTOGRAM_LINE = Pattern.compile("(?m)^ *\\d+: +\\d+ +(\\d+) +(\\S+)");

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    @Test
    void strangersLeaveNothingBehind() throws Exception {
        try (RedisProcess redis = RedisProcess.start(folder);
                Replicas gateway = new Replicas(1, redis.url(), null, GatewayScenario::answering);
                HttpClient http = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build()) {
            long began = System.nanoTime();
            come(http, gateway.url(), 0, REQUESTS / 5);
            Map<String, Long> early = liveBytesByClass();
            come(http, gateway.url(), REQUESTS / 5, REQUESTS * 3 / 5);
            Map<String, Long> late = liveBytesByClass();
            come(http, gateway.url(), REQUESTS * 3 / 5, REQUESTS);
            Map<String, Long> end = liveBytesByClass();
            System.out.printf(
                    "%d requests in %.1f s; heap %d bytes after a fifth, %d after three, %d at the end%n",
                    REQUESTS, (System.nanoTime() - began) / 1e9, total(early), total(late), total(end));

            assertThat(records(redis)).isEqualTo(":0");
            assertThat(total(end) - total(early))
                    .as("since a fifth: %s", growth(early, end))
                    .isLessThan(ALLOWED_GROWTH);
            assertThat(total(end) - total(late))
                    .as("since three fifths: %s", growth(late, end))
                    .isLessThan(ALLOWED_GROWTH);
        }
    }

    private static long total(Map<String, Long> bytes) {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The classes that take more than before, those with the most first. */
    private static String growth(Map<String, Long> before, Map<String, Long> after) {
        return after.entrySet().stream()
                .map(entry -> Map.entry(entry.getKey(), entry.getValue() - before.getOrDefault(entry.getKey(), 0L)))
                .filter(entry -> entry.getValue() > 0)
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(12)
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    private static void come(HttpClient http, String url, int from, int to) throws Exception {
        List<Future<?>> strangers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            for (int lane = 0; lane < AT_ONCE; lane++) {
                int first = from + 2 * lane;
                strangers.add(threads.submit(() -> {
                    for (int i = first; i < to; i += 2 * AT_ONCE) {
                        registerAndBegin(http, url, i);
                    }
                    return null;
                }));
            }
        }
        for (Future<?> stranger : strangers) {
            stranger.get();
        }
    }

    private static void registerAndBegin(HttpClient http, String url, int i) throws Exception {
        String address = "198." + (18 + (i >> 16 & 1)) + "." + (i >> 8 & 255) + "." + (i & 255);
        HttpResponse<String> registered = http.send(
                McpUser.registration(url).header("X-Forwarded-For", address).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(registered.statusCode()).as(registered.body()).isEqualTo(201);
        McpUser stranger = new McpUser(url, "");
        stranger.clientId = JSON.readTree(registered.body()).path("client_id").asText();
        HttpResponse<Void> page = http.send(
                HttpRequest.newBuilder(URI.create(url + "/authorize?" + McpUser.encode(stranger.request("notes"))))
                        .header("X-Forwarded-For", address)
                        .build(),
                HttpResponse.BodyHandlers.discarding());
        assertThat(page.statusCode()).isEqualTo(200);
    }

    /**
     * What is reachable, class by class. The used heap would not do: a collection by the serial collector leaves up to a twentieth
     * of the old generation where it is, dead as it may be, and fills it with {@code FillerElement}s.
     */
    private static Map<String, Long> liveBytesByClass() throws Exception {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {null},
                        new String[] {String[].class.getName()});
        return HISTOGRAM_LINE
                .matcher(histogram)
                .results()
                .filter(line -> !line.group(2).contains("FillerElement"))
                .collect(Collectors.toMap(line -> line.group(2), line -> Long.parseLong(line.group(1)), Long::sum));
    }

    /** How many records Redis has, of whatever kind. */
    private static String records(RedisProcess redis) throws Exception {
        URI at = URI.create(redis.url());
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), at.getPort())) {
            socket.getOutputStream().write("DBSIZE\r\n".getBytes(StandardCharsets.US_ASCII));
            StringBuilder line = new StringBuilder();
            for (int c = socket.getInputStream().read();
                    c > '\r';
                    c = socket.getInputStream().read()) {
                line.append((char) c);
            }
            return line.toString();
        }
    }
}
