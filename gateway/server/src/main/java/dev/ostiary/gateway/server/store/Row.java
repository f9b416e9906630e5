package dev.ostiary.gateway.server.store;

/**
 * A record as a table holds it.
 *
 * @param version of this writing
 * @param expires milliseconds since the epoch
 * @param owner empty: nobody's
 */
record Row(String version, long expires, String owner, String value) {

    /** One line: what has no space in it first. */
    String text() {
        return version + ' ' + expires + ' ' + owner + ' ' + value;
    }

    /** @throws IllegalArgumentException when the text is no row; does not quote it */
    static Row parse(String text) {
        String[] parts = text.split(" ", 4);
        if (parts.length != 4) {
            throw new IllegalArgumentException("not a row of a grant store");
        }
        try {
            return new Row(parts[0], Long.parseLong(parts[1]), parts[2], parts[3]);
        } catch (NumberFormatException quotesTheRow) {
            throw new IllegalArgumentException("not a row of a grant store");
        }
    }

    StoredRecord record() {
        return new StoredRecord(value, version);
    }
}
