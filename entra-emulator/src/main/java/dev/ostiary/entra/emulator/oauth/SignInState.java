package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.objects.LiveDirectory;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/** All that one emulator remembers about sign-ins, each kind capped. Safe for any thread. */
public final class SignInState {

    static final int MAX_SESSIONS = 1_000;
    static final int MAX_CODES = 10_000;
    static final int MAX_STRONG_TOKENS = 50_000;
    static final int MAX_DEVICE_CODES = 1_000;

    final BoundedStore<List<SignIn>> sessions = new BoundedStore<>(MAX_SESSIONS);
    final BoundedStore<IssuedCode> codes = new BoundedStore<>(MAX_CODES);
    final BoundedStore<DeviceCode> deviceCodes = new BoundedStore<>(MAX_DEVICE_CODES);
    final BoundedStore<Boolean> strongTokens = new BoundedStore<>(MAX_STRONG_TOKENS);
    final Consents consents;
    private final LiveDirectory live;
    private final BoundedStore<User> changed = new BoundedStore<>(10_000);
    private final BoundedStore<Instant> validFrom = new BoundedStore<>(10_000);
    final RefreshTokens refreshTokens;
    private final Clock clock;

    /**
     * Empty.
     *
     * @param usersMayConsent whether users may consent for themselves
     */
    public SignInState(LiveDirectory live, Clock clock, RefreshTokens refreshTokens, boolean usersMayConsent) {
        this.live = live;
        this.consents = new Consents(live, clock, usersMayConsent);
        this.clock = clock;
        this.refreshTokens = refreshTokens;
    }

    /** Ends all of a user's sessions and refresh tokens; access tokens live on (fact sheet §6.4). */
    public void revoke(User user) {
        validFrom.put(user.oid(), clock.instant());
    }

    /** From now on this is what the directory says of a user; sessions and refresh tokens stay. */
    public void change(User user) {
        changed.put(user.oid(), user);
    }

    /** The user as of now. */
    public User current(User user) {
        return changed.get(user.oid()).orElse(user);
    }

    SignIn current(SignIn signIn) {
        return new SignIn(live.current(signIn.tenant()), current(signIn.user()), signIn.mfa(), signIn.at());
    }

    Grant current(Grant grant) {
        return new Grant(current(grant.signIn()), grant.clientId(), grant.platform(), grant.scope(), grant.claims());
    }

    boolean revoked(SignIn signIn, Instant issuedAt) {
        return validFrom
                .get(signIn.user().oid())
                .filter(from -> !issuedAt.isAfter(from))
                .isPresent();
    }
}
