package dev.ostiary.operator.contact;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When the API server was last heard of, over whichever connection. While it says nothing, what the operator knows is of then,
 * and so is every status. Safe for any thread.
 */
public final class ApiContact {

    /**
     * How long an open watch may say nothing until its connection counts as lost: two bookmarks, of which an API server sends
     * one a minute to each watch (Kubernetes API concepts, "Watch bookmarks"), and half a minute more. An API server that
     * has just started sends none for kinds of which nothing has happened yet, so that connections may be opened anew once then.
     */
    public static final Duration SILENCE = Duration.ofSeconds(150);

    private static final Logger LOG = LoggerFactory.getLogger(ApiContact.class);

    private final Duration patience;
    private final AtomicLong reconnects = new AtomicLong();
    private final AtomicBoolean told = new AtomicBoolean();
    private volatile long heardNanos = System.nanoTime();

    /**
     * @param patience how long nothing may be heard; {@link #SILENCE} but in tests
     */
    public ApiContact(Duration patience) {
        this.patience = patience;
    }

    /** For how long nothing has been heard. */
    public Duration silence() {
        return Duration.ofNanos(Math.max(0, System.nanoTime() - heardNanos));
    }

    /** What is wrong, for the readiness probe; empty while the API server is heard. */
    public String problem() {
        Duration silence = silence();
        return silence.compareTo(patience) < 0
                ? ""
                : "nothing has been heard from the API server for " + silence.toSeconds()
                        + " s: what statuses say is of then";
    }

    /** How often connections were given up because a watch had gone silent. */
    public long reconnects() {
        return reconnects.get();
    }

    Duration patience() {
        return patience;
    }

    void heard() {
        heardNanos = System.nanoTime();
    }

    void reconnected() {
        reconnects.incrementAndGet();
    }

    /** Says once that contact is lost, and once that it is back. */
    void tell() {
        String problem = problem();
        if (problem.isEmpty()) {
            if (told.compareAndSet(true, false)) {
                LOG.atInfo().log("the API server is heard again");
            }
        } else if (told.compareAndSet(false, true)) {
            LOG.atWarn().log("{}", problem);
        }
    }
}
