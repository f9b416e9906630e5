package dev.ostiary.gateway.server.keys;

import dev.ostiary.gateway.config.KeyRing;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals values for clients or stores to carry: nobody without the key ring can read, change or make one, and one sealed for
 * a purpose does not open for another. Sealed with the active one of the ring's keys for this use, opened with any of them
 * that is still in the ring; a key for another use opens nothing.
 *
 * <p>AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce and a 128-bit tag. Layout, then base64url without padding:
 * version (1 byte, 1), length of the key id (1 byte), key id, nonce, ciphertext and tag. The purpose and everything before
 * the nonce are authenticated with it. With random nonces one key seals at most 2^32 values (SP 800-38D §8.3): at one
 * rotation a month, 1,600 every second.
 *
 * <p>Immutable and safe for use by several threads; make a new one when the ring changes.
 */
public final class Sealer {

    private static final byte VERSION = 1;
    private static final int HEADER_BYTES = 2;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int TAG_BYTES = TAG_BITS / 8;
    private static final String AES = "AES";

    private final Map<String, SecretKey> keys = new HashMap<>();
    private final byte[] activeId;
    private final SecretKey activeKey;
    private final SecureRandom random;

    /** One per thread and instance: making one costs more than using it, and they are not thread-safe. */
    private final ThreadLocal<Cipher> ciphers = ThreadLocal.withInitial(Sealer::cipher);

    /** One that seals for clients, with the keys for {@link KeyRing.Purpose#SEALING}. */
    public Sealer(KeyRing ring, SecureRandom random) {
        this(ring, KeyRing.Purpose.SEALING, random);
    }

    /**
     * @param ring has exactly one active key for {@code use}
     * @param use whose keys are used; AES-256 ones
     * @param random for nonces; safe for use by several threads
     * @throws IllegalStateException when the ring has no active key for {@code use}
     * @throws IllegalArgumentException when such a key is not 32 bytes, or its id not 1 to 64 ASCII characters
     */
    public Sealer(KeyRing ring, KeyRing.Purpose use, SecureRandom random) {
        for (KeyRing.Key key : ring.keys()) {
            if (key.purpose() == use) {
                keys.put(key.id(), secret(key));
            }
        }
        KeyRing.Key active = ring.active(use);
        this.activeId = active.id().getBytes(StandardCharsets.US_ASCII);
        this.activeKey = secret(active);
        this.random = random;
    }

    /**
     * Seals a value.
     *
     * @param purpose what it is for; opening takes the same. For a stored value its record's type and id, so that it opens
     *     under no other
     * @param value what to seal
     * @return visible ASCII without characters that need escaping in URLs, headers or cookies
     */
    public String seal(String purpose, byte[] value) {
        int header = HEADER_BYTES + activeId.length;
        byte[] sealed = new byte[header + NONCE_BYTES + value.length + TAG_BYTES];
        sealed[0] = VERSION;
        sealed[1] = (byte) activeId.length;
        System.arraycopy(activeId, 0, sealed, HEADER_BYTES, activeId.length);
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        System.arraycopy(nonce, 0, sealed, header, NONCE_BYTES);
        try {
            Cipher cipher = ciphers.get();
            cipher.init(Cipher.ENCRYPT_MODE, activeKey, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
            cipher.updateAAD(sealed, 0, header);
            cipher.doFinal(value, 0, value.length, sealed, header + NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM failed to seal", e);
        }
        return OneSpelling.encode(sealed);
    }

    /**
     * Opens a value.
     *
     * @param purpose what it was sealed for
     * @param sealed what a client sent; anything
     * @param maxLength longest text to look at, in characters
     * @return the value; null when it was not sealed by this ring for this purpose, for whatever reason
     */
    public byte @Nullable [] open(String purpose, String sealed, int maxLength) {
        int minLength = (HEADER_BYTES + 1 + NONCE_BYTES + TAG_BYTES) * 4 / 3;
        if (sealed.length() > maxLength || sealed.length() < minLength) {
            return null;
        }
        byte[] bytes = OneSpelling.decode(sealed);
        if (bytes == null || bytes.length < HEADER_BYTES || bytes[0] != VERSION) {
            return null;
        }
        int header = HEADER_BYTES + (bytes[1] & 0xff);
        if (header + NONCE_BYTES + TAG_BYTES > bytes.length) {
            return null;
        }
        SecretKey key = keys.get(new String(bytes, HEADER_BYTES, header - HEADER_BYTES, StandardCharsets.ISO_8859_1));
        if (key == null) {
            return null;
        }
        try {
            Cipher cipher = ciphers.get();
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, bytes, header, NONCE_BYTES));
            cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
            cipher.updateAAD(bytes, 0, header);
            int from = header + NONCE_BYTES;
            return cipher.doFinal(bytes, from, bytes.length - from);
        } catch (GeneralSecurityException forged) {
            return null;
        }
    }

    /** Never a key. */
    @Override
    public String toString() {
        return "Sealer[" + keys.size() + " keys]";
    }

    private static SecretKey secret(KeyRing.Key key) {
        byte[] material = key.material();
        if (material.length != 32) {
            throw new IllegalArgumentException("sealing key " + key.id() + " is not 32 bytes long");
        }
        if (key.id().isEmpty()
                || key.id().length() > 64
                || !StandardCharsets.US_ASCII.newEncoder().canEncode(key.id())) {
            throw new IllegalArgumentException("a sealing key's id is not 1 to 64 ASCII characters");
        }
        SecretKey secret = new SecretKeySpec(material, AES);
        Arrays.fill(material, (byte) 0);
        return secret;
    }

    private static Cipher cipher() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }
}
