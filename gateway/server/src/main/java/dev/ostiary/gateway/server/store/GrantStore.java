package dev.ostiary.gateway.server.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what users have granted, for all replicas of a gateway. Every operation is atomic and, once it has returned, holds
 * whatever happens to this process; where a store promises less, its documentation says so. An expired record is as good as
 * gone at once, and is removed in time.
 *
 * <p>Thread-safe. Every method blocks for a bounded time, so it is called on virtual threads only; an interrupt ends the
 * waiting with {@link StoreUnavailableException} and leaves the thread interrupted.
 */
public interface GrantStore extends AutoCloseable {

    /** Longest value, in characters. */
    int MAX_VALUE_CHARS = 64 * 1024;

    /** Most keys that {@link #list} returns. */
    int MAX_LISTED = 1000;

    /** The record; null when there is none. */
    @Nullable
    StoredRecord get(RecordKey key) throws StoreUnavailableException;

    /**
     * Writes a record that is not there yet.
     *
     * @param owner whose it is, for {@link #list}: the same characters as an id; null: nobody's
     * @param value at most {@value #MAX_VALUE_CHARS} characters
     * @return its version; null when there was one already, which stays
     */
    @Nullable
    String create(RecordKey key, @Nullable String owner, String value, Instant expires)
            throws StoreUnavailableException;

    /**
     * Writes a record anew if it is still the one that was read. Its owner stays.
     *
     * @param version of the record that was read
     * @return its new version; null when it has been changed or removed since
     */
    @Nullable
    String replace(RecordKey key, String version, String value, Instant expires) throws StoreUnavailableException;

    /** Reads and removes a record: of several takers exactly one gets it. Null when there is none. */
    @Nullable
    StoredRecord take(RecordKey key) throws StoreUnavailableException;

    /** Removes a record if it is there. */
    void delete(RecordKey key) throws StoreUnavailableException;

    /** The ids of an owner's records of a type, at most {@value #MAX_LISTED}; in no order. */
    List<String> list(RecordType type, String owner) throws StoreUnavailableException;

    /** Makes an entry known to every replica. */
    void deny(DenyEntry entry) throws StoreUnavailableException;

    /**
     * The entries that were made since.
     *
     * @param cursor of the answer before; null: all that have not expired. One that the store no longer knows is as good as null
     */
    Denials denials(@Nullable String cursor) throws StoreUnavailableException;

    /** Gives up connections and files. */
    @Override
    void close();
}
