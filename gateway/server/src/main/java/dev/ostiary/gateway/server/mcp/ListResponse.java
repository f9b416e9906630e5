package dev.ostiary.gateway.server.mcp;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A workload's response to a list request, one page of it. */
public sealed interface ListResponse {

    /** A JSON-RPC error response: passed on as it is. */
    record Failure() implements ListResponse {}

    /**
     * Not a response that can be filtered; nothing of it may be shown.
     *
     * @param reason for the log; no content, ASCII
     * @param absent whether it can be read but holds no list of this kind
     */
    record Unreadable(String reason, boolean absent) implements ListResponse {

        /** A response that cannot be read. */
        public Unreadable(String reason) {
            this(reason, false);
        }
    }

    /** As {@link #read(byte[], int, int, ListKind, int)}, of all bytes. */
    static ListResponse read(byte[] source, ListKind kind, int maxDepth) {
        return read(source, 0, source.length, kind, maxDepth);
    }

    /**
     * Reads a response.
     *
     * @param source bytes that contain it; kept, must not change
     * @param start its first byte
     * @param end after its last byte
     * @param kind what was asked for
     * @param maxDepth deepest nesting accepted
     */
    static ListResponse read(byte[] source, int start, int end, ListKind kind, int maxDepth) {
        try {
            return new ListReader(source, start, end, kind, maxDepth).read();
        } catch (JsonRefused refused) {
            return new Unreadable(refused.reason());
        }
    }

    /** A page of a list. Not thread-safe. */
    final class Page implements ListResponse {

        private static final byte[] COMMA = {','};

        private final byte[] source;
        private final int start;
        private final int end;
        private final int listStart;
        private final int listEnd;
        private final List<ListedItem> items;
        private final int dropped;
        private final @Nullable String nextCursor;
        private final CacheHints hints;

        Page(
                byte[] source,
                int start,
                int end,
                int listStart,
                int listEnd,
                List<ListedItem> items,
                int dropped,
                @Nullable String nextCursor,
                CacheHints hints) {
            this.source = source;
            this.start = start;
            this.end = end;
            this.listStart = listStart;
            this.listEnd = listEnd;
            this.items = List.copyOf(items);
            this.dropped = dropped;
            this.nextCursor = nextCursor;
            this.hints = hints;
        }

        /** The readable items, in order. */
        public List<ListedItem> items() {
            return items;
        }

        /**
         * How many items are never shown: no name, a name seen before on this page, a member twice or in another letter
         * case, annotations of the wrong type.
         */
        public int dropped() {
            return dropped;
        }

        /** {@code result.nextCursor}: where the next page begins; null on the last. */
        public @Nullable String nextCursor() {
            return nextCursor;
        }

        /**
         * The response with the items to keep and no others. The items and everything around the list stay byte for byte,
         * save {@code cacheScope} and {@code ttlMs} ({@link CacheHints}); when all items stay, so does the white space
         * between them.
         *
         * @param keep decides each item, asked once each, in order
         */
        public Rendered render(Predicate<ListedItem> keep) {
            List<byte[]> pieces = new ArrayList<>();
            int kept = 0;
            for (ListedItem item : items) {
                if (keep.test(item)) {
                    if (kept++ > 0) {
                        pieces.add(COMMA);
                    }
                    pieces.add(item.bytes());
                }
            }
            Splices splices = new Splices();
            boolean changed = hints.limit(source, splices);
            if (kept < items.size() || dropped > 0) {
                splices.replace(listStart, listEnd, pieces);
                changed = true;
            }
            if (!changed && start == 0 && end == source.length) {
                return new Rendered(source, kept, items.size() + dropped - kept);
            }
            return new Rendered(splices.apply(source, start, end), kept, items.size() + dropped - kept);
        }
    }

    /**
     * What is shown.
     *
     * @param body the response; the very array that was read when nothing had to change
     * @param kept how many items are in it
     * @param removed how many are not
     */
    @SuppressWarnings("ArrayRecordComponent") // written once and sent; never compared
    record Rendered(byte[] body, int kept, int removed) {}
}
