package dev.ostiary.gateway.server.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A grant store of this process: what it promises is the table's; who may touch the table when, the subclass says. */
abstract sealed class TableStore implements GrantStore permits MemoryGrantStore, FileGrantStore {

    /** Something done with the table. */
    interface Operation<T extends @Nullable Object> {
        T run(Table table) throws StoreUnavailableException;
    }

    /** Does it, alone. */
    abstract <T extends @Nullable Object> T call(Operation<T> operation) throws StoreUnavailableException;

    @Override
    public final @Nullable StoredRecord get(RecordKey key) throws StoreUnavailableException {
        return this.<@Nullable StoredRecord>call(table -> table.get(key));
    }

    @Override
    public final @Nullable String create(RecordKey key, @Nullable String owner, String value, Instant expires)
            throws StoreUnavailableException {
        String whose = Input.owner(owner);
        Input.requireValue(value);
        return this.<@Nullable String>call(table -> table.create(key, whose, value, Input.millis(expires)));
    }

    @Override
    public final @Nullable String replace(RecordKey key, String version, String value, Instant expires)
            throws StoreUnavailableException {
        Input.requireValue(value);
        return this.<@Nullable String>call(table -> table.replace(key, version, value, Input.millis(expires)));
    }

    @Override
    public final @Nullable StoredRecord take(RecordKey key) throws StoreUnavailableException {
        return this.<@Nullable StoredRecord>call(table -> table.take(key));
    }

    @Override
    public final void delete(RecordKey key) throws StoreUnavailableException {
        this.<@Nullable StoredRecord>call(table -> table.take(key));
    }

    @Override
    public final List<String> list(RecordType type, String owner) throws StoreUnavailableException {
        Input.requireId("an owner", owner);
        return call(table -> table.list(type, owner));
    }

    @Override
    public final void deny(DenyEntry entry) throws StoreUnavailableException {
        Input.requireId("a grant's id", entry.grantId());
        call(table -> {
            table.denials().add(entry);
            return entry;
        });
    }

    @Override
    public final Denials denials(@Nullable String cursor) throws StoreUnavailableException {
        return call(table -> table.denials().since(cursor));
    }
}
