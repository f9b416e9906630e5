package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.assertion.Caller;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Calls whose server waits for what its client was asked for. Each is gone on with once, by the caller who made it, with the same
 * call, within its time: what the client brings back ({@code requestState}) is a random name and says nothing by itself. A call that
 * nobody comes back for is cancelled. Any thread.
 */
public final class SuspendedCalls {

    /**
     * A call.
     *
     * @param what equal for all rounds of it
     */
    public record Call(Caller caller, ByteBuffer what, StatelessServers.Greeted server, Exchange exchange) {

        public Session session() {
            return server.session();
        }

        /** Says nothing of what is called. */
        @Override
        public String toString() {
            return "Call[" + session() + "]";
        }
    }

    private record Suspended(Call call, long until) {}

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SECRET_BYTES = 24;

    private final String instance;
    private final Duration bound;
    private final int most;
    private final ConcurrentHashMap<String, Suspended> byState = new ConcurrentHashMap<>();

    SuspendedCalls(String instance, Limits limits) {
        this.instance = instance;
        this.bound = limits.input();
        this.most = limits.sessions() * Limits.SUSPENDED_CALLS;
    }

    /** Suspends a call and returns what its client must bring back; null when too many of its server's are. */
    public @Nullable String suspend(Call call) {
        if (byState.size() >= most || call.session().suspended() > Limits.SUSPENDED_CALLS) {
            return null;
        }
        byte[] secret = new byte[SECRET_BYTES];
        RANDOM.nextBytes(secret);
        String state = instance + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        byState.put(state, new Suspended(call, System.nanoTime() + bound.toNanos()));
        return state;
    }

    /**
     * The call of this state. Null when there is none, or when it is another caller's or another call's: which of these is nobody's
     * business.
     */
    public @Nullable Call find(String state, Caller caller, ByteBuffer what) {
        Suspended there = byState.get(state);
        if (there == null
                || !there.call.caller.equals(caller)
                || !there.call.what.equals(what)
                || there.until - System.nanoTime() <= 0) {
            return null;
        }
        return there.call;
    }

    /** As {@link #find}, for the caller to go on with: nobody finds it a second time. */
    public @Nullable Call take(String state, Caller caller, ByteBuffer what) {
        Call there = find(state, caller, what);
        return there != null && byState.remove(state) != null ? there : null;
    }

    /** The client has not heard of it; false when it has come back all the same. */
    public boolean forget(String state) {
        return byState.remove(state) != null;
    }

    /** Cancels those whose time is over. */
    void expire() {
        long now = System.nanoTime();
        byState.forEach((state, suspended) -> {
            if (suspended.until - now <= 0 && byState.remove(state, suspended)) {
                // A server that does not read must not hold up the others.
                Thread.ofVirtual()
                        .name("expired call")
                        .start(() -> suspended.call.session().abandon(suspended.call.exchange));
            }
        });
    }
}
