package dev.ostiary.gateway.server.identity;

import dev.ostiary.gateway.server.threads.BoundedThreads;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The threads that verify signatures of facade tokens. Half of the processors: whatever is sent, the other half is left for
 * tokens that are known. What waits is bounded, for everybody together and for each user, so that nobody who alters tokens of
 * their own keeps others from signing in. Any thread.
 */
public final class ProofThreads implements Proofs, AutoCloseable {

    /** Each holds a request and its token, of at most 32 kB. */
    static final int MAX_WAITING = 512;

    /** Room for a user whose clients all come back at once, each to several routes. */
    static final int MAX_OF_ONE_USER = 32;

    private final BoundedThreads threads;
    private final Map<String, Integer> underWay = new ConcurrentHashMap<>();

    /** @param processors of the machine */
    public ProofThreads(int processors) {
        threads = new BoundedThreads("ostiary-proof", Math.max(1, processors / 2), MAX_WAITING);
    }

    @Override
    public boolean run(String user, Runnable verification) {
        if (!begin(user)) {
            return false;
        }
        boolean taken = threads.run(() -> {
            try {
                verification.run();
            } finally {
                end(user);
            }
        });
        if (!taken) {
            end(user);
        }
        return taken;
    }

    private boolean begin(String user) {
        boolean[] begun = new boolean[1];
        underWay.compute(user, (_, count) -> {
            int before = count == null ? 0 : count;
            begun[0] = before < MAX_OF_ONE_USER;
            return begun[0] ? before + 1 : before;
        });
        return begun[0];
    }

    private void end(String user) {
        underWay.computeIfPresent(user, (_, count) -> count == 1 ? null : count - 1);
    }

    /** Verifications that wait for a thread. */
    public int waiting() {
        return threads.waiting();
    }

    @Override
    public void close() {
        threads.close();
    }
}
