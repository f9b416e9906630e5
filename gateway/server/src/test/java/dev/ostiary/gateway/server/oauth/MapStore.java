package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.server.store.*;
import java.time.Instant;
import java.time.InstantSource;
import java.util.*;
import org.jspecify.annotations.Nullable;

final class MapStore implements GrantStore {
    private record Row(String owner, String value, Instant expires, long version) {}

    private final Map<RecordKey, Row> rows = new HashMap<>();
    private final List<DenyEntry> denials = new ArrayList<>();
    private final InstantSource clock;
    private long version;

    MapStore(InstantSource clock) {
        this.clock = clock;
    }

    private Row row(RecordKey key) {
        Row r = rows.get(key);
        return r == null || !r.expires.isAfter(clock.instant()) ? null : r;
    }

    public synchronized @Nullable StoredRecord get(RecordKey key) {
        Row r = row(key);
        return r == null ? null : new StoredRecord(r.value, "" + r.version);
    }

    public synchronized @Nullable String create(RecordKey key, @Nullable String owner, String value, Instant expires) {
        if (row(key) != null) return null;
        rows.put(key, new Row(owner, value, expires, ++version));
        return "" + version;
    }

    public synchronized @Nullable String replace(RecordKey key, String v, String value, Instant expires) {
        Row r = row(key);
        if (r == null || !v.equals("" + r.version)) return null;
        rows.put(key, new Row(r.owner, value, expires, ++version));
        return "" + version;
    }

    public synchronized @Nullable StoredRecord take(RecordKey key) {
        StoredRecord r = get(key);
        rows.remove(key);
        return r;
    }

    public synchronized void delete(RecordKey key) {
        rows.remove(key);
    }

    public synchronized List<String> list(RecordType type, String owner) {
        return rows.keySet().stream()
                .filter(k -> k.type() == type && row(k) != null && owner.equals(rows.get(k).owner))
                .map(RecordKey::id)
                .toList();
    }

    public synchronized void deny(DenyEntry e) {
        denials.add(e);
    }

    public synchronized Denials denials(@Nullable String cursor) {
        int from = cursor == null ? 0 : Integer.parseInt(cursor);
        return new Denials(denials.subList(from, denials.size()), "" + denials.size());
    }

    public void close() {}
}
