import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Thousands of sessions of one bridge, one after the other and sixteen at once; each is ended by its client, or by a server that dies. One
 * table row per thousand; fails when a process, a zombie or a descriptor is left, or when memory grows. Arguments: the folder for files,
 * and the bridge's "name=command" as {@link BridgeBench} has it.
 */
public class ManySessions {

    static final int MANY = Integer.getInteger("many", 10_000);
    static final int AT_ONCE = 16;
    static final int STEP = Math.max(AT_ONCE, MANY / 10);

    public static void main(String[] args) throws Exception {
        Path keys = BridgeBench.keys(Path.of(args[0]));
        BridgeBench.Started bridge = BridgeBench.start(args[1].substring(args[1].indexOf('=') + 1), keys);
        boolean good = true;
        try {
            // What is loaded and opened once is no leak.
            run(bridge.port(), AT_ONCE * 10);
            State first = settled(bridge.process());
            System.out.println("| sessions so far | processes | zombies | descriptors | RSS, MB |");
            System.out.println("|---:|---:|---:|---:|---:|");
            print(0, first);
            State second = first;
            State last = first;
            for (int done = 0; done < MANY; done += STEP) {
                run(bridge.port(), STEP);
                last = settled(bridge.process());
                second = done == STEP ? last : second;
                print(done + STEP, last);
            }
            good = last.processes == 0 && last.zombies == 0 && last.descriptors <= first.descriptors + AT_ONCE
                    && last.rss <= second.rss * 1.25;
        } finally {
            bridge.close();
        }
        System.err.println(good ? "nothing is left of " + MANY + " sessions" : "something is left: see the table");
        System.exit(good ? 0 : 1);
    }

    static void run(int port, int count) throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        AtomicInteger failed = new AtomicInteger();
        for (int i = 0; i < AT_ONCE; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                int n;
                while ((n = next.getAndIncrement()) < count) {
                    try {
                        one(port, n);
                    } catch (IOException broken) {
                        System.err.println("session " + n + ": " + broken);
                        failed.incrementAndGet();
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (failed.get() > 0) {
            throw new IllegalStateException(failed + " sessions failed");
        }
    }

    static void one(int port, int n) throws IOException {
        BridgeBench.Connection connection = new BridgeBench.Connection(port, "user-" + n % 100);
        try {
            connection.open();
            if (n % 4 == 0) {
                String answer = connection.post(BridgeBench.call(n).replace("\"echo\"", "\"exit\""));
                if (!answer.contains("session has ended")) {
                    throw new IOException("wrong answer: " + answer);
                }
                return;
            }
            if (n % 4 == 1) {
                connection.call(n);
            }
            connection.delete();
        } finally {
            connection.close();
        }
    }

    record State(int processes, int zombies, int descriptors, long rss) {}

    /** Once processes and connections are gone, or after ten seconds. */
    static State settled(Process bridge) throws IOException, InterruptedException {
        long end = System.nanoTime() + 10_000_000_000L;
        State state = state(bridge.pid());
        int before = -1;
        while (System.nanoTime() < end && (state.processes > 0 || state.descriptors != before)) {
            before = state.descriptors;
            Thread.sleep(200);
            state = state(bridge.pid());
        }
        return state;
    }

    static State state(long bridge) throws IOException {
        int processes = 0;
        int zombies = 0;
        try (var folders = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path folder : folders) {
                try {
                    String stat = Files.readString(folder.resolve("stat"));
                    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                    if (Long.parseLong(fields[1]) == bridge) {
                        processes++;
                        zombies += fields[0].equals("Z") ? 1 : 0;
                    }
                } catch (IOException gone) {
                    // Between the listing and the look.
                }
            }
        }
        try (Stream<Path> open = Files.list(Path.of("/proc/" + bridge + "/fd"))) {
            return new State(
                    processes, zombies, (int) open.count(), BridgeBench.kilobytes(bridge, "status", "VmRSS:"));
        }
    }

    static void print(int done, State state) {
        System.out.printf(
                "| %d | %d | %d | %d | %.1f |%n", done, state.processes, state.zombies, state.descriptors, state.rss / 1024.0);
    }
}
