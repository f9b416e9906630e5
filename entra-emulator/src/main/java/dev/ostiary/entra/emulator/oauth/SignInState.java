package dev.ostiary.entra.emulator.oauth;

import dev.ostiary.entra.emulator.directory.User;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/** All that one emulator remembers about sign-ins, each kind capped. Safe for any thread. */
public final class SignInState {

    static final int MAX_SESSIONS = 1_000;
    static final int MAX_CODES = 10_000;
    static final int MAX_REFRESH_TOKENS = 50_000;
    static final int MAX_DEVICE_CODES = 1_000;

    final BoundedStore<List<SignIn>> sessions = new BoundedStore<>(MAX_SESSIONS);
    final BoundedStore<IssuedCode> codes = new BoundedStore<>(MAX_CODES);
    final BoundedStore<RefreshToken> refreshTokens = new BoundedStore<>(MAX_REFRESH_TOKENS);
    final BoundedStore<DeviceCode> deviceCodes = new BoundedStore<>(MAX_DEVICE_CODES);
    final BoundedStore<Boolean> strongTokens = new BoundedStore<>(MAX_REFRESH_TOKENS);
    final Consents consents = new Consents();
    private final BoundedStore<Instant> validFrom = new BoundedStore<>(10_000);
    private final BoundedStore<User> changed = new BoundedStore<>(10_000);
    private final Clock clock;

    /** Empty. */
    public SignInState(Clock clock) {
        this.clock = clock;
    }

    /** Ends all of a user's sessions and refresh tokens; access tokens live on (fact sheet §6.4). */
    public void revoke(User user) {
        validFrom.put(user.oid(), clock.instant());
    }

    /** What a user has become since signing in, by object id; refresh tokens see it from now on. */
    public void change(User user) {
        changed.put(user.oid(), user);
    }

    /** A grant with its user as of now. */
    Grant current(Grant grant) {
        SignIn then = grant.signIn();
        return changed.get(then.user().oid())
                .map(user -> new Grant(
                        new SignIn(then.tenant(), user, then.mfa(), then.at()),
                        grant.clientId(),
                        grant.platform(),
                        grant.scope(),
                        grant.claims()))
                .orElse(grant);
    }

    boolean revoked(SignIn signIn, Instant issuedAt) {
        return validFrom
                .get(signIn.user().oid())
                .filter(from -> !issuedAt.isAfter(from))
                .isPresent();
    }
}
