package dev.ostiary.gateway.server.store;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Grants that end with the process: for one replica, for trying things out. Holds at most {@link Capacity#MEMORY}. */
public final class MemoryGrantStore extends TableStore {

    private final ReentrantLock lock = new ReentrantLock();
    private final Table table;
    private boolean closed;

    /** @param clock decides what has expired */
    public MemoryGrantStore(InstantSource clock) {
        this(clock, Capacity.MEMORY);
    }

    MemoryGrantStore(InstantSource clock, Capacity capacity) {
        DenyFeed denials = new DenyFeed(new HashMap<>(), clock, capacity.denials());
        this.table = new Table(new HashMap<>(), denials, clock, capacity);
    }

    @Override
    <T extends @Nullable Object> T call(Operation<T> operation) throws StoreUnavailableException {
        lock.lock();
        try {
            if (closed) {
                throw new StoreUnavailableException("the grant store is closed", null);
            }
            return operation.run(table);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }
}
