package dev.ostiary.benchmarks.load;

import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.StoreSettings;
import dev.ostiary.gateway.server.GatewayServer;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Whole sign-ins at the facade, closed loop: register, authorize, consent, Entra, callback, token, first call; each with a client
 * of its own. Gateway, Entra emulator, workload and clients share this process and its processors, so the numbers are a lower
 * bound. Prints one row of a Markdown table.
 *
 * <p>Arguments: {@code memory}, {@code file} or {@code redis} (which is started here), a folder for state, seconds to warm up, seconds to measure, clients at once.
 */
public final class SignInLoad {

    private SignInLoad() {}

    private record Outcome(
            int failed, List<Long> nanos, @Nullable String firstFailure) {}

    /** Exits with 1 when anything failed. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 5) {
            System.err.println("usage: SignInLoad memory|file|redis FOLDER WARMUP-SECONDS SECONDS CLIENTS");
            System.exit(2);
        }
        StoreSettings store = switch (arguments[0]) {
            case "memory" -> new StoreSettings.Memory();
            case "file" -> new StoreSettings.File();
            case "redis" -> new StoreSettings.Redis(FacadeStage.STORE_URL);
            default -> throw new IllegalArgumentException(arguments[0]);
        };
        Path folder = Path.of(arguments[1]);
        RedisServer redis = store instanceof StoreSettings.Redis ? RedisServer.start(folder) : null;
        int clients = Integer.parseInt(arguments[4]);
        int port = freePort();
        String publicUrl = "http://localhost:" + port;
        Outcome outcome;
        try (redis;
                EntraEmulator entra = EntraEmulator.start(Settings.of(FacadeStage.directory(publicUrl)));
                EchoWorkload workload = new EchoWorkload(0);
                GatewayServer gateway = GatewayServer.start(
                        new GatewayServer.Settings(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                                null,
                                null,
                                0,
                                store instanceof StoreSettings.File ? folder : null,
                                new FileOutputStream("/dev/null")),
                        RuntimeConfig.of(
                                FacadeStage.snapshot(
                                        publicUrl,
                                        entra.origin(),
                                        URI.create("http://127.0.0.1:" + workload.port() + "/mcp"),
                                        store),
                                KeyRing.generate(new SecureRandom(), Instant.now()),
                                FacadeStage.credentials(redis == null ? "" : redis.url())));
                HttpClient http = HttpClient.newHttpClient()) {
            SignInSequence sequence = new SignInSequence(http, "http://localhost:" + gateway.port(), entra.origin());
            run(sequence, clients, Integer.parseInt(arguments[2]));
            outcome = run(sequence, clients, Integer.parseInt(arguments[3]));
        }
        List<Long> sorted = outcome.nanos.stream().sorted().toList();
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %.1f | %.1f | %.1f | %d |%n",
                arguments[0],
                clients,
                sorted.size() / Double.parseDouble(arguments[3]),
                millis(sorted, 0.5),
                millis(sorted, 0.99),
                outcome.failed);
        if (outcome.firstFailure != null) {
            System.err.println("first failure: " + outcome.firstFailure);
        }
        System.exit(outcome.failed == 0 && !sorted.isEmpty() ? 0 : 1);
    }

    private static Outcome run(SignInSequence sequence, int clients, int seconds) throws InterruptedException {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        Queue<Long> nanos = new ConcurrentLinkedQueue<>();
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        AtomicInteger failed = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int client = 0; client < clients; client++) {
                var _ = threads.submit(() -> {
                    while (System.nanoTime() - end < 0) {
                        long began = System.nanoTime();
                        try {
                            sequence.run();
                            nanos.add(System.nanoTime() - began);
                        } catch (IOException | InterruptedException | RuntimeException e) {
                            failed.incrementAndGet();
                            if (failures.isEmpty()) {
                                failures.add(e.toString());
                            }
                        }
                    }
                });
            }
        }
        return new Outcome(failed.get(), List.copyOf(nanos), failures.peek());
    }

    private static double millis(List<Long> sorted, double quantile) {
        return sorted.isEmpty() ? 0 : sorted.get((int) ((sorted.size() - 1) * quantile)) / 1e6;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
