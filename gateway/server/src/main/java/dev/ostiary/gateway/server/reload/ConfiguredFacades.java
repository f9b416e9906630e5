package dev.ostiary.gateway.server.reload;

import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.StoreSettings;
import dev.ostiary.gateway.server.credentials.EntraSessions;
import dev.ostiary.gateway.server.credentials.SessionsUnavailableException;
import dev.ostiary.gateway.server.credentials.SignInNeeded;
import dev.ostiary.gateway.server.entra.EntraServices;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.http.ExchangeHandler;
import dev.ostiary.gateway.server.identity.FacadeAuthenticator;
import dev.ostiary.gateway.server.identity.FacadeTokenCache;
import dev.ostiary.gateway.server.identity.FacadeTokens;
import dev.ostiary.gateway.server.identity.TokenCache;
import dev.ostiary.gateway.server.keys.Sealer;
import dev.ostiary.gateway.server.keys.SigningKeys;
import dev.ostiary.gateway.server.oauth.DenyFeed;
import dev.ostiary.gateway.server.oauth.DownstreamTokens;
import dev.ostiary.gateway.server.oauth.FacadeEvents;
import dev.ostiary.gateway.server.oauth.Facades;
import dev.ostiary.gateway.server.oauth.GrantEvents;
import dev.ostiary.gateway.server.oauth.GrantService;
import dev.ostiary.gateway.server.oauth.RateLimits;
import dev.ostiary.gateway.server.store.GrantStore;
import dev.ostiary.gateway.server.store.GrantStores;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The facade of each configuration, and what outlives configurations: the store of grants with the feed of those that have
 * ended, and the tokens that were verified. A store is kept as long as its settings stay the same; the one before is closed
 * when the requests that use it have ended. For one thread at a time, but for {@link #feed}.
 */
public final class ConfiguredFacades implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredFacades.class);
    private static final Duration GRACE = Duration.ofSeconds(30);

    private final Facades facade;
    private final GrantEvents grantEvents;
    private final @Nullable Path stateDirectory;
    private final Consumer<String> grantEnded;
    private final FacadeTokenCache verified;
    private final Time time;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private volatile @Nullable OpenStore open;

    /** That of the configuration built last, which may never come into force. */
    private @Nullable OpenStore built;

    /**
     * @param stateDirectory of the host; null: nothing is kept there
     * @param grantEnded told of each grant that ends before its time; must not block
     */
    public ConfiguredFacades(
            FacadeEvents facadeEvents,
            GrantEvents grantEvents,
            @Nullable Path stateDirectory,
            Consumer<String> grantEnded,
            Time time,
            InstantSource clock) {
        this.facade = new Facades(facadeEvents, RateLimits.DEFAULT, clock, time::nanos, random);
        this.grantEvents = grantEvents;
        this.stateDirectory = stateDirectory;
        this.grantEnded = grantEnded;
        this.verified = new FacadeTokenCache(TokenCache.DEFAULT_MAX_CHARS, time);
        this.time = time;
        this.clock = clock;
    }

    /**
     * The facade of one configuration.
     *
     * @param endpoints answers at the paths of the facade
     * @param authenticator takes its access tokens
     * @param sessions gets tokens for workloads
     * @param signInNeeded notes that Entra wants to see a user again
     */
    record Built(
            ExchangeHandler endpoints,
            FacadeAuthenticator authenticator,
            EntraSessions sessions,
            Consumer<SignInNeeded> signInNeeded) {}

    /** What decides whether a store can stay. */
    private record Basis(
            StoreSettings settings,
            String gateway,
            @Nullable String url,
            @Nullable String caBundle) {

        /** Its URL has a password in it. */
        @Override
        public String toString() {
            return "Basis[" + settings + "]";
        }
    }

    private record OpenStore(Basis basis, GrantStore store, DenyFeed feed) {
        void close() {
            feed.close();
            store.close();
        }
    }

    /**
     * Builds the facade of a configuration.
     *
     * @return null when the configuration has none
     * @throws IllegalArgumentException when its store cannot be used; the message says why
     */
    @Nullable
    Built build(RuntimeConfig config, EntraServices.Registration registration) {
        Snapshot snapshot = config.snapshot();
        FacadeSettings settings = snapshot.authorization().facade();
        if (settings == null) {
            discard(null);
            return null;
        }
        OpenStore kept = store(config, settings);
        SigningKeys signing = new SigningKeys(config.keys(), KeyRing.Purpose.SIGNING);
        FacadeTokens tokens = new FacadeTokens(
                signing, new Sealer(config.keys(), random), snapshot.publicUrl().toString());
        GrantService grants = new GrantService(
                settings,
                snapshot.gateway(),
                kept.store,
                new Sealer(config.keys(), KeyRing.Purpose.ENCRYPTION, random),
                registration.signIn(),
                grantEvents,
                clock,
                random);
        DownstreamTokens downstream = new DownstreamTokens(grants, registration.signIn());
        return new Built(
                facade.handler(
                        config, registration.signIn(), registration.groups(), kept.store, grants, tokens, signing),
                new FacadeAuthenticator(snapshot, tokens, verified, kept.feed, time),
                (tenantId, objectId, scopes) -> {
                    try {
                        return downstream.tokenFor(tenantId, objectId, scopes);
                    } catch (StoreUnavailableException unavailable) {
                        throw new SessionsUnavailableException("the store of grants does not answer", unavailable);
                    }
                },
                needed -> note(downstream, needed));
    }

    private static void note(DownstreamTokens downstream, SignInNeeded needed) {
        try {
            downstream.signInNeeded(needed.tenantId(), needed.objectId(), needed.claims());
        } catch (StoreUnavailableException unavailable) {
            // Entra will say so again.
            LOG.atWarn()
                    .addKeyValue("oid", needed.objectId())
                    .log("that a user has to sign in again could not be noted: the store does not answer");
        }
    }

    /** The feed of ended grants; null without a facade. Any thread. */
    public @Nullable DenyFeed feed() {
        OpenStore now = open;
        return now == null ? null : now.feed;
    }

    private OpenStore store(RuntimeConfig config, FacadeSettings settings) {
        Snapshot snapshot = config.snapshot();
        Credentials credentials = config.credentials();
        // Only Redis is another store when its URL, its authority or the gateway's name is another.
        Basis basis = settings.store() instanceof StoreSettings.Redis redis
                ? new Basis(
                        redis,
                        snapshot.gateway().toString(),
                        credentials.get(redis.url()),
                        snapshot.egress().caBundle())
                : new Basis(settings.store(), "", null, null);
        for (OpenStore known : Arrays.asList(open, built)) {
            if (known != null && known.basis.equals(basis)) {
                discard(known);
                return known;
            }
        }
        try {
            GrantStore store = GrantStores.open(
                    settings.store(),
                    credentials,
                    stateDirectory,
                    snapshot.gateway().toString(),
                    snapshot.egress(),
                    clock);
            DenyFeed feed = new DenyFeed(store, clock, grantEnded);
            feed.start();
            OpenStore now = new OpenStore(basis, store, feed);
            discard(now);
            return now;
        } catch (StoreUnavailableException unusable) {
            throw new IllegalArgumentException(
                    "the store of grants cannot be used: " + unusable.getMessage(), unusable);
        }
    }

    /** Closes what was built for a configuration that never came into force. */
    private void discard(@Nullable OpenStore next) {
        OpenStore before = built;
        built = next;
        if (before != null && !before.equals(next) && !before.equals(open)) {
            before.close();
        }
    }

    /** The configuration that was built last is in force: the store before it is closed when nobody uses it any more. */
    public void inForce() {
        OpenStore before = open;
        open = built;
        if (before != null && !before.equals(built)) {
            time.after(GRACE, before::close);
        }
    }

    /** Closes the store; grants that it keeps stay. */
    @Override
    public void close() {
        discard(null);
        OpenStore now = open;
        open = null;
        if (now != null) {
            now.close();
        }
    }
}
