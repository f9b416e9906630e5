package dev.ostiary.gateway.server.store;

/**
 * How much a store takes before it says that it is full.
 *
 * @param records most records, expired ones that are not swept yet included
 * @param characters most characters of all their values
 * @param denials most deny entries
 */
record Capacity(int records, long characters, int denials) {

    static final Capacity MEMORY = new Capacity(100_000, 256L << 20, 100_000);

    static final Capacity FILE = new Capacity(200_000, 1L << 30, 100_000);
}
