package dev.ostiary.gateway.kubernetes;

import dev.ostiary.crds.McpGrant;
import dev.ostiary.crds.McpGrantSpec;
import dev.ostiary.gateway.server.store.Denials;
import dev.ostiary.gateway.server.store.DenyEntry;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Deny entries as objects, and one object more, the mark, that is changed after each new entry. Reading compares the mark's
 * version, which is one small read, and lists the entries only when it is another one: an entry whose making has returned is
 * seen by the next reading of any replica. The order of entries is that of their resource versions, which the API server
 * takes from one counter (KEP-5504: comparable, as decimal numbers).
 */
final class DenialFeed {

    private static final long FOREVER = 253_402_300_799_999L;
    private static final long MARKING_SECONDS = 10;

    private final GrantCalls calls;
    private final GrantObjects objects;
    private final InstantSource clock;
    private final AtomicLong made = new AtomicLong();
    private final ReentrantLock marking = new ReentrantLock();
    private long marked;

    DenialFeed(GrantCalls calls, GrantObjects objects, InstantSource clock) {
        this.calls = calls;
        this.objects = objects;
        this.clock = clock;
    }

    void add(String grantId, long expiresAt) throws StoreUnavailableException {
        if (calls.create(objects.denial(grantId, expiresAt)) == null) {
            throw new StoreUnavailableException("a deny entry could not be created", null);
        }
        changeMark(made.incrementAndGet());
    }

    /** Entries that are made at once share one change, which begins when the last of them is there. */
    private void changeMark(long mine) throws StoreUnavailableException {
        boolean locked = false;
        try {
            locked = marking.tryLock(MARKING_SECONDS, TimeUnit.SECONDS);
            if (!locked) {
                throw new StoreUnavailableException("the mark of deny entries is changed too slowly", null);
            }
            if (marked >= mine) {
                return;
            }
            long upTo = made.get();
            String mark = UUID.randomUUID().toString();
            if (calls.overwrite(objects.nameOfFeed(), mark) == null
                    && calls.create(objects.feed(mark, FOREVER)) == null
                    && calls.overwrite(objects.nameOfFeed(), mark) == null) {
                throw new StoreUnavailableException("the mark of deny entries could not be changed", null);
            }
            marked = upTo;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("interrupted", e);
        } finally {
            if (locked) {
                marking.unlock();
            }
        }
    }

    Denials since(@Nullable String cursor) throws StoreUnavailableException {
        Cursor from = Cursor.parse(cursor);
        McpGrant mark = calls.get(objects.nameOfFeed());
        String version = mark == null
                ? "none"
                : mark.getMetadata().getUid() + "-" + mark.getMetadata().getResourceVersion();
        if (from != null && from.mark().equals(version)) {
            return new Denials(List.of(), from.text());
        }
        long now = clock.millis();
        List<McpGrant> found = new ArrayList<>();
        String read = calls.each(objects.labels(GrantObjects.DENIAL), object -> {
            if (object.getSpec().expiresAt() > now) {
                found.add(object);
            }
            return true;
        });
        long upTo = Long.parseLong(read);
        if (from != null && from.read() <= upTo) {
            found.removeIf(object -> number(object) <= from.read());
        }
        // Else the API server's history was set back, and everything may be new.
        found.sort(Comparator.comparingLong(DenialFeed::number));
        return new Denials(found.stream().map(DenialFeed::entry).toList(), new Cursor(upTo, version).text());
    }

    private static DenyEntry entry(McpGrant object) {
        McpGrantSpec spec = object.getSpec();
        return new DenyEntry(spec.id(), Instant.ofEpochMilli(spec.expiresAt()));
    }

    private static long number(McpGrant object) {
        return Long.parseLong(object.getMetadata().getResourceVersion());
    }

    /**
     * Where a reader is.
     *
     * @param read version of the list that was read last: everything up to it is known
     * @param mark the mark as it was before that
     */
    private record Cursor(long read, String mark) {

        String text() {
            return read + "/" + mark;
        }

        static @Nullable Cursor parse(@Nullable String text) {
            int slash = text == null ? -1 : text.indexOf('/');
            if (text == null || slash <= 0) {
                return null;
            }
            String mark = text.substring(slash + 1);
            if (!mark.equals("none") && mark.length() < 38) {
                return null;
            }
            try {
                long read = Long.parseLong(text, 0, slash, 10);
                return read < 0 ? null : new Cursor(read, mark);
            } catch (NumberFormatException foreign) {
                return null;
            }
        }
    }
}
