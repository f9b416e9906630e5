package dev.ostiary.gateway.server.store;

/**
 * Names a record.
 *
 * @param type what it is
 * @param id 1 to {@value GrantStore#MAX_ID_CHARS} characters of {@code A-Z a-z 0-9 - _}; unique within its type
 */
public record RecordKey(RecordType type, String id) {

    public RecordKey {
        Input.requireId("a record's id", id);
    }

    /** How a record is called in every store: {@code GRANT/<id>}. */
    String path() {
        return type.name() + "/" + id;
    }
}
