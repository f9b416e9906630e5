package dev.ostiary.gateway.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The data of the Secret {@code <gateway>-runtime}: everything that a replica needs, so that one write switches everything.
 *
 * <p>The hash is over what is enforced, not over how it is packed: two writers of different releases that mean the same
 * agree on it.
 */
public final class RuntimeSecret {

    /** Key of the gzipped snapshot. */
    public static final String SNAPSHOT = "snapshot.json.gz";

    /** Key of the key ring. */
    public static final String KEYS = "keys.json";

    /** Key of the credentials. */
    public static final String CREDENTIALS = "credentials.json";

    /** Most bytes of all values together: a Secret holds 1 MiB, and the API server counts names and Base64 differently. */
    public static final int MAX_BYTES = 900_000;

    /** Most bytes of an unpacked snapshot; a thousand routes with five hundred policies have three million. */
    static final int MAX_SNAPSHOT_BYTES = 64 * 1024 * 1024;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private RuntimeSecret() {}

    /**
     * A configuration with its hash.
     *
     * @param config what to enforce
     * @param hash lower-case hexadecimal SHA-256 over snapshot, keys and credentials
     */
    public record Content(RuntimeConfig config, String hash) {

        /** Joins a configuration with its hash. */
        public static Content of(RuntimeConfig config) {
            return new Content(config, RuntimeSecret.hash(config));
        }
    }

    /** The Secret's data, not Base64 yet, sorted by key. Equal content has equal bytes. */
    public static SortedMap<String, byte[]> write(RuntimeConfig config) {
        SortedMap<String, byte[]> data = new TreeMap<>();
        data.put(SNAPSHOT, gzip(SnapshotCodec.write(config.snapshot())));
        data.put(KEYS, KeyRingCodec.write(config.keys()));
        data.put(CREDENTIALS, credentials(config.credentials()));
        return data;
    }

    /** The bytes of all values together, to be compared with {@link #MAX_BYTES}. */
    public static int size(Map<String, byte[]> data) {
        return data.values().stream().mapToInt(value -> value.length).sum();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException when something is missing, damaged, too large or of a format that this release does not read; the
     *     message quotes no value
     */
    public static Content read(Map<String, byte[]> data) throws IOException {
        Snapshot snapshot = SnapshotCodec.read(gunzip(part(data, SNAPSHOT)));
        KeyRing keys;
        try {
            keys = KeyRingCodec.read(part(data, KEYS));
        } catch (IOException e) {
            throw new IOException(KEYS + ": " + e.getMessage(), e);
        }
        Credentials credentials;
        try {
            credentials = JSON.readValue(part(data, CREDENTIALS), Credentials.class);
        } catch (JacksonException e) {
            // Neither as the cause nor quoted: the parser shows its input.
            throw new IOException(CREDENTIALS + " is not an object of strings");
        }
        if (credentials == null) {
            throw new IOException(CREDENTIALS + " is not an object of strings");
        }
        return Content.of(RuntimeConfig.of(snapshot, keys, credentials));
    }

    private static byte[] part(Map<String, byte[]> data, String key) throws IOException {
        byte[] value = data.get(key);
        if (value == null) {
            throw new IOException("the key " + key + " is missing");
        }
        return value;
    }

    private static String hash(RuntimeConfig config) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        add(digest, SnapshotCodec.write(config.snapshot()));
        add(digest, KeyRingCodec.write(config.keys()));
        add(digest, credentials(config.credentials()));
        return HexFormat.of().formatHex(digest.digest());
    }

    /** With its length before it, so that no two contents have one sequence of bytes. */
    private static void add(MessageDigest digest, byte[] part) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).flip());
        digest.update(part);
    }

    private static byte[] credentials(Credentials credentials) {
        try {
            return JSON.writeValueAsBytes(credentials);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("credentials could not be written", e);
        }
    }

    private static byte[] gzip(byte[] content) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream output = new GZIPOutputStream(packed)) {
            output.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return packed.toByteArray();
    }

    private static byte[] gunzip(byte[] packed) throws IOException {
        try (GZIPInputStream input = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            byte[] content = input.readNBytes(MAX_SNAPSHOT_BYTES + 1);
            if (content.length > MAX_SNAPSHOT_BYTES) {
                throw new IOException(SNAPSHOT + " is larger than " + MAX_SNAPSHOT_BYTES + " bytes");
            }
            return content;
        } catch (IOException e) {
            throw new IOException(SNAPSHOT + " cannot be unpacked: " + e.getMessage(), e);
        }
    }
}
