package dev.ostiary.gateway.server.credentials;

import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.UpstreamAuth;
import dev.ostiary.gateway.server.credentials.DelegatedTokens.TokenAnswer;
import dev.ostiary.gateway.server.credentials.WorkloadCredential.Header;
import dev.ostiary.gateway.server.credentials.WorkloadCredential.Missing;
import dev.ostiary.gateway.server.credentials.WorkloadCredential.Nothing;
import dev.ostiary.gateway.server.credentials.WorkloadCredential.Unavailable;
import dev.ostiary.gateway.server.entra.EntraSignIn;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.identity.CallerCredential;
import dev.ostiary.gateway.server.identity.Principal;
import dev.ostiary.gateway.server.keys.SigningKeys;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the workloads of one configuration are shown for their callers. Everything but a token that is not at hand is answered
 * on the calling thread. Immutable.
 */
public final class WorkloadCredentials {

    private static final String BEARER = "Bearer ";
    private static final Duration SOON = Duration.ofSeconds(1);

    private final Credentials credentials;
    private final @Nullable IdentityAssertions assertions;
    private final OnBehalfOfTokens onBehalfOf;
    private final Duration patience;

    private WorkloadCredentials(
            Credentials credentials,
            @Nullable IdentityAssertions assertions,
            OnBehalfOfTokens onBehalfOf,
            Duration patience) {
        this.credentials = credentials;
        this.assertions = assertions;
        this.onBehalfOf = onBehalfOf;
        this.patience = patience;
    }

    /**
     * Those of a configuration.
     *
     * @param tokens outlive configurations
     * @param signIn of the configuration's registration; null when there is none
     * @param sessions the facade's; null without a facade
     */
    public static WorkloadCredentials of(
            RuntimeConfig config,
            DelegatedTokens tokens,
            @Nullable EntraSignIn signIn,
            @Nullable EntraSessions sessions,
            Time time) {
        Snapshot snapshot = config.snapshot();
        EntraSettings entra = snapshot.entra();
        List<String> claims = entra == null ? List.of() : entra.claims();
        boolean asserts = snapshot.routes().stream()
                .anyMatch(route -> route.upstreamAuth() instanceof UpstreamAuth.IdentityAssertion);
        boolean haveKey = config.keys().keys().stream()
                .anyMatch(key -> key.purpose() == KeyRing.Purpose.ASSERTION && key.state() == KeyRing.State.ACTIVE);
        IdentityAssertions assertions = asserts && haveKey
                ? new IdentityAssertions(
                        snapshot.publicUrl(), claims, new SigningKeys(config.keys(), KeyRing.Purpose.ASSERTION), time)
                : null;
        return new WorkloadCredentials(
                config.credentials(),
                assertions,
                new OnBehalfOfTokens(tokens, signIn, sessions, time),
                snapshot.listener().timeouts().connect());
    }

    /**
     * What to show.
     *
     * @param executor where an answer that takes time comes, within the time a connection may take
     * @param then called once, possibly before this method returns
     */
    public void find(
            Route route,
            Principal principal,
            CallerCredential caller,
            EventExecutor executor,
            Consumer<WorkloadCredential> then) {
        switch (route.upstreamAuth()) {
            case UpstreamAuth.None none -> then.accept(new Nothing());
            case UpstreamAuth.Secret secret -> {
                String value = credentials.get(secret.credential());
                then.accept(value == null ? new Missing() : new Header(secret.header(), value, false));
            }
            case UpstreamAuth.IdentityAssertion assertion ->
                then.accept(
                        assertions == null
                                ? new Missing()
                                : new Header(IdentityAssertions.HEADER, assertions.of(principal, route), false));
            case UpstreamAuth.OnBehalfOf(List<String> scopes) ->
                answer(onBehalfOf.get(principal, caller, scopes, null), executor, then);
        }
    }

    /**
     * What to show in place of a header that the workload has refused.
     *
     * @param refused renewable
     * @param then given null when nothing else can be had; called once, possibly before this method returns
     */
    public void findAnother(
            Route route,
            Principal principal,
            CallerCredential caller,
            Header refused,
            EventExecutor executor,
            Consumer<@Nullable WorkloadCredential> then) {
        CompletableFuture<TokenAnswer> another = refused.renewable()
                        && route.upstreamAuth() instanceof UpstreamAuth.OnBehalfOf(List<String> scopes)
                ? onBehalfOf.get(principal, caller, scopes, refused.value().substring(BEARER.length()))
                : null;
        if (another == null) {
            then.accept(null);
        } else {
            answer(another, executor, credential -> then.accept(credential));
        }
    }

    private void answer(
            @Nullable CompletableFuture<TokenAnswer> pending,
            EventExecutor executor,
            Consumer<WorkloadCredential> then) {
        if (pending == null) {
            then.accept(new Missing());
            return;
        }
        TokenAnswer known = pending.getNow(null);
        if (known != null) {
            then.accept(credential(known));
            return;
        }
        // Both ends of the race run on the executor, so the flag needs no lock.
        boolean[] answered = new boolean[1];
        Consumer<WorkloadCredential> once = credential -> {
            if (!answered[0]) {
                answered[0] = true;
                then.accept(credential);
            }
        };
        ScheduledFuture<?> tooLate = executor.schedule(
                () -> once.accept(new Unavailable("TimedOut", SOON)), patience.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<Void> whenKnown = pending.thenAccept(answer -> executor.execute(() -> {
            tooLate.cancel(false);
            once.accept(credential(answer));
        }));
        if (whenKnown.isCompletedExceptionally()) {
            // The event loop has ended, and with it the exchange that waits.
            tooLate.cancel(false);
        }
    }

    private static WorkloadCredential credential(TokenAnswer answer) {
        return switch (answer) {
            case TokenAnswer.Token token -> new Header("authorization", BEARER + token.value(), true);
            case TokenAnswer.None none -> none.why();
        };
    }
}
