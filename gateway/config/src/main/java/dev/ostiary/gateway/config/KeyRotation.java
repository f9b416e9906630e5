package dev.ostiary.gateway.config;

import dev.ostiary.gateway.config.KeyRing.Purpose;
import dev.ostiary.gateway.config.KeyRing.State;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How a ring becomes the next one. Every change is a step that all replicas can be one behind of: a key is known to all
 * before anybody uses it, and gone only when nothing that anybody made with it can still be valid.
 *
 * <p>A function of its arguments, but for the keys it makes. Safe for any thread.
 */
public final class KeyRotation {

    private final SecureRandom random;

    /**
     * @param random makes keys; safe for use by several threads
     */
    public KeyRotation(SecureRandom random) {
        this.random = random;
    }

    /**
     * What the replicas have.
     *
     * @param version the lowest ring version that any of them enforces
     * @param since when the last of them came to it
     */
    public record Reported(long version, Instant since) {}

    /**
     * The ring that should follow now; this very ring when nothing is due. Call it again from time to time, and after
     * every report.
     *
     * @param policies when keys change
     * @param reported what every replica has: as long as it is an older version, no key comes into use and none is removed
     */
    public KeyRing next(KeyRing ring, KeyPolicies policies, Reported reported, Instant now) {
        KeyRing complete = ring.completed(random, now);
        List<KeyRing.Key> keys = new ArrayList<>();
        // Keys that this very call adds have been reported by nobody.
        boolean known = reported.version() >= complete.version();
        for (Purpose purpose : Purpose.values()) {
            keys.addAll(next(complete.of(purpose), purpose, policies.of(purpose), known, reported.since(), now));
        }
        return changed(complete, keys);
    }

    /**
     * The ring with a successor for the active key of each of these purposes, whatever its age. It comes into use as in
     * every rotation, by {@link #next}. This very ring when all of them have one.
     */
    public KeyRing begin(KeyRing ring, Set<Purpose> purposes, Instant now) {
        KeyRing complete = ring.completed(random, now);
        List<KeyRing.Key> keys = new ArrayList<>();
        for (Purpose purpose : Purpose.values()) {
            List<KeyRing.Key> old = complete.of(purpose);
            keys.addAll(old);
            if (purposes.contains(purpose) && !has(old, State.PUBLISHED)) {
                keys.add(NewKeys.key(purpose, State.PUBLISHED, random, now));
            }
        }
        return changed(complete, keys);
    }

    /**
     * The ring for the day when keys are in wrong hands: every key of these purposes is gone and a new one active at once.
     */
    public Emergency emergency(KeyRing ring, Set<Purpose> purposes, Instant now) {
        List<KeyRing.Key> keys = new ArrayList<>();
        List<String> ends = new ArrayList<>();
        for (Purpose purpose : Purpose.values()) {
            if (purposes.contains(purpose)) {
                keys.add(NewKeys.key(purpose, State.ACTIVE, random, now));
                ends.add(ends(purpose));
            } else {
                keys.addAll(ring.of(purpose));
            }
        }
        return new Emergency(new KeyRing(ring.version() + 1, keys).completed(random, now), ends);
    }

    /**
     * An emergency rotation.
     *
     * @param ring to be enforced at once
     * @param ends what stops working, for people
     */
    public record Emergency(KeyRing ring, List<String> ends) {
        public Emergency {
            ends = List.copyOf(ends);
        }
    }

    private List<KeyRing.Key> next(
            List<KeyRing.Key> keys,
            Purpose purpose,
            KeyPolicies.Policy policy,
            boolean known,
            Instant knownSince,
            Instant now) {
        List<KeyRing.Key> next = new ArrayList<>();
        boolean promoted = false;
        for (KeyRing.Key key : keys) {
            if (key.state() == State.PUBLISHED
                    && !promoted
                    && known
                    && !now.isBefore(later(key.created(), knownSince).plus(policy.delay()))) {
                promoted = true;
            }
        }
        boolean successorChosen = false;
        for (KeyRing.Key key : keys) {
            switch (key.state()) {
                case PUBLISHED -> {
                    boolean successor = promoted && !successorChosen;
                    successorChosen |= successor;
                    next.add(successor ? key.in(State.ACTIVE) : key);
                }
                case ACTIVE -> next.add(promoted ? key.in(State.RETIRING) : key);
                case RETIRING -> {
                    Instant until = key.until();
                    if (until == null) {
                        next.add(known ? key.removedAt(later(now, knownSince).plus(policy.retention())) : key);
                    } else if (now.isBefore(until)) {
                        next.add(key);
                    }
                }
            }
        }
        if (!has(next, State.PUBLISHED) && isDue(next, policy.rotateEvery(), now)) {
            next.add(NewKeys.key(purpose, State.PUBLISHED, random, now));
        }
        return next;
    }

    private static boolean isDue(List<KeyRing.Key> keys, Duration rotateEvery, Instant now) {
        return keys.stream()
                .anyMatch(key -> key.state() == State.ACTIVE
                        && !now.isBefore(key.created().plus(rotateEvery)));
    }

    private static boolean has(List<KeyRing.Key> keys, State state) {
        return keys.stream().anyMatch(key -> key.state() == state);
    }

    private static KeyRing changed(KeyRing ring, List<KeyRing.Key> keys) {
        Set<KeyRing.Key> same = Set.copyOf(keys);
        return keys.size() == ring.keys().size() && same.containsAll(ring.keys())
                ? ring
                : new KeyRing(ring.version() + 1, keys);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static String ends(Purpose purpose) {
        return switch (purpose) {
            case SEALING ->
                "every MCP session, sign-in in progress and refresh token of the gateway: clients open new sessions, and users"
                        + " sign in again";
            case SIGNING -> "every access token of the gateway: clients get new ones with their refresh tokens";
            case ASSERTION ->
                "every identity assertion: workloads refuse calls until they have read the new public keys, for up to two"
                        + " minutes";
            case REGISTRATION ->
                "every client id that was given out at registration, and every client's secret: clients register again,"
                        + " and users sign in again";
            case ENCRYPTION -> "everything that is stored: users sign in and consent again";
        };
    }

    /** Every purpose. */
    public static Set<Purpose> everything() {
        return EnumSet.allOf(Purpose.class);
    }
}
