package dev.ostiary.connect.token;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import org.jspecify.annotations.Nullable;

/** Where the bearer token comes from. Safe for any thread; callers at the same moment cause one renewal, not many. */
public interface TokenSource {

    /**
     * The token to send now, renewed when it is about to expire.
     *
     * @param by who waits for it; a person is asked to sign in for a call alone
     * @return null while nothing says that the server wants one
     * @throws ConnectFailure when one is wanted and none can be had
     */
    @Nullable
    AccessToken current(WantedBy by) throws ConnectFailure, InterruptedException;

    /**
     * Another token, after the server has refused one.
     *
     * @param refused what was sent; null when nothing was
     * @param by who waits for it
     * @throws ConnectFailure when no other can be had
     */
    AccessToken renewed(@Nullable AccessToken refused, Challenge challenge, WantedBy by)
            throws ConnectFailure, InterruptedException;
}
