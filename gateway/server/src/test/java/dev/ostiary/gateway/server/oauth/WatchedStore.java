package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.store.Denials;
import dev.ostiary.gateway.server.store.DenyEntry;
import dev.ostiary.gateway.server.store.GrantStore;
import dev.ostiary.gateway.server.store.RecordKey;
import dev.ostiary.gateway.server.store.RecordType;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import dev.ostiary.gateway.server.store.StoredRecord;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A store that counts successful writes and can fail around one of them, as when a replica dies there. */
final class WatchedStore implements GrantStore {

    /** Where in a write the process dies. */
    enum Death {
        BEFORE,
        AFTER
    }

    final AtomicInteger writes = new AtomicInteger();
    private final AtomicInteger attempts = new AtomicInteger();
    private final GrantStore store;
    private volatile int deadly = -1;
    private volatile Death death = Death.BEFORE;
    private volatile boolean down;

    WatchedStore(GrantStore store) {
        this.store = store;
    }

    /** From the nth write on (0 is the next), nothing works until {@link #revive}. */
    void dieAt(int write, Death where) {
        attempts.set(0);
        deadly = write;
        death = where;
    }

    /** Whether the deadly write was reached. */
    boolean died() {
        return down;
    }

    void revive() {
        down = false;
        deadly = -1;
    }

    void goDown() {
        down = true;
    }

    private interface Write<T> {
        T run() throws StoreUnavailableException;
    }

    private <T> T write(Write<T> write) throws StoreUnavailableException {
        check();
        boolean last = attempts.getAndIncrement() == deadly;
        if (last && death == Death.BEFORE) {
            down = true;
            check();
        }
        T result = write.run();
        if (last) {
            down = true;
            check();
        }
        return result;
    }

    private void check() throws StoreUnavailableException {
        if (down) {
            throw new StoreUnavailableException("down", null);
        }
    }

    @Override
    public @Nullable StoredRecord get(RecordKey key) throws StoreUnavailableException {
        check();
        return store.get(key);
    }

    @Override
    public @Nullable String create(RecordKey key, @Nullable String owner, String value, Instant expires)
            throws StoreUnavailableException {
        return counted(write(() -> store.create(key, owner, value, expires)));
    }

    @Override
    public @Nullable String replace(RecordKey key, String version, String value, Instant expires)
            throws StoreUnavailableException {
        return counted(write(() -> store.replace(key, version, value, expires)));
    }

    private @Nullable String counted(@Nullable String version) {
        if (version != null) {
            writes.incrementAndGet();
        }
        return version;
    }

    @Override
    public @Nullable StoredRecord take(RecordKey key) throws StoreUnavailableException {
        return write(() -> store.take(key));
    }

    @Override
    public void delete(RecordKey key) throws StoreUnavailableException {
        write(() -> {
            store.delete(key);
            return writes.incrementAndGet();
        });
    }

    @Override
    public List<String> list(RecordType type, String owner) throws StoreUnavailableException {
        check();
        return store.list(type, owner);
    }

    @Override
    public void deny(DenyEntry entry) throws StoreUnavailableException {
        write(() -> {
            store.deny(entry);
            return writes.incrementAndGet();
        });
    }

    @Override
    public Denials denials(@Nullable String cursor) throws StoreUnavailableException {
        check();
        return store.denials(cursor);
    }

    @Override
    public void close() {
        store.close();
    }
}
