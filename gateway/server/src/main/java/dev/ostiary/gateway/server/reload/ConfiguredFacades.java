package dev.ostiary.gateway.server.reload;

import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.server.credentials.EntraSessions;
import dev.ostiary.gateway.server.credentials.SessionsUnavailableException;
import dev.ostiary.gateway.server.entra.EntraServices;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.http.ExchangeHandler;
import dev.ostiary.gateway.server.identity.FacadeAuthenticator;
import dev.ostiary.gateway.server.identity.FacadeTokenCache;
import dev.ostiary.gateway.server.identity.FacadeTokens;
import dev.ostiary.gateway.server.identity.Proofs;
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
import dev.ostiary.gateway.server.store.StoreHost;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The facade of each configuration, and what outlives configurations: the store of grants with the feed of those that have
 * ended, and the tokens that were verified. For one thread at a time, but for {@link #feed}.
 */
public final class ConfiguredFacades implements AutoCloseable {

    private final Facades facade;
    private final GrantEvents grantEvents;
    private final OpenStores stores;
    private final Proofs proofs;
    private final FacadeTokenCache verified;
    private final Time time;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    /**
     * @param host what stores may use
     * @param grantEnded told of each grant that ends before its time; must not block
     * @param proofs where unseen tokens are verified
     */
    public ConfiguredFacades(
            FacadeEvents facadeEvents,
            GrantEvents grantEvents,
            StoreHost host,
            Consumer<String> grantEnded,
            Proofs proofs,
            Time time,
            InstantSource clock) {
        this.facade = new Facades(facadeEvents, RateLimits.DEFAULT, clock, time::nanos, random);
        this.grantEvents = grantEvents;
        this.stores = new OpenStores(host, grantEnded, time, clock);
        this.proofs = proofs;
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
     */
    record Built(ExchangeHandler endpoints, FacadeAuthenticator authenticator, EntraSessions sessions) {}

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
            stores.useNone();
            return null;
        }
        OpenStores.OpenStore kept = stores.use(config, settings.store());
        SigningKeys signing = new SigningKeys(config.keys(), KeyRing.Purpose.SIGNING);
        FacadeTokens tokens = new FacadeTokens(
                signing, new Sealer(config.keys(), random), snapshot.publicUrl().toString());
        GrantService grants = new GrantService(
                settings,
                snapshot.gateway(),
                kept.store(),
                new Sealer(config.keys(), KeyRing.Purpose.ENCRYPTION, random),
                registration.signIn(),
                grantEvents,
                clock,
                random);
        DownstreamTokens downstream = new DownstreamTokens(grants, registration.signIn());
        return new Built(
                facade.handler(
                        config, registration.signIn(), registration.groups(), kept.store(), grants, tokens, signing),
                new FacadeAuthenticator(snapshot, tokens, verified, kept.feed(), proofs, time),
                (tenantId, objectId, scopes) -> {
                    try {
                        return downstream.tokenFor(tenantId, objectId, scopes);
                    } catch (StoreUnavailableException unavailable) {
                        throw new SessionsUnavailableException("the store of grants does not answer", unavailable);
                    }
                });
    }

    /** The feed of ended grants; null without a facade. Any thread. */
    public @Nullable DenyFeed feed() {
        return stores.feed();
    }

    /** The configuration that was built last is in force: the store before it is closed when nobody uses it any more. */
    public void inForce() {
        stores.inForce();
    }

    /** Closes the store; grants that it keeps stay. */
    @Override
    public void close() {
        stores.close();
    }
}
