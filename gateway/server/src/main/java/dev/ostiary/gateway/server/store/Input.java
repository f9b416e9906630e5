package dev.ostiary.gateway.server.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Nothing reaches a store that it could take for something else: ids and owners have no separators, values and times bounds. */
public final class Input {

    /** The end of the year 9999: what every store can write down. */
    private static final long LATEST = 253_402_300_799_999L;

    private Input() {}

    public static void requireId(String what, String id) {
        if (id.isEmpty() || id.length() > GrantStore.MAX_ID_CHARS) {
            throw new IllegalArgumentException(what + " has 1 to " + GrantStore.MAX_ID_CHARS + " characters");
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean allowed =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
            if (!allowed) {
                throw new IllegalArgumentException(what + " has letters, digits, - and _ alone");
            }
        }
    }

    /** The owner as it is written down: empty for nobody. */
    static String owner(@Nullable String owner) {
        if (owner == null) {
            return "";
        }
        requireId("an owner", owner);
        return owner;
    }

    public static void requireValue(String value) {
        if (value.length() > GrantStore.MAX_VALUE_CHARS) {
            throw new IllegalArgumentException("a value has at most " + GrantStore.MAX_VALUE_CHARS + " characters");
        }
    }

    /** Milliseconds since the epoch, between 1 and the end of the year 9999. */
    public static long millis(Instant time) {
        long seconds = Math.clamp(time.getEpochSecond(), 0, LATEST / 1000);
        return Math.clamp(seconds * 1000 + time.getNano() / 1_000_000, 1, LATEST);
    }
}
