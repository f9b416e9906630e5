package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.config.FacadeSettings;
import java.time.Duration;
import java.time.Instant;

/**
 * How long things live.
 *
 * @param accessToken lifetime of an access token
 * @param idle how long a grant lives without being used
 */
record GrantLimits(Duration accessToken, Duration idle) {

    /** How long a code can be redeemed. */
    static final Duration CODE = Duration.ofSeconds(60);

    /** How long the refresh token before the present one still gets the same successor: for answers that were lost. */
    static final Duration GRACE = Duration.ofSeconds(60);

    /** The longest that a grant lives, however busy: then the user is asked again. */
    static final Duration ABSOLUTE = Duration.ofDays(180);

    /** Most grants of one user at one gateway; sign-ins that happen at once may exceed it by their number. */
    static final int PER_USER = 200;

    /** Entra is asked about a user at most this often, and what it said is good for this long. */
    static final Duration CHECKED = Duration.ofMinutes(5);

    /** What a record of an unredeemed code is kept for beyond the code; covers clocks that differ. */
    private static final Duration CODE_KEPT = Duration.ofMinutes(4);

    /** The longest access token that any settings allow: tokens of earlier settings count when a grant is denied. */
    private static final Duration LONGEST_ACCESS_TOKEN = Duration.ofMinutes(15);

    private static final Duration CLOCKS = Duration.ofMinutes(5);

    static GrantLimits of(FacadeSettings settings) {
        return new GrantLimits(settings.accessTokenTtl(), settings.refreshTokenTtl());
    }

    Instant unredeemedUntil(Instant now) {
        return now.plus(CODE).plus(CODE_KEPT);
    }

    /** When a grant that is used now ends if it is not used again. */
    Instant idleUntil(GrantRecord grant, Instant now) {
        Instant last = absoluteEnd(grant);
        Instant idleEnd = now.plus(idle);
        return idleEnd.isBefore(last) ? idleEnd : last;
    }

    static Instant absoluteEnd(GrantRecord grant) {
        return Instant.ofEpochMilli(grant.made()).plus(ABSOLUTE);
    }

    /** Longer than any grant that is used before the session is checked again. */
    Instant sessionUntil(Instant now) {
        return now.plus(idle).plus(CHECKED).plus(CLOCKS);
    }

    /** When no access token can be alive any more that exists now. */
    Instant tokensUntil(Instant now) {
        Duration longest = accessToken.compareTo(LONGEST_ACCESS_TOKEN) > 0 ? accessToken : LONGEST_ACCESS_TOKEN;
        return now.plus(longest).plus(CLOCKS);
    }
}
