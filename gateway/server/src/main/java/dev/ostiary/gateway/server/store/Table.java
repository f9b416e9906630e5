package dev.ostiary.gateway.server.store;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a grant store promises, over a map that somebody else keeps: records by version, owners and expiry. Each operation
 * changes one row alone, so a map that keeps rows whole keeps the table whole; the indexes are made from the rows.
 *
 * <p>For one thread at a time.
 */
final class Table {

    /** Expired records that a write takes along. */
    private static final int SWEPT_PER_WRITE = 64;

    private final Map<String, String> rows;
    private final DenyFeed denials;
    private final InstantSource clock;
    private final Capacity capacity;
    private final TreeSet<Expiry> expiries =
            new TreeSet<>(Comparator.comparingLong(Expiry::millis).thenComparing(Expiry::path));
    private final Map<String, Set<String>> owners = new HashMap<>();
    private long characters;

    /** When a row ends. */
    private record Expiry(long millis, String path) {}

    /**
     * @param rows what there is already, and what is kept
     * @throws IllegalArgumentException when a row cannot be read
     */
    Table(Map<String, String> rows, DenyFeed denials, InstantSource clock, Capacity capacity) {
        this.rows = rows;
        this.denials = denials;
        this.clock = clock;
        this.capacity = capacity;
        rows.forEach((path, text) -> index(path, Row.parse(text)));
    }

    DenyFeed denials() {
        return denials;
    }

    @Nullable
    StoredRecord get(RecordKey key) {
        Row row = live(key.path());
        return row == null ? null : row.record();
    }

    @Nullable
    String create(RecordKey key, String owner, String value, long expires) throws StoreUnavailableException {
        sweep(SWEPT_PER_WRITE);
        String path = key.path();
        if (live(path) != null) {
            return null;
        }
        remove(path);
        if (rows.size() >= capacity.records()) {
            throw full();
        }
        return write(path, owner, value, expires);
    }

    @Nullable
    String replace(RecordKey key, String version, String value, long expires) throws StoreUnavailableException {
        sweep(SWEPT_PER_WRITE);
        String path = key.path();
        Row row = live(path);
        if (row == null || !row.version().equals(version)) {
            return null;
        }
        if (characters - row.value().length() + value.length() > capacity.characters()) {
            throw full();
        }
        unindex(path, row);
        return write(path, row.owner(), value, expires);
    }

    @Nullable
    StoredRecord take(RecordKey key) {
        Row row = live(key.path());
        remove(key.path());
        return row == null ? null : row.record();
    }

    List<String> list(RecordType type, String owner) {
        List<String> ids = new ArrayList<>();
        for (String id : owners.getOrDefault(type.name() + "/" + owner, Set.of())) {
            if (ids.size() == GrantStore.MAX_LISTED) {
                break;
            }
            if (live(type.name() + "/" + id) != null) {
                ids.add(id);
            }
        }
        return ids;
    }

    /** Removes records that have expired, the oldest first. */
    void sweep(int most) {
        long now = clock.millis();
        for (int i = 0; i < most && !expiries.isEmpty() && expiries.first().millis() <= now; i++) {
            remove(expiries.first().path());
        }
    }

    private @Nullable Row live(String path) {
        String text = rows.get(path);
        if (text == null) {
            return null;
        }
        Row row = Row.parse(text);
        return row.expires() > clock.millis() ? row : null;
    }

    private String write(String path, String owner, String value, long expires) throws StoreUnavailableException {
        if (characters + value.length() > capacity.characters()) {
            throw full();
        }
        Row row = new Row(UUID.randomUUID().toString(), expires, owner, value);
        rows.put(path, row.text());
        index(path, row);
        return row.version();
    }

    private void remove(String path) {
        String text = rows.remove(path);
        if (text != null) {
            unindex(path, Row.parse(text));
        }
    }

    private void index(String path, Row row) {
        expiries.add(new Expiry(row.expires(), path));
        characters += row.value().length();
        if (!row.owner().isEmpty()) {
            owners.computeIfAbsent(ownerPath(path, row), _ -> new HashSet<>())
                    .add(path.substring(path.indexOf('/') + 1));
        }
    }

    private void unindex(String path, Row row) {
        expiries.remove(new Expiry(row.expires(), path));
        characters -= row.value().length();
        if (!row.owner().isEmpty()) {
            owners.computeIfPresent(ownerPath(path, row), (_, ids) -> {
                ids.remove(path.substring(path.indexOf('/') + 1));
                return ids.isEmpty() ? null : ids;
            });
        }
    }

    private static String ownerPath(String path, Row row) {
        return path.substring(0, path.indexOf('/') + 1) + row.owner();
    }

    private static StoreUnavailableException full() {
        return new StoreUnavailableException("the grant store is full", null);
    }
}
