package dev.ostiary.e2e.cluster;

import dev.ostiary.e2e.cluster.Calls.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Several clients that call at a steady pace until they are told to stop, each with a session of its own. */
final class Load implements AutoCloseable {

    private static final int CLIENTS = 4;
    private static final Duration PACE = Duration.ofMillis(50);
    private static final int MOST_NOTED = 20;

    private final CountDownLatch stop = new CountDownLatch(1);
    private final Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);
    private final Queue<String> others = new ConcurrentLinkedQueue<>();
    private final List<Thread> clients = new ArrayList<>();

    private Load() {
        for (Outcome outcome : Outcome.values()) {
            outcomes.put(outcome, new LongAdder());
        }
    }

    /** Starts calling as a user who may. */
    static Load through(Installation ostiary) throws Exception {
        Load load = new Load();
        for (int i = 0; i < CLIENTS; i++) {
            Calls calls = ostiary.throughService("anna");
            load.clients.add(Thread.ofVirtual().name("load-" + i).start(() -> load.run(calls)));
        }
        return load;
    }

    private void run(Calls calls) {
        try {
            do {
                Calls.Answer answer = calls.echo("steady");
                outcomes.get(answer.outcome()).increment();
                if (answer.outcome() != Outcome.ALLOWED && others.size() < MOST_NOTED) {
                    others.add(Instant.now() + " " + answer);
                }
            } while (!stop.await(PACE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Calls that were answered by the tool so far. */
    long allowed() {
        return outcomes.get(Outcome.ALLOWED).sum();
    }

    /** Calls that came to anything else so far. */
    long others() {
        return outcomes.values().stream().mapToLong(LongAdder::sum).sum() - allowed();
    }

    /** The first of those. */
    List<String> noted() {
        return List.copyOf(others);
    }

    @Override
    public void close() throws InterruptedException {
        stop.countDown();
        for (Thread client : clients) {
            client.join();
        }
    }
}
