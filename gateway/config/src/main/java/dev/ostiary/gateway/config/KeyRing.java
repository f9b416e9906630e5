package dev.ostiary.gateway.config;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one gateway, shared by all its replicas. No two keys of a ring have the same id, and no purpose has two active
 * keys.
 *
 * @param version grows with every change, so that replicas can report what they have
 * @param keys every key that is still needed, of all purposes
 */
public record KeyRing(long version, List<Key> keys) {

    public KeyRing {
        keys = List.copyOf(keys);
        Set<String> ids = new HashSet<>();
        Set<Purpose> active = EnumSet.noneOf(Purpose.class);
        for (Key key : keys) {
            if (!ids.add(key.id())) {
                throw new IllegalArgumentException("the key id " + key.id() + " appears twice");
            }
            if (key.state() == State.ACTIVE && !active.add(key.purpose())) {
                throw new IllegalArgumentException("there are two active keys for " + key.purpose());
            }
        }
    }

    /**
     * The key that seals or signs for this purpose.
     *
     * @throws IllegalStateException when there is none
     */
    public Key active(Purpose purpose) {
        return keys.stream()
                .filter(key -> key.purpose() == purpose && key.state() == State.ACTIVE)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the key ring has no active key for " + purpose));
    }

    /** The keys of this purpose in every state, in the ring's order. */
    public List<Key> of(Purpose purpose) {
        return keys.stream().filter(key -> key.purpose() == purpose).toList();
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

    /** A first ring: one active key of every purpose, made from {@code random}. */
    public static KeyRing generate(SecureRandom random, Instant now) {
        return new KeyRing(0, List.of()).completed(random, now);
    }

    /**
     * This ring with an active key for every purpose that has no key at all, as in a ring that an older release made; this
     * very ring when nothing is missing.
     */
    public KeyRing completed(SecureRandom random, Instant now) {
        List<Key> completed = new ArrayList<>(keys);
        for (Purpose purpose : Purpose.values()) {
            if (of(purpose).isEmpty()) {
                completed.add(NewKeys.key(purpose, State.ACTIVE, random, now));
            }
        }
        return completed.size() == keys.size() ? this : new KeyRing(version + 1, completed);
    }

    /** What a key is for. A key is never used for two purposes. */
    public enum Purpose {
        /** Seals values that clients carry for hours or days: sessions, transactions, claims in tokens. AES-256. */
        SEALING,
        /** Signs the facade's access tokens. ES256; the key's id is the {@code kid}. */
        SIGNING,
        /** Signs identity assertions for workloads. ES256; the key's id is the {@code kid}. */
        ASSERTION,
        /** Seals client ids and makes their secrets, both of which clients keep for years. AES-256. */
        REGISTRATION,
        /** Encrypts what is stored. AES-256. */
        ENCRYPTION;

        /** Whether keys are P-256 key pairs; else they are 32 random bytes. */
        public boolean asymmetric() {
            return this == SIGNING || this == ASSERTION;
        }
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
     * @param id 1 to 64 letters, digits, hyphens and underscores, unique within the ring; part of everything that is sealed
     *     or signed
     * @param purpose what it is for
     * @param state where it is in its life
     * @param created when it was made
     * @param until when a retiring key is removed; null in other states, and as long as some replica may still use it
     * @param material the secret itself: raw bytes for AES, PKCS#8 with the public key in it for key pairs ({@link
     *     EcKeyPair})
     */
    @SuppressWarnings("ArrayRecordComponent") // copied on the way in and out; a String could not be key material
    public record Key(
            String id,
            Purpose purpose,
            State state,
            Instant created,
            @Nullable Instant until,
            byte[] material) {

        public Key {
            material = material.clone();
        }

        /** A key whose removal is not due. */
        public Key(String id, Purpose purpose, State state, Instant created, byte[] material) {
            this(id, purpose, state, created, null, material);
        }

        @Override
        public byte[] material() {
            return material.clone();
        }

        /** The same key in this state. */
        Key in(State next) {
            return new Key(id, purpose, next, created, null, material);
        }

        /** The same key, to be removed then. */
        Key removedAt(Instant time) {
            return new Key(id, purpose, state, created, time, material);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key that
                    && id.equals(that.id)
                    && purpose == that.purpose
                    && state == that.state
                    && created.equals(that.created)
                    && Objects.equals(until, that.until)
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
