package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.entra.SignedIn;
import dev.ostiary.gateway.server.oauth.SealedValues.BrowserUser;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Who seems to use a browser. The long-lived cookie only says whose remembered decisions to look up, and Entra has the last
 * word at the callback; the short one lets a user see and end grants. Thread-safe.
 */
final class BrowserUsers {

    private static final String USER_COOKIE = "user";
    private static final String SESSION_COOKIE = "grants";
    private static final Duration USER_LIFETIME = Duration.ofDays(180);
    private static final Duration SESSION_LIFETIME = Duration.ofMinutes(15);
    private static final int MAX_NAME_LENGTH = 128;

    private final SealedValues sealed;
    private final Cookies cookies;
    private final Secrets secrets;
    private final InstantSource clock;

    BrowserUsers(SealedValues sealed, Cookies cookies, Secrets secrets, InstantSource clock) {
        this.sealed = sealed;
        this.cookies = cookies;
        this.secrets = secrets;
        this.clock = clock;
    }

    /** Who signed in here last; null when nobody has, or long ago. */
    @Nullable
    BrowserUser last(BrowserRequest request) {
        return current(sealed.openUser(cookies.read(request.cookies(), USER_COOKIE)));
    }

    /** Who has signed in to see the page of grants; null when nobody has lately. */
    @Nullable
    BrowserUser session(BrowserRequest request) {
        return current(sealed.openSession(cookies.read(request.cookies(), SESSION_COOKIE)));
    }

    private @Nullable BrowserUser current(@Nullable BrowserUser user) {
        return user == null || user.expires().isBefore(clock.instant()) ? null : user;
    }

    /** The cookie that names the user whom Entra has just vouched for. */
    String remember(SignedIn user) {
        return cookies.set(USER_COOKIE, sealed.sealUser(of(user, "", "", USER_LIFETIME)), USER_LIFETIME);
    }

    /** The cookie that opens the page of grants. */
    String open(SignedIn user) {
        String name = user.displayName();
        String shortName = name.substring(0, Math.min(name.length(), MAX_NAME_LENGTH));
        BrowserUser session = of(user, secrets.id(), shortName, SESSION_LIFETIME);
        return cookies.set(SESSION_COOKIE, sealed.sealSession(session), SESSION_LIFETIME);
    }

    private BrowserUser of(SignedIn user, String id, String name, Duration lifetime) {
        Instant expires = clock.instant().plus(lifetime).truncatedTo(ChronoUnit.SECONDS);
        return new BrowserUser(id, user.tenantId(), user.objectId(), name, expires);
    }
}
