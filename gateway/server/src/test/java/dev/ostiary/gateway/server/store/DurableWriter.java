package dev.ostiary.gateway.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A process that writes grants, and says before and after each write which, until it is killed. */
final class DurableWriter {

    private static final int THREADS = 8;

    private DurableWriter() {}

    static Process start(Path directory) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DurableWriter.class.getName(),
                        directory.toString())
                .start();
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, UTF_8);
        String run = Long.toString(ProcessHandle.current().pid());
        try (GrantStore store = new FileGrantStore(Path.of(arguments[0]), Clock.systemUTC());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int thread = 0; thread < THREADS; thread++) {
                String name = run + "-" + thread + "-";
                Future<?> _ = threads.submit(() -> {
                    for (int i = 0; ; i++) {
                        write(store, out, name + i);
                    }
                });
            }
        }
    }

    private static void write(GrantStore store, PrintStream out, String id) throws StoreUnavailableException {
        RecordKey key = new RecordKey(RecordType.GRANT, id);
        Instant expires = Instant.now().plusSeconds(3600);
        out.println("begin " + id + " first .");
        String version = Objects.requireNonNull(store.create(key, "owner", "first", expires));
        out.println("done " + id + " first .");
        out.println("begin " + id + " second .");
        store.replace(key, version, "second", expires);
        out.println("done " + id + " second .");
        if (id.hashCode() % 2 == 0) {
            out.println("begin " + id + "  .");
            store.take(key);
            out.println("done " + id + "  .");
        }
    }
}
