package dev.ostiary.gateway.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.server.store.DenyEntry;
import dev.ostiary.gateway.server.store.GrantStore;
import dev.ostiary.gateway.server.store.GrantStoreContract;
import dev.ostiary.gateway.server.store.RecordKey;
import dev.ostiary.gateway.server.store.RecordType;
import dev.ostiary.testing.ApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * How many grants the store {@code Kubernetes} takes, in numbers: {@code -Dostiary.measure=true} prints the table of
 * docs/operations.md. Records have 3,000 characters, as sealed sessions and grants do.
 */
@EnabledIfSystemProperty(named = "ostiary.measure", matches = "true")
class GrantStoreSizeTest {

    private static final String VALUE = "x".repeat(3_000);
    private static final int PER_OWNER = 10;
    private static final int AT_ONCE = 16;
    private static final int SAMPLES = 200;

    @Test
    void measure() throws Exception {
        try (ApiServer api = ApiServer.start();
                GrantStore store = new ClusterGrants(
                                api.config(), new ReplicaIdentity(api.newNamespace(), "engineering", "pod", "uid"))
                        .open(Clock.systemUTC(), Duration.ofHours(1), 100_000, 30_000)) {
            System.out.println(
                    "| grants | API server, MiB | create | get | replace | list of an owner | feed at rest | deny |");
            System.out.println("|---|---|---|---|---|---|---|---|");
            row(store, 0);
            List<RecordKey> keys = new ArrayList<>();
            for (int size : new int[] {1_000, 5_000, 10_000}) {
                keys.addAll(fill(store, keys.size(), size));
                row(store, size);
            }
            assertThat(keys).hasSize(10_000);
        }
    }

    private static List<RecordKey> fill(GrantStore store, int from, int to) throws Exception {
        List<Callable<RecordKey>> work = new ArrayList<>();
        for (int i = from; i < to; i++) {
            String owner = "owner-" + i / PER_OWNER;
            work.add(() -> {
                RecordKey key = GrantStoreContract.grant();
                Objects.requireNonNull(store.create(key, owner, VALUE, GrantStoreContract.later()));
                return key;
            });
        }
        List<RecordKey> keys = new ArrayList<>();
        try (ExecutorService threads =
                Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            for (Future<RecordKey> made : threads.invokeAll(work)) {
                keys.add(made.get());
            }
        }
        return keys;
    }

    private static void row(GrantStore store, int size) throws Exception {
        List<Double> create = new ArrayList<>();
        List<Double> get = new ArrayList<>();
        List<Double> replace = new ArrayList<>();
        List<Double> list = new ArrayList<>();
        List<Double> feed = new ArrayList<>();
        List<Double> deny = new ArrayList<>();
        for (int i = 0; i < SAMPLES; i++) {
            RecordKey key = GrantStoreContract.grant();
            String[] version = new String[1];
            create.add(millis(() -> version[0] = store.create(key, "sampled", VALUE, GrantStoreContract.later())));
            get.add(millis(() -> store.get(key)));
            replace.add(millis(
                    () -> store.replace(key, Objects.requireNonNull(version[0]), VALUE, GrantStoreContract.later())));
            store.delete(key);
            String owner = "owner-" + (size == 0 ? 0 : i * 7 % (size / PER_OWNER));
            list.add(millis(() -> store.list(RecordType.GRANT, owner)));
            if (i % 10 == 0) {
                deny.add(millis(() -> {
                    store.deny(new DenyEntry(key.id(), GrantStoreContract.later()));
                    return key;
                }));
                String cursor = store.denials(null).cursor();
                feed.add(millis(() -> store.denials(cursor)));
            }
        }
        System.out.printf(
                "| %,d | %d | %s | %s | %s | %s | %s | %s |%n",
                size, apiServerMegabytes(), both(create), both(get), both(replace), both(list), both(feed), both(deny));
    }

    private static double millis(Callable<?> work) throws Exception {
        long began = System.nanoTime();
        work.call();
        return (System.nanoTime() - began) / 1e6;
    }

    /** Median and 99th percentile. */
    private static String both(List<Double> times) {
        Collections.sort(times);
        return "%.1f / %.1f ms".formatted(times.get(times.size() / 2), times.get(times.size() * 99 / 100));
    }

    private static long apiServerMegabytes() throws IOException {
        for (ProcessHandle each : ProcessHandle.current().descendants().toList()) {
            Path process = Path.of("/proc/" + each.pid());
            if (Files.readString(process.resolve("cmdline")).contains("--audit-policy-file")) {
                return Files.readAllLines(process.resolve("status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                        .findFirst()
                        .orElse(-1);
            }
        }
        return -1;
    }
}
