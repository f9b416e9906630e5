package dev.ostiary.gateway.server.keys;

import dev.ostiary.gateway.config.KeyRing;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The ids under which clients see what workloads ask them (sampling, elicitation, roots, ping). Such an id holds the workload's
 * own and proves that a replica of this gateway has passed that question on, in this very session and not long ago; so any
 * replica can tell what an answer answers, with no store at hand. In another session, and thereby for another caller or on
 * another route, it is worth nothing.
 *
 * <p>Authenticated, not encrypted: clients have always seen the workload's id. The same question has the same id whichever
 * replica shows it, until the half-day changes or the key does: a stream that is resumed at another replica repeats it, and one
 * that takes it back there names it. That is why it is HMAC-SHA-256 (RFC 2104), cut to 128 bits (§5), and not AES-GCM, whose
 * nonces must differ; with keys that HKDF (RFC 5869) derives from those for {@link KeyRing.Purpose#SEALING}, for this alone, so
 * that nothing else that was sealed can be taken for such an id.
 *
 * <p>Layout, then base64url without padding: version (1 byte, 1), length of the key id (1 byte), key id, the half-day in which
 * it was made (4 bytes), the workload's id, MAC. The MAC is over the session's length and bytes, then everything before the MAC.
 *
 * <p>Immutable and safe for use by several threads; make a new one when the ring changes.
 */
public final class QuestionIds {

    /** Longest id of a workload in bytes of JSON, quotes and escapes included: what is made of it is an id of at most 1 kB. */
    public static final int MAX_ASKED_BYTES = 512;

    /** How long a question can be answered at the least, and half of how long at the most. */
    public static final Duration ANSWERABLE = Duration.ofHours(12);

    /** Longest id in characters that is made or looked at. */
    public static final int MAX_LENGTH = 1000;

    private static final byte VERSION = 1;
    private static final int HEADER_BYTES = 2;
    private static final int MADE_BYTES = Integer.BYTES;
    private static final int MAC_BYTES = 16;
    private static final String HMAC = "HmacSHA256";
    private static final byte[] LABEL = "ostiary mcp-question".getBytes(StandardCharsets.US_ASCII);

    private final Map<String, SecretKey> keys = new HashMap<>();
    private final byte[] activeId;
    private final SecretKey activeKey;

    /**
     * @throws IllegalStateException when the ring has no active key for sealing
     */
    public QuestionIds(KeyRing ring) {
        for (KeyRing.Key key : ring.of(KeyRing.Purpose.SEALING)) {
            keys.put(key.id(), derived(key));
        }
        KeyRing.Key active = ring.active(KeyRing.Purpose.SEALING);
        this.activeId = active.id().getBytes(StandardCharsets.US_ASCII);
        this.activeKey = derived(active);
    }

    /**
     * A question.
     *
     * @param id what the client is shown: a string of letters, digits, hyphens and underscores
     * @param asked the workload's own id, as JSON, byte for byte
     * @param mark tells this question from others; no secret, and no proof
     */
    @SuppressWarnings("ArrayRecordComponent") // made once and sent on; never compared
    public record Question(String id, byte[] asked, long mark) {

        /** The id as JSON. */
        public byte[] json() {
            return ('"' + id + '"').getBytes(StandardCharsets.US_ASCII);
        }
    }

    /**
     * The question that a workload asks.
     *
     * @param session where it asks
     * @param asked its own id, as JSON
     * @return null when that is longer than {@value #MAX_ASKED_BYTES} bytes
     */
    public @Nullable Question ask(SessionSeal session, byte[] asked, Instant now) {
        if (asked.length > MAX_ASKED_BYTES) {
            return null;
        }
        int length = HEADER_BYTES + activeId.length + MADE_BYTES + asked.length;
        byte[] bytes = ByteBuffer.allocate(length + MAC_BYTES)
                .put(VERSION)
                .put((byte) activeId.length)
                .put(activeId)
                .putInt(halfDay(now))
                .put(asked)
                .array();
        byte[] mac = mac(activeKey, session, bytes, length);
        System.arraycopy(mac, 0, bytes, length, MAC_BYTES);
        return new Question(OneSpelling.encode(bytes), asked, mark(mac));
    }

    /**
     * The question that a client answers.
     *
     * @param session where it answers
     * @param id what it sent; anything
     * @return null when no replica has asked this here within the time for an answer, for whatever reason
     */
    public @Nullable Question answered(SessionSeal session, String id, Instant now) {
        byte[] bytes = id.length() > MAX_LENGTH ? null : OneSpelling.decode(id);
        if (bytes == null || bytes.length < HEADER_BYTES || bytes[0] != VERSION) {
            return null;
        }
        int made = HEADER_BYTES + (bytes[1] & 0xff);
        int length = bytes.length - MAC_BYTES;
        int from = made + MADE_BYTES;
        if (from >= length) {
            return null;
        }
        SecretKey key = keys.get(new String(bytes, HEADER_BYTES, made - HEADER_BYTES, StandardCharsets.ISO_8859_1));
        if (key == null) {
            return null;
        }
        byte[] mac = mac(key, session, bytes, length);
        if (!MessageDigest.isEqual(mac, Arrays.copyOfRange(bytes, length, bytes.length))) {
            return null;
        }
        // One half-day in either direction: replicas' clocks differ a little where it changes.
        long age = (long) halfDay(now) - ByteBuffer.wrap(bytes).getInt(made);
        return Math.abs(age) > 1 ? null : new Question(id, Arrays.copyOfRange(bytes, from, length), mark(mac));
    }

    /** Never a key. */
    @Override
    public String toString() {
        return "QuestionIds[" + keys.size() + " keys]";
    }

    private static int halfDay(Instant now) {
        return (int) Math.floorDiv(now.getEpochSecond(), ANSWERABLE.toSeconds());
    }

    private static long mark(byte[] mac) {
        return ByteBuffer.wrap(mac).getLong();
    }

    private static byte[] mac(SecretKey key, SessionSeal session, byte[] bytes, int length) {
        byte[] within = SessionCodec.encode(session);
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(within.length).flip());
            mac.update(within);
            mac.update(bytes, 0, length);
            return Arrays.copyOf(mac.doFinal(), MAC_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
        }
    }

    private static SecretKey derived(KeyRing.Key key) {
        byte[] material = key.material();
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            HMAC,
                            HKDFParameterSpec.expandOnly(new SecretKeySpec(material, HMAC), LABEL, material.length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HKDF", e);
        } finally {
            Arrays.fill(material, (byte) 0);
        }
    }
}
