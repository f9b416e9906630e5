package dev.ostiary.gateway.config;

import dev.ostiary.gateway.config.KeyRing.Purpose;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When keys change, per purpose.
 *
 * @param byPurpose has every purpose
 */
public record KeyPolicies(Map<Purpose, Policy> byPurpose) {

    /** How long whoever reads the gateway's {@code /jwks.json} may keep it. */
    public static final Duration JWKS_MAX_AGE = Duration.ofMinutes(5);

    /** How long workloads may go without reading their assertion keys again. */
    public static final Duration ASSERTION_KEYS_MAX_AGE = Duration.ofMinutes(2);

    /** How long a client registration is good for after its key has been replaced. */
    public static final Duration REGISTRATION_RETENTION = Duration.ofDays(730);

    /** By how much the clocks of whoever checks an expiry may differ. */
    private static final Duration SKEW = Duration.ofMinutes(5);

    /** MCP sessions have no end of their own: one in constant use may have to be opened again after this. */
    private static final Duration SESSION = Duration.ofDays(7);

    public KeyPolicies {
        byPurpose = Collections.unmodifiableMap(new EnumMap<>(byPurpose));
        for (Purpose purpose : Purpose.values()) {
            if (!byPurpose.containsKey(purpose)) {
                throw new IllegalArgumentException("there is no policy for " + purpose);
            }
        }
    }

    /**
     * What follows from a gateway's settings.
     *
     * @param rotateEvery {@code spec.keys.rotateEvery}
     * @param facade null when it is off
     */
    public static KeyPolicies of(Duration rotateEvery, @Nullable FacadeSettings facade) {
        FacadeSettings lifetimes = facade == null ? FacadeSettings.DEFAULT : facade;
        Duration grants = lifetimes.refreshTokenTtl();
        Map<Purpose, Policy> policies = new EnumMap<>(Purpose.class);
        policies.put(
                Purpose.SIGNING,
                new Policy(rotateEvery, JWKS_MAX_AGE, lifetimes.accessTokenTtl().plus(SKEW)));
        // An assertion lives for a minute, and its clock may be off by another.
        policies.put(Purpose.ASSERTION, new Policy(rotateEvery, ASSERTION_KEYS_MAX_AGE, Duration.ofMinutes(2)));
        policies.put(
                Purpose.SEALING,
                new Policy(rotateEvery, Duration.ZERO, grants.compareTo(SESSION) > 0 ? grants : SESSION));
        policies.put(Purpose.REGISTRATION, new Policy(rotateEvery, Duration.ZERO, REGISTRATION_RETENTION));
        policies.put(Purpose.ENCRYPTION, new Policy(rotateEvery, Duration.ZERO, grants));
        return new KeyPolicies(policies);
    }

    Policy of(Purpose purpose) {
        Policy policy = byPurpose.get(purpose);
        if (policy == null) {
            throw new IllegalStateException("every purpose has a policy");
        }
        return policy;
    }

    /**
     * When keys of one purpose change.
     *
     * @param rotateEvery age at which an active key gets a successor; longer than nothing
     * @param delay from the moment when every replica knows a key to its first use: for as long, somebody may verify with
     *     an older list of public keys
     * @param retention from the moment when no replica uses a key any more to its removal: the longest lifetime of what was
     *     signed or sealed with it
     */
    public record Policy(Duration rotateEvery, Duration delay, Duration retention) {

        public Policy {
            if (rotateEvery.isNegative() || rotateEvery.isZero() || delay.isNegative() || retention.isNegative()) {
                throw new IllegalArgumentException("a key policy needs durations that are not negative");
            }
        }
    }
}
