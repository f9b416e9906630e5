package dev.ostiary.gateway.server.registration;

import dev.ostiary.entra.check.RegistrationFinding;
import dev.ostiary.entra.check.RegistrationFinding.Severity;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.server.entra.RegistrationProbe;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.registration.RegistrationState.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the registration shortly after what it depends on has changed, and then every hour; sooner while something is wrong
 * or Entra does not answer, so that what was mended shows. Every pause is partly chance, so that replicas do not ask in step.
 * While Entra is away nothing is concluded: what was last known is said with its time.
 *
 * <p>Any thread; nothing here waits. One look at a time, on a virtual thread of its own.
 */
public final class RegistrationWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RegistrationWatch.class);

    /**
     * How long from one look to the next; each up to a tenth shorter, and the first up to all of it.
     *
     * @param first after a change
     * @param fine while nothing is wrong
     * @param wrong while something is, or Entra does not answer
     */
    record Pace(Duration first, Duration fine, Duration wrong) {
        static final Pace DEFAULT = new Pace(Duration.ofSeconds(2), Duration.ofHours(1), Duration.ofMinutes(5));
    }

    private final Time time;
    private final RandomGenerator chance;
    private final Pace pace;
    private final RegistrationListener listener;

    // All below: guarded by this.
    private @Nullable Configured configured;
    private boolean settling;
    private @Nullable Basis basis;
    private RegistrationState state = RegistrationState.NOT_CHECKED;
    private @Nullable RegistrationState lastKnown;
    private Instant knownAt = Instant.EPOCH;
    private @Nullable Runnable takeBack;
    private boolean looking;
    private boolean telling;
    private boolean news;
    private boolean closed;

    /** What a look depends on. A probe is the same one as long as registration, credential and egress are. */
    private record Basis(OwnRegistration own, RegistrationProbe probe) {

        /** Null where there is nothing to look at. */
        static @Nullable Basis of(Configured configured) {
            Snapshot snapshot = configured.snapshot;
            EntraSettings entra = snapshot.closure() == null ? snapshot.entra() : null;
            RegistrationProbe probe = configured.probe;
            return entra == null || probe == null ? null : new Basis(OwnRegistration.of(snapshot, entra), probe);
        }
    }

    /** What {@link #configured} was told last. */
    private record Configured(Snapshot snapshot, @Nullable RegistrationProbe probe) {}

    public RegistrationWatch(Time time, RandomGenerator chance, RegistrationListener listener) {
        this(time, chance, Pace.DEFAULT, listener);
    }

    RegistrationWatch(Time time, RandomGenerator chance, Pace pace, RegistrationListener listener) {
        this.time = time;
        this.chance = chance;
        this.pace = pace;
        this.listener = listener;
    }

    /**
     * Another configuration is in force. Returns at once: what follows from it is found out on another thread, as nobody who
     * starts or changes a gateway waits for this.
     *
     * @param probe of its registration; null: it has none
     */
    public synchronized void configured(Snapshot snapshot, @Nullable RegistrationProbe probe) {
        configured = new Configured(snapshot, probe);
        if (!settling && !closed) {
            settling = true;
            Thread.ofVirtual().name("registration").start(this::settle);
        }
    }

    private void settle() {
        while (true) {
            Configured newest;
            synchronized (this) {
                newest = configured;
                configured = null;
                if (newest == null || closed) {
                    settling = false;
                    return;
                }
            }
            try {
                settled(Basis.of(newest));
            } catch (RuntimeException unforeseen) {
                // One configuration must not end the looks at all later ones.
                LOG.atError().setCause(unforeseen).log("what the app registration must be could not be derived");
            }
        }
    }

    private synchronized void settled(@Nullable Basis now) {
        Basis before = basis;
        if (closed || (now == null ? before == null : now.equals(before))) {
            return;
        }
        basis = now;
        if (before == null || now == null || before.probe != now.probe) {
            lastKnown = null;
            become(RegistrationState.NOT_CHECKED);
        }
        if (now == null) {
            cancel();
        } else {
            lookAfter(Duration.ofNanos(chance.nextLong(pace.first.toNanos() + 1)));
        }
    }

    /** What is known now. */
    public synchronized RegistrationState state() {
        return state;
    }

    /** For a metric: 1 where everything is as it must be, 0 where something is broken, not a number where it is not known. */
    public double ready() {
        return switch (state().outcome()) {
            case READY -> 1;
            case BROKEN -> 0;
            case NOT_CHECKED, NOT_ALLOWED_TO_READ, ENTRA_UNAVAILABLE -> Double.NaN;
        };
    }

    private void lookAfter(Duration pause) {
        cancel();
        takeBack = time.after(pause, this::due);
    }

    private void cancel() {
        if (takeBack != null) {
            takeBack.run();
            takeBack = null;
        }
    }

    private synchronized void due() {
        takeBack = null;
        Basis now = basis;
        if (closed || looking || now == null) {
            // A look that is under way ends with the next one, if what it depends on has changed.
            return;
        }
        looking = true;
        Thread.ofVirtual().name("registration").start(() -> look(now));
    }

    private void look(Basis at) {
        RegistrationLook.Seen seen;
        try {
            seen = RegistrationLook.at(at.own, at.probe);
        } catch (RuntimeException unforeseen) {
            // One look must not end all later ones.
            LOG.atError()
                    .setCause(unforeseen)
                    .log("the look at the app registration met a mistake of the gateway's own");
            seen = new RegistrationLook.Seen(List.of(), null, "InternalError");
        }
        looked(at, seen);
    }

    private synchronized void looked(Basis at, RegistrationLook.Seen seen) {
        looking = false;
        if (closed || basis == null) {
            return;
        }
        if (!at.equals(basis)) {
            if (takeBack == null) {
                lookAfter(Duration.ZERO);
            }
            return;
        }
        RegistrationState next = concluded(seen);
        if (next.outcome() != Outcome.ENTRA_UNAVAILABLE) {
            lastKnown = next;
            knownAt = now();
        }
        become(next);
        boolean fine = next.outcome() == Outcome.READY || next.outcome() == Outcome.NOT_ALLOWED_TO_READ;
        long most = (fine ? pace.fine : pace.wrong).toNanos();
        lookAfter(Duration.ofNanos(most - chance.nextLong(most / 10 + 1)));
    }

    private RegistrationState concluded(RegistrationLook.Seen seen) {
        List<RegistrationFinding> errors = seen.findings().stream()
                .filter(finding -> finding.severity() == Severity.ERROR)
                .toList();
        if (!errors.isEmpty()) {
            return new RegistrationState(Outcome.BROKEN, errors, "");
        }
        String unread = seen.unread();
        if (seen.unavailable() != null) {
            // The words of the first time stay: they hold a time, and say nothing new when they are said again.
            return state.outcome() == Outcome.ENTRA_UNAVAILABLE ? state : unavailable(seen.unavailable());
        }
        return unread == null
                ? new RegistrationState(Outcome.READY, seen.findings(), "")
                : new RegistrationState(Outcome.NOT_ALLOWED_TO_READ, seen.findings(), unread);
    }

    private RegistrationState unavailable(String reason) {
        RegistrationState last = lastKnown;
        String since = "Entra or Microsoft Graph has not answered as it should since " + now() + " (" + reason + "); ";
        if (last == null) {
            return new RegistrationState(
                    Outcome.ENTRA_UNAVAILABLE, List.of(), since + "it has never been asked before");
        }
        String known = switch (last.outcome()) {
            case READY -> "nothing was wrong";
            case BROKEN -> "this was wrong";
            default -> "nothing that could be seen was wrong";
        };
        return new RegistrationState(Outcome.ENTRA_UNAVAILABLE, last.findings(), since + "at " + knownAt + " " + known);
    }

    private Instant now() {
        return Instant.ofEpochMilli(time.wallMillis()).truncatedTo(ChronoUnit.SECONDS);
    }

    private void become(RegistrationState next) {
        if (next.equals(state)) {
            return;
        }
        state = next;
        news = true;
        if (!telling) {
            telling = true;
            Thread.ofVirtual().name("registration-state").start(this::tellUntilKnown);
        }
    }

    private void tellUntilKnown() {
        while (true) {
            RegistrationState told;
            synchronized (this) {
                if (!news || closed) {
                    telling = false;
                    return;
                }
                news = false;
                told = state;
            }
            listener.known(told);
        }
    }

    /** Looks no more. */
    @Override
    public synchronized void close() {
        closed = true;
        cancel();
    }
}
