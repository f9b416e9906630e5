package dev.ostiary.connect.az;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.state.OwnFiles;
import dev.ostiary.connect.state.SharedLock;
import dev.ostiary.connect.token.AccessToken;
import dev.ostiary.connect.token.Challenge;
import dev.ostiary.connect.token.TokenSource;
import dev.ostiary.connect.token.WantedBy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Tokens from the login of {@code az}. Time is looked at when a token is wanted, so a machine that slept notices at once. Of several
 * processes one asks and the others use what it got; where there is no login, one has the user sign in and the others wait.
 */
public final class AzTokens implements TokenSource {

    /** A token is not asked for again so soon, whatever its expiry says: az itself hands out ones with little time left. */
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private static final Duration LOGIN_PAUSE = Duration.ofSeconds(60);

    /** What to do when there is no login. */
    public enum Login {
        BROWSER,
        DEVICE_CODE,
        /** Only say how. */
        NEVER
    }

    private final AzureCli az;
    private final AzRequest request;
    private final boolean tenantWasGiven;
    private final Login login;
    private final Duration margin;
    private final SharedTokens shared;
    private final OwnFiles files;
    private final InstantSource clock;
    private final Diagnostics diagnostics;

    private @Nullable AccessToken token;
    private String loginStamp = "";
    private Instant askedAt = Instant.MIN;
    private @Nullable ConnectFailure loginFailure;
    private Instant loginFailedAt = Instant.MIN;

    /**
     * Asks for this.
     *
     * @param tenantWasGiven by the user, not found in metadata
     * @param margin before its expiry a token is replaced
     * @param shared with other processes
     * @param files where the lock of sign-ins is
     */
    public AzTokens(
            AzureCli az,
            AzRequest request,
            boolean tenantWasGiven,
            Login login,
            Duration margin,
            SharedTokens shared,
            OwnFiles files,
            InstantSource clock,
            Diagnostics diagnostics) {
        this.az = az;
        this.request = request;
        this.tenantWasGiven = tenantWasGiven;
        this.login = login;
        this.margin = margin;
        this.shared = shared;
        this.files = files;
        this.clock = clock;
        this.diagnostics = diagnostics;
    }

    @Override
    public synchronized AccessToken current(WantedBy by) throws ConnectFailure, InterruptedException {
        // After another login the token in memory is somebody else's.
        AccessToken known = loginStamp.equals(shared.loginStamp()) ? token : null;
        Instant now = clock.instant();
        if (known != null) {
            Instant expiry = known.expiresAt();
            boolean askedLately = !now.isBefore(askedAt) && now.isBefore(askedAt.plus(PAUSE));
            if (expiry == null || isFresh(known) || (askedLately && now.isBefore(expiry))) {
                return known;
            }
        }
        try {
            return fetch(null, by);
        } catch (ConnectFailure e) {
            Instant expiry = known == null ? null : known.expiresAt();
            if (known == null || expiry == null || !clock.instant().isBefore(expiry)) {
                throw e;
            }
            diagnostics.say("the token could not be refreshed and is used as long as it lasts: " + e.getMessage());
            askedAt = clock.instant();
            return known;
        }
    }

    @Override
    public synchronized AccessToken renewed(@Nullable AccessToken refused, Challenge challenge, WantedBy by)
            throws ConnectFailure, InterruptedException {
        AccessToken known = token;
        if (known != null && refused != null && !known.value().equals(refused.value())) {
            return known;
        }
        AccessToken fresh = fetch(refused, by);
        if (refused != null && fresh.value().equals(refused.value())) {
            String why = challenge.errorDescription() == null ? "" : ": " + challenge.errorDescription();
            throw ConnectFailure.refused(
                    "the server refuses the token that az has for " + request.target() + why,
                    "check that this resource is the server's (ostiary connect --doctor URL shows what the token is for)");
        }
        return fresh;
    }

    private AccessToken fetch(@Nullable AccessToken refused, WantedBy by) throws ConnectFailure, InterruptedException {
        String stamp = shared.loginStamp();
        AccessToken fresh = shared.get(
                request,
                kept -> isFresh(kept) && (refused == null || !kept.value().equals(refused.value())),
                () -> ask(request, by));
        token = fresh;
        loginStamp = stamp;
        askedAt = clock.instant();
        return fresh;
    }

    private boolean isFresh(AccessToken kept) {
        Instant expiry = kept.expiresAt();
        return expiry != null && clock.instant().isBefore(expiry.minus(margin));
    }

    private AccessToken ask(AzRequest wanted, WantedBy by) throws ConnectFailure, InterruptedException {
        AzureCli.Outcome outcome = az.token(wanted);
        if (outcome instanceof AzureCli.Problem problem
                && problem.problem() == AzProblem.TENANT_WITH_MANAGED_IDENTITY
                && !tenantWasGiven
                && wanted.tenant() != null) {
            return ask(wanted.withoutTenant(), by);
        }
        return switch (outcome) {
            case AzureCli.Token got -> got.token();
            case AzureCli.Problem problem -> {
                if (!problem.problem().isCuredByLogin() || login == Login.NEVER || by == WantedBy.NOBODY) {
                    throw problem.problem().failure(problem.err(), wanted, false);
                }
                yield afterLogin(wanted);
            }
        };
    }

    private AccessToken afterLogin(AzRequest wanted) throws ConnectFailure, InterruptedException {
        ConnectFailure before = loginFailure;
        Instant now = clock.instant();
        if (before != null && !now.isBefore(loginFailedAt) && now.isBefore(loginFailedAt.plus(LOGIN_PAUSE))) {
            // Every call would open another browser window.
            throw before;
        }
        try (SharedLock _ = SharedLock.take(files, "az-login.lock")) {
            AzureCli.Outcome meanwhile = az.token(wanted);
            if (meanwhile instanceof AzureCli.Token got) {
                return got.token();
            }
            az.login(wanted, login == Login.DEVICE_CODE);
            return switch (az.token(wanted)) {
                case AzureCli.Token got -> got.token();
                case AzureCli.Problem problem -> throw problem.problem().failure(problem.err(), wanted, true);
            };
        } catch (ConnectFailure e) {
            loginFailure = e;
            loginFailedAt = clock.instant();
            throw e;
        } catch (IOException e) {
            throw ConnectFailure.environment(
                    "the lock for sign-ins cannot be had: " + e.getMessage(), "check the folder " + files.folder());
        }
    }
}
