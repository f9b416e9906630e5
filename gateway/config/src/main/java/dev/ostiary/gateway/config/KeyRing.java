package dev.ostiary.gateway.config;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one gateway, shared by all its replicas.
 *
 * @param version grows with every change, so that replicas can report what they have
 * @param keys every key that is still needed, of all purposes
 */
public record KeyRing(long version, List<Key> keys) {

    private static final int SYMMETRIC_KEY_BYTES = 32;

    public KeyRing {
        keys = List.copyOf(keys);
    }

    /** The key that seals or signs for this purpose: exactly one is {@link State#ACTIVE}. */
    public Key active(Purpose purpose) {
        return keys.stream()
                .filter(key -> key.purpose() == purpose && key.state() == State.ACTIVE)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the key ring has no active key for " + purpose));
    }

    /** The key of this purpose with this id, in whatever state; null when it is not, or no longer, in the ring. */
    public @Nullable Key find(Purpose purpose, String id) {
        for (Key key : keys) {
            if (key.purpose() == purpose && key.id().equals(id)) {
                return key;
            }
        }
        return null;
    }

    /** A first ring: one active sealing key, made from {@code random}. */
    public static KeyRing generate(SecureRandom random, Instant now) {
        byte[] material = new byte[SYMMETRIC_KEY_BYTES];
        random.nextBytes(material);
        byte[] id = new byte[4];
        random.nextBytes(id);
        return new KeyRing(
                1, List.of(new Key(HexFormat.of().formatHex(id), Purpose.SEALING, State.ACTIVE, now, material)));
    }

    /** What a key is for. A key is never used for two purposes. */
    public enum Purpose {
        /** Signs the facade's access tokens. */
        SIGNING,
        /** Signs identity assertions for workloads. */
        ASSERTION,
        /** Seals values that clients carry for hours or days: sessions, transactions, claims in tokens. AES-256. */
        SEALING,
        /** Seals client ids and makes their secrets, both of which clients keep for years. AES-256. */
        REGISTRATION,
        /** Encrypts what is stored. */
        ENCRYPTION
    }

    /** A key's life, in this order. */
    public enum State {
        /** Known to replicas, not used yet. */
        PUBLISHED,
        /** Seals or signs. */
        ACTIVE,
        /** Opens or verifies what it sealed or signed before. */
        RETIRING
    }

    /**
     * One key.
     *
     * @param id short, unique within the ring; part of everything that is sealed or signed
     * @param purpose what it is for
     * @param state where it is in its life
     * @param created when it was made
     * @param material the secret itself: raw bytes for AES, PKCS#8 for key pairs
     */
    @SuppressWarnings("ArrayRecordComponent") // copied on the way in and out; a String could not be key material
    public record Key(String id, Purpose purpose, State state, Instant created, byte[] material) {

        public Key {
            material = material.clone();
        }

        @Override
        public byte[] material() {
            return material.clone();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key that
                    && id.equals(that.id)
                    && purpose == that.purpose
                    && state == that.state
                    && created.equals(that.created)
                    && Arrays.equals(material, that.material);
        }

        @Override
        public int hashCode() {
            return id.hashCode();
        }

        /** Never the material. */
        @Override
        public String toString() {
            return "Key[" + id + " " + purpose + " " + state + "]";
        }
    }
}
