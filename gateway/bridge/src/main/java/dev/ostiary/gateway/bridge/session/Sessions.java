package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.assertion.Caller;
import dev.ostiary.gateway.bridge.child.Child;
import dev.ostiary.gateway.bridge.child.Children;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The sessions of this instance: counted, found by their owners alone, ended when idle. Any thread. */
public final class Sessions {

    /** As many as there may be. */
    public static final class Full extends IOException {
        Full(String why) {
            super(why);
        }
    }

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SECRET_BYTES = 24;

    /** What a busy machine may take to notice that a process is gone. */
    private static final Duration SPARE = Duration.ofSeconds(2);

    private final Children children;
    private final List<String> command;
    private final String instance;
    private final Limits limits;
    private final Memory memory;
    private final Log log;
    private final ConcurrentHashMap<String, Session> sessions = new ConcurrentHashMap<>();
    private final Places places;
    private final AtomicInteger tags = new AtomicInteger();
    private final ScheduledExecutorService sweeper = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("idle sessions").factory());
    private final SuspendedCalls suspended;
    private volatile boolean draining;

    /** @param instance visible ASCII, without a dot at its end; begins every session's id */
    public Sessions(Children children, List<String> command, String instance, Limits limits, Memory memory, Log log) {
        this.children = children;
        this.command = List.copyOf(command);
        this.instance = instance;
        this.limits = limits;
        this.memory = memory;
        this.log = log;
        this.places = new Places(limits.sessions());
        this.suspended = new SuspendedCalls(instance, limits);
        long shortest = Math.min(limits.idle().toMillis(), limits.input().toMillis());
        long every = Math.clamp(shortest / 4, 50, 10_000);
        var _ = sweeper.scheduleWithFixedDelay(this::sweep, every, every, TimeUnit.MILLISECONDS);
    }

    public Limits limits() {
        return limits;
    }

    /** Calls without a session that wait for their clients. */
    public SuspendedCalls suspended() {
        return suspended;
    }

    public Memory memory() {
        return memory;
    }

    /**
     * Starts a process for a caller.
     *
     * @throws Full when there are as many as there may be, or this instance is about to end
     * @throws IOException when it cannot be started: why
     */
    public Session open(Caller owner) throws IOException {
        return open(owner, Session.Kind.LEGACY, new EventLog(), () -> {});
    }

    /** As {@link #open}, for requests without a session; {@code onEnd} when it takes no more. */
    Session openStateless(Caller owner, Listeners listeners, boolean shared, Runnable onEnd) throws IOException {
        return open(owner, shared ? Session.Kind.SHARED : Session.Kind.STATELESS, listeners, onEnd);
    }

    private Session open(Caller owner, Session.Kind kind, Outlet outlet, Runnable onEnd) throws IOException {
        if (draining) {
            throw new Full("this instance is about to end");
        }
        Runnable vacate = places.take(owner);
        Child child;
        try {
            child = children.start(command);
        } catch (IOException | RuntimeException failed) {
            vacate.run();
            log.bridge(String.valueOf(failed.getMessage()));
            throw failed;
        }
        byte[] secret = new byte[SECRET_BYTES];
        RANDOM.nextBytes(secret);
        String id = instance + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        String tag = "s" + tags.incrementAndGet();
        Runnable ended = () -> {
            sessions.remove(id);
            onEnd.run();
        };
        Session session = new Session(id, tag, owner, kind, outlet, child, limits, memory, log, ended, vacate);
        sessions.put(id, session);
        log.session(tag, "session started, process " + child.pid());
        session.start();
        if (draining) {
            session.end("this instance ends");
        }
        return session;
    }

    /** The session of this id, null when there is none or it is somebody else's: which of them is nobody's business. */
    public @Nullable Session find(@Nullable String id, Caller caller) {
        Session session = id == null ? null : sessions.get(id);
        boolean theirs = session != null
                && session.kind() == Session.Kind.LEGACY
                && session.owner().equals(caller);
        return theirs ? session : null;
    }

    /** Sessions that take requests. */
    public int count() {
        return sessions.size();
    }

    /** Processes that are there, those included that are ending. */
    public int processes() {
        return places.taken();
    }

    public boolean isDraining() {
        return draining;
    }

    private void sweep() {
        try {
            suspended.expire();
            endIdle();
        } catch (RuntimeException failed) {
            // A timer that throws is not run again.
            log.bridge("looking for idle sessions failed: " + failed);
        }
    }

    private void endIdle() {
        for (Session session : sessions.values()) {
            Duration bound = session.owner().isGateway() && limits.idle().compareTo(Limits.LOOK_IDLE) > 0
                    ? Limits.LOOK_IDLE
                    : limits.idle();
            if (draining ? !session.isBusy() : session.isIdle(bound)) {
                session.end(draining ? "this instance ends" : "it was idle for " + bound);
            }
        }
    }

    /**
     * Takes no more sessions and ends those there are: at once where nothing is open, else when that is answered or the time is
     * over.
     *
     * @return whether every process was gone in the end
     */
    public boolean drain(Duration bound) throws InterruptedException {
        draining = true;
        Duration spare = bound.dividedBy(4).compareTo(SPARE) < 0 ? bound.dividedBy(4) : SPARE;
        Duration ending = limits.closing().plus(limits.terminating()).plus(spare);
        long end = System.nanoTime() + bound.toNanos();
        long patience = Math.max(0, bound.minus(ending).toNanos());
        long force = System.nanoTime() + patience;
        while (!sessions.isEmpty() && System.nanoTime() < force) {
            endIdle();
            Thread.sleep(20);
        }
        sessions.values().forEach(session -> session.end("this instance ends"));
        while (places.taken() > 0 && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        return places.taken() == 0;
    }
}
