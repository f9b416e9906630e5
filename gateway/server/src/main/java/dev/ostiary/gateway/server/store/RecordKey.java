package dev.ostiary.gateway.server.store;

/**
 * Names a record.
 *
 * @param type what it is
 * @param id 1 to 128 characters of {@code A-Z a-z 0-9 - _}; unique within its type
 */
public record RecordKey(RecordType type, String id) {

    public RecordKey {
        if (id.isEmpty() || id.length() > 128) {
            throw new IllegalArgumentException("a record's id has 1 to 128 characters");
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean allowed =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
            if (!allowed) {
                throw new IllegalArgumentException("a record's id has letters, digits, - and _ alone");
            }
        }
    }
}
