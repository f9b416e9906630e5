package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.entra.EntraRefusedException;
import dev.ostiary.gateway.server.entra.EntraSignIn;
import dev.ostiary.gateway.server.entra.EntraUnavailableException;
import dev.ostiary.gateway.server.entra.SignedIn;
import dev.ostiary.gateway.server.oauth.SealedRecords.Kept;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One Entra session per user, shared by all of the user's grants and renewed at most every five minutes however many of them
 * are refreshed, by one replica at a time.
 *
 * <p>Renewing, in this order: a lease is written into the record by compare-and-swap; Entra is asked; what it said, with the
 * next refresh token, replaces the leased record; only then is anybody answered. A replica that dies holding the lease delays
 * that user by at most {@link #LEASE}; one that dies after Entra's answer loses a refresh token of which Entra keeps the
 * predecessor alive. A sign-in that comes in between wins: it is newer. Every wait ends with "try later", never with a lost
 * session.
 *
 * <p>Thread-safe; blocks for a bounded time.
 */
final class EntraSessions {

    /** Longer than asking Entra takes, retries included. */
    static final Duration LEASE = Duration.ofSeconds(30);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration MISCONFIGURED = Duration.ofSeconds(30);
    private static final int MAX_WRITES = 20;
    private static final int LOCKS = 256;

    private final SealedRecords records;
    private final EntraSignIn entra;
    private final GrantLimits limits;
    private final GrantEvents events;
    private final InstantSource clock;

    /** Users of this process wait for each other here instead of asking the store in turns. */
    private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

    EntraSessions(
            SealedRecords records, EntraSignIn entra, GrantLimits limits, GrantEvents events, InstantSource clock) {
        this.records = records;
        this.entra = entra;
        this.limits = limits;
        this.events = events;
        this.clock = clock;
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new ReentrantLock();
        }
    }

    /** What a session was found to be. */
    sealed interface Found {

        /** Entra has vouched for the user within the last five minutes. */
        record Fresh(SessionRecord session) implements Found {}

        /** The user has to sign in again; then all grants go on. */
        record SignInAgain() implements Found {}

        /** There is none any more. */
        record Ended() implements Found {}
    }

    /**
     * Keeps what a sign-in brought, unless something newer is there.
     *
     * @param onlyIfKnown whether a user without a session gets none
     */
    void keep(SignedIn user, boolean onlyIfKnown) throws StoreUnavailableException {
        String owner = records.owner(user.tenantId(), user.objectId());
        SessionRecord session = SessionRecord.of(user);
        for (int i = 0; i < MAX_WRITES; i++) {
            Instant until = limits.sessionUntil(clock.instant());
            Kept<SessionRecord> before = records.session(owner);
            if (before == null) {
                if (onlyIfKnown || records.create(owner, session, until)) {
                    return;
                }
                if (records.session(owner) == null) {
                    // There is one that cannot be read: it is of no use to anybody.
                    records.deleteSession(owner);
                }
            } else if (isNewer(before.value(), session)
                    || records.replaceSession(owner, before.version(), session, until) != null) {
                return;
            }
        }
        throw new StoreUnavailableException("a session changed too often while it was written", null);
    }

    private static boolean isNewer(SessionRecord kept, SessionRecord session) {
        return kept.state() == SessionRecord.State.ALIVE && kept.checked() > session.checked();
    }

    /** What Entra wants to hear at this user's next sign-in, as JSON; null when it is nothing. */
    @Nullable
    String pendingClaims(String owner) throws StoreUnavailableException {
        Kept<SessionRecord> session = records.session(owner);
        return session == null ? null : session.value().pendingClaims();
    }

    /**
     * The session, renewed if it has not been for five minutes.
     *
     * @throws TryLaterException while Entra does not answer, or somebody else's renewal takes long
     */
    Found fresh(String owner) throws StoreUnavailableException, TryLaterException {
        Found known = known(records.session(owner));
        if (known != null) {
            return known;
        }
        ReentrantLock lock = locks[Math.floorMod(owner.hashCode(), LOCKS)];
        try {
            if (!lock.tryLock(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new TryLaterException("RenewalBusy", Duration.ofSeconds(1));
            }
            try {
                return renewed(owner);
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new TryLaterException("Stopping", Duration.ofSeconds(1));
        }
    }

    private Found renewed(String owner) throws StoreUnavailableException, TryLaterException, InterruptedException {
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        while (true) {
            Kept<SessionRecord> kept = records.session(owner);
            Found known = known(kept);
            if (known != null || kept == null) {
                return known == null ? new Found.Ended() : known;
            }
            Instant now = clock.instant();
            if (!kept.value().isLeased(now)) {
                SessionRecord leased = kept.value().leased(now.plus(LEASE));
                String version = records.replaceSession(owner, kept.version(), leased, limits.sessionUntil(now));
                if (version != null) {
                    ask(owner, new Kept<>(leased, version));
                }
                // Whatever came of it, or whoever was faster, is in the record.
            } else {
                Thread.sleep(POLL);
            }
            if (System.nanoTime() - deadline > 0) {
                throw new TryLaterException("RenewalBusy", Duration.ofSeconds(1));
            }
        }
    }

    /** Null when only Entra can tell. */
    private @Nullable Found known(@Nullable Kept<SessionRecord> kept) {
        if (kept == null) {
            return new Found.Ended();
        }
        SessionRecord session = kept.value();
        return switch (session.state()) {
            case ENDED -> new Found.Ended();
            case SIGN_IN_AGAIN -> new Found.SignInAgain();
            case ALIVE -> {
                Instant stale = session.checkedAt().plus(GrantLimits.CHECKED);
                yield clock.instant().isBefore(stale) ? new Found.Fresh(session) : null;
            }
        };
    }

    /** Asks Entra and writes down what it said; a record that has changed since is newer and stays. */
    private void ask(String owner, Kept<SessionRecord> leased) throws StoreUnavailableException, TryLaterException {
        SessionRecord session = leased.value();
        SessionRecord next;
        try {
            SignedIn user = entra.renew(session.refreshToken());
            if (!user.tenantId().equals(session.tenantId()) || !user.objectId().equals(session.objectId())) {
                throw later(owner, leased, "AnotherUser", MISCONFIGURED);
            }
            next = SessionRecord.of(user);
        } catch (EntraRefusedException refused) {
            next = switch (refused.meaning()) {
                case SIGN_IN_AGAIN -> session.signInAgain(refused.claims());
                case GRANT_ENDED, USER_REFUSED -> session.asEnded();
                case MISCONFIGURED ->
                    throw later(owner, leased, refused.diagnosis().code(), MISCONFIGURED);
            };
        } catch (EntraUnavailableException unavailable) {
            throw later(owner, leased, unavailable.reason(), unavailable.retryAfter());
        }
        records.replaceSession(owner, leased.version(), next, limits.sessionUntil(clock.instant()));
    }

    /** Gives the lease back, so that whoever comes next need not wait for its end. */
    private TryLaterException later(String owner, Kept<SessionRecord> leased, String reason, Duration retryAfter)
            throws StoreUnavailableException {
        SessionRecord session = leased.value();
        events.record(new GrantEvent.Unanswered(session.tenantId(), session.objectId(), reason));
        records.replaceSession(owner, leased.version(), session.released(), limits.sessionUntil(clock.instant()));
        return new TryLaterException(reason, retryAfter);
    }
}
