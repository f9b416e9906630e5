package dev.ostiary.gateway.server.reload;

import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.StoreSettings;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.oauth.DenyFeed;
import dev.ostiary.gateway.server.store.GrantStore;
import dev.ostiary.gateway.server.store.GrantStores;
import dev.ostiary.gateway.server.store.StoreHost;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The store of grants over configurations. One is kept as long as its settings stay the same; the one before is closed when the
 * requests that use it have ended, and until then it is taken up again by a configuration that goes back to it. Any thread.
 */
final class OpenStores implements AutoCloseable {

    private static final Duration GRACE = Duration.ofSeconds(30);

    private final StoreHost host;
    private final Consumer<String> grantEnded;
    private final Time time;
    private final InstantSource clock;

    /** Those that served an earlier configuration, each with what takes its closing back. */
    private final Map<OpenStore, Runnable> retiring = new HashMap<>();

    private volatile @Nullable OpenStore open;

    /** That of the configuration built last, which may never come into force. */
    private @Nullable OpenStore built;

    /**
     * @param host what stores may use
     * @param grantEnded told of each grant that ends before its time; must not block
     */
    OpenStores(StoreHost host, Consumer<String> grantEnded, Time time, InstantSource clock) {
        this.host = host;
        this.grantEnded = grantEnded;
        this.time = time;
        this.clock = clock;
    }

    /** What decides whether a store can stay. */
    private record Basis(
            StoreSettings settings,
            String gateway,
            @Nullable String url,
            @Nullable String caBundle) {

        /** Only Redis is another store when its URL, its authority or the gateway's name is another. */
        static Basis of(Snapshot snapshot, StoreSettings settings, Credentials credentials) {
            return settings instanceof StoreSettings.Redis redis
                    ? new Basis(
                            redis,
                            snapshot.gateway().toString(),
                            credentials.get(redis.url()),
                            snapshot.egress().caBundle())
                    : new Basis(settings, "", null, null);
        }

        /** Its URL has a password in it. */
        @Override
        public String toString() {
            return "Basis[" + settings + "]";
        }
    }

    /** A store with the feed of what has ended in it. */
    static final class OpenStore {

        private final Basis basis;
        private final GrantStore store;
        private final DenyFeed feed;
        private boolean served;

        private OpenStore(Basis basis, GrantStore store, DenyFeed feed) {
            this.basis = basis;
            this.store = store;
            this.feed = feed;
        }

        GrantStore store() {
            return store;
        }

        DenyFeed feed() {
            return feed;
        }

        private void close() {
            feed.close();
            store.close();
        }
    }

    /**
     * The store of a configuration that is being built.
     *
     * @throws IllegalArgumentException when it cannot be used; the message says why
     */
    synchronized OpenStore use(RuntimeConfig config, StoreSettings settings) {
        Basis basis = Basis.of(config.snapshot(), settings, config.credentials());
        OpenStore known = known(basis);
        OpenStore next = known == null ? open(basis, config, settings) : known;
        Runnable closing = retiring.remove(next);
        if (closing != null) {
            closing.run();
        }
        build(next);
        return next;
    }

    private @Nullable OpenStore known(Basis basis) {
        List<@Nullable OpenStore> all = new ArrayList<>(retiring.keySet());
        all.add(open);
        all.add(built);
        for (OpenStore each : all) {
            if (each != null && each.basis.equals(basis)) {
                return each;
            }
        }
        return null;
    }

    private OpenStore open(Basis basis, RuntimeConfig config, StoreSettings settings) {
        Snapshot snapshot = config.snapshot();
        try {
            GrantStore store = GrantStores.open(
                    settings, config.credentials(), host, snapshot.gateway().toString(), snapshot.egress(), clock);
            DenyFeed feed = new DenyFeed(store, clock, grantEnded);
            feed.start();
            return new OpenStore(basis, store, feed);
        } catch (StoreUnavailableException unusable) {
            throw new IllegalArgumentException(
                    "the store of grants cannot be used: " + unusable.getMessage(), unusable);
        }
    }

    /** The configuration that is being built has none. */
    synchronized void useNone() {
        build(null);
    }

    private void build(@Nullable OpenStore next) {
        OpenStore before = built;
        built = next;
        if (before == null || before.equals(next) || before.equals(open)) {
            return;
        }
        // Built for a configuration that never came into force.
        if (before.served) {
            retire(before);
        } else {
            before.close();
        }
    }

    /** The configuration that was built last is in force. */
    synchronized void inForce() {
        OpenStore before = open;
        OpenStore now = built;
        open = now;
        if (now != null) {
            now.served = true;
        }
        if (before != null && !before.equals(now)) {
            retire(before);
        }
    }

    private void retire(OpenStore store) {
        // The task may run before the call returns.
        retiring.put(store, () -> {});
        Runnable closing = time.after(GRACE, () -> closeRetired(store));
        retiring.replace(store, closing);
    }

    private synchronized void closeRetired(OpenStore store) {
        if (retiring.remove(store) != null) {
            store.close();
        }
    }

    /** The feed of the store in force; null without one. */
    @Nullable
    DenyFeed feed() {
        OpenStore now = open;
        return now == null ? null : now.feed;
    }

    /** Closes all; grants that they keep stay. */
    @Override
    public synchronized void close() {
        build(null);
        OpenStore now = open;
        open = null;
        if (now != null) {
            now.close();
        }
        retiring.forEach((store, closing) -> {
            closing.run();
            store.close();
        });
        retiring.clear();
    }
}
