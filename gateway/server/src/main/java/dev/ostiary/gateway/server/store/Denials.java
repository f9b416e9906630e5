package dev.ostiary.gateway.server.store;

import java.util.List;

/**
 * Deny entries since a cursor.
 *
 * @param entries in the order of their making; may repeat some that were seen before, never leaves one out
 * @param cursor where to go on
 */
public record Denials(List<DenyEntry> entries, String cursor) {

    public Denials {
        entries = List.copyOf(entries);
    }
}
