package dev.ostiary.gateway.server.store;

/**
 * A record as it was read.
 *
 * @param value what {@link GrantStore#create} or {@link GrantStore#replace} was given
 * @param version changes with every write; means something to the store alone
 */
public record StoredRecord(String value, String version) {

    /** Never the value: it is sealed, but a log is no place for it all the same. */
    @Override
    public String toString() {
        return "StoredRecord[" + value.length() + " characters, version " + version + "]";
    }
}
