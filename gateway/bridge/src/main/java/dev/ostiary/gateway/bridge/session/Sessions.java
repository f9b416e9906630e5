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

    private final Children children;
    private final List<String> command;
    private final String instance;
    private final Limits limits;
    private final Memory memory;
    private final Log log;
    private final ConcurrentHashMap<String, Session> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger processes = new AtomicInteger();
    private final AtomicInteger tags = new AtomicInteger();
    private final ScheduledExecutorService sweeper = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("idle sessions").factory());
    private volatile boolean draining;

    /** @param instance visible ASCII, without a dot at its end; begins every session's id */
    public Sessions(Children children, List<String> command, String instance, Limits limits, Memory memory, Log log) {
        this.children = children;
        this.command = List.copyOf(command);
        this.instance = instance;
        this.limits = limits;
        this.memory = memory;
        this.log = log;
        long every = Math.clamp(limits.idle().toMillis() / 4, 50, 10_000);
        var _ = sweeper.scheduleWithFixedDelay(this::endIdle, every, every, TimeUnit.MILLISECONDS);
    }

    public Limits limits() {
        return limits;
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
        if (processes.incrementAndGet() > limits.sessions()) {
            processes.decrementAndGet();
            throw new Full("all of " + limits.sessions() + " sessions are taken");
        }
        Child child;
        try {
            child = children.start(command);
        } catch (IOException failed) {
            processes.decrementAndGet();
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
        Session session = new Session(
                id, tag, owner, kind, outlet, child, limits, memory, log, ended, processes::decrementAndGet);
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
        return processes.get();
    }

    public boolean isDraining() {
        return draining;
    }

    private void endIdle() {
        for (Session session : sessions.values()) {
            if (draining ? !session.isBusy() : session.isIdle(limits.idle())) {
                session.end(draining ? "this instance ends" : "it was idle for " + limits.idle());
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
        Duration ending = limits.closing().plus(limits.terminating()).plusMillis(500);
        long end = System.nanoTime() + bound.toNanos();
        long patience = Math.max(0, bound.minus(ending).toNanos());
        long force = System.nanoTime() + patience;
        while (!sessions.isEmpty() && System.nanoTime() < force) {
            endIdle();
            Thread.sleep(20);
        }
        sessions.values().forEach(session -> session.end("this instance ends"));
        while (processes.get() > 0 && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        return processes.get() == 0;
    }
}
