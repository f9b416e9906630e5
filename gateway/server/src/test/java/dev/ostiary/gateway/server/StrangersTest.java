package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.gateway.server.store.RedisProcess;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Strangers register and begin sign-ins, from everywhere and without end: 100,000 requests in the level {@code clients}, fewer
 * otherwise; {@code -Dostiary.strangers} says how many.
 */
class StrangersTest {

    private static final int REQUESTS = Integer.getInteger("ostiary.strangers", 4_000);
    private static final int AT_ONCE = 8;

    /** Of the heap, in bytes: over 40,000 requests 200 for each, a fraction of what a client id alone is long. */
    private static final long ALLOWED_GROWTH = 8L << 20;

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
            long early = usedAfterCollection();
            come(http, gateway.url(), REQUESTS / 5, REQUESTS * 3 / 5);
            long late = usedAfterCollection();
            come(http, gateway.url(), REQUESTS * 3 / 5, REQUESTS);
            long end = usedAfterCollection();
            System.out.printf(
                    "%d requests in %.1f s; heap %d bytes after a fifth, %d after three, %d at the end%n",
                    REQUESTS, (System.nanoTime() - began) / 1e9, early, late, end);

            assertThat(records(redis)).isEqualTo(":0");
            assertThat(end - early).as("bytes of heap since a fifth").isLessThan(ALLOWED_GROWTH);
            assertThat(end - late).as("bytes of heap since three fifths").isLessThan(ALLOWED_GROWTH);
        }
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

    private static long usedAfterCollection() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
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
