package dev.ostiary.gateway.server.store;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Deny entries in the order of their making, numbered, so that a reader's cursor cannot miss one whatever the clock does. A
 * cursor of another process is not known: its reader gets everything.
 *
 * <p>For one thread at a time.
 */
final class DenyFeed {

    private final Map<Long, String> rows;
    private final InstantSource clock;
    private final int capacity;
    private final String id = UUID.randomUUID().toString();
    private final TreeMap<Long, DenyEntry> entries = new TreeMap<>();
    private long last;

    /**
     * @param rows what there is already, and what is kept: the expiry in milliseconds since the epoch, a space, the grant
     * @throws IllegalArgumentException when a row cannot be read
     */
    DenyFeed(Map<Long, String> rows, InstantSource clock, int capacity) {
        this.rows = rows;
        this.clock = clock;
        this.capacity = capacity;
        rows.forEach((number, text) -> {
            String[] parts = text.split(" ", 2);
            if (parts.length != 2) {
                throw new IllegalArgumentException("not a deny entry of a grant store");
            }
            entries.put(number, new DenyEntry(parts[1], Instant.ofEpochMilli(Long.parseLong(parts[0]))));
            last = Math.max(last, number);
        });
    }

    void add(DenyEntry entry) throws StoreUnavailableException {
        Instant now = clock.instant();
        while (!entries.isEmpty() && !entries.firstEntry().getValue().expires().isAfter(now)) {
            rows.remove(entries.pollFirstEntry().getKey());
        }
        if (entries.size() >= capacity) {
            sweep();
        }
        if (entries.size() >= capacity) {
            throw new StoreUnavailableException("the grant store has no room for another deny entry", null);
        }
        last++;
        rows.put(last, Input.millis(entry.expires()) + " " + entry.grantId());
        entries.put(last, entry);
    }

    Denials since(@Nullable String cursor) {
        Instant now = clock.instant();
        List<DenyEntry> made = new ArrayList<>();
        for (DenyEntry entry : entries.tailMap(number(cursor), false).values()) {
            if (entry.expires().isAfter(now)) {
                made.add(entry);
            }
        }
        return new Denials(made, id + "." + last);
    }

    /** Forgets the entries that have expired. */
    void sweep() {
        Instant now = clock.instant();
        entries.entrySet().removeIf(entry -> {
            boolean over = !entry.getValue().expires().isAfter(now);
            if (over) {
                rows.remove(entry.getKey());
            }
            return over;
        });
    }

    private long number(@Nullable String cursor) {
        if (cursor == null || !cursor.startsWith(id + ".")) {
            return 0;
        }
        try {
            long number = Long.parseLong(cursor, id.length() + 1, cursor.length(), 10);
            return number <= last ? number : 0;
        } catch (NumberFormatException unknown) {
            return 0;
        }
    }
}
