package dev.ostiary.gateway.server.identity;

import dev.ostiary.gateway.config.Route;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Turns the {@code Authorization} header of a request into a principal that may use a route. Any thread; never blocks. */
public interface Authenticator {

    /**
     * The answer, if it can be given at once: it can unless signing keys or groups have to be asked for first.
     *
     * @param route a route of the snapshot that this authenticator was made for
     * @param authorization all values of the header, in order
     * @return null when only {@link #authenticate} can tell
     */
    @Nullable
    Authentication tryNow(Route route, List<String> authorization);

    /**
     * The answer, in any case.
     *
     * @param route a route of the snapshot that this authenticator was made for
     * @param authorization all values of the header, in order
     * @param callbackExecutor the request's event loop: where a later answer comes
     * @param then called exactly once: before this returns, on the calling thread, when the answer can be given at once;
     *     else on the executor, within the time that reading keys may take
     */
    void authenticate(
            Route route, List<String> authorization, Executor callbackExecutor, Consumer<Authentication> then);
}
