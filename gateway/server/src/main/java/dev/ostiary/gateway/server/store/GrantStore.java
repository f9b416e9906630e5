package dev.ostiary.gateway.server.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what users have granted, for all replicas of a gateway. Every operation is atomic and, once it has returned, holds
 * whatever happens to this process; where a store promises less, its documentation says so. An expired record is as good as
 * gone at once, and is removed in time. A store that is full says so with {@link StoreUnavailableException}; it never makes
 * room with a record that has not expired.
 *
 * <p>Thread-safe. Every method blocks for a bounded time, so it is called on virtual threads only; an interrupt ends the
 * waiting with {@link StoreUnavailableException} and leaves the thread interrupted.
 */
public interface GrantStore extends AutoCloseable {

    /** Longest id and owner, in characters. */
    int MAX_ID_CHARS = 128;

    /** Longest value, in characters. */
    int MAX_VALUE_CHARS = 64 * 1024;

    /** Most keys that {@link #list} returns. */
    int MAX_LISTED = 1000;

    /** The record; null when there is none. */
    @Nullable
    StoredRecord get(RecordKey key) throws StoreUnavailableException;

    /**
     * Writes a record that is not there yet. One that has expired when it is written counts as written, and is not there.
     *
     * @param owner whose it is, for {@link #list}: the same characters as an id; null: nobody's
     * @param value at most {@value #MAX_VALUE_CHARS} characters
     * @param expires from when on it is gone; to the millisecond
     * @return its version; null when there was one already, which stays
     * @throws IllegalArgumentException when the owner or the value is not as said
     */
    @Nullable
    String create(RecordKey key, @Nullable String owner, String value, Instant expires)
            throws StoreUnavailableException;

    /**
     * Writes a record anew if it is still the one that was read. Its owner stays.
     *
     * @param version of the record that was read
     * @return its new version; null when it has been changed or removed since
     * @throws IllegalArgumentException when the value is too long
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

    /**
     * Makes an entry known to every replica.
     *
     * @throws IllegalArgumentException when the grant's id has other characters than a record's
     */
    void deny(DenyEntry entry) throws StoreUnavailableException;

    /**
     * The entries that were made since.
     *
     * @param cursor of the answer before; null: all that have not expired. One that the store no longer knows is as good as null
     */
    Denials denials(@Nullable String cursor) throws StoreUnavailableException;

    /** Gives up connections and files; afterwards every operation ends with {@link StoreUnavailableException}. */
    @Override
    void close();
}
