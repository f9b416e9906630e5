package dev.ostiary.gateway.config;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

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
     * @param hash lower-case hexadecimal SHA-256 over the snapshot's revision, keys and credentials
     */
    public record Content(RuntimeConfig config, String hash) {

        /** Joins a configuration with its hash. */
        public static Content of(RuntimeConfig config) {
            return new Content(
                    config,
                    RuntimeSecret.hash(
                            config.revision(),
                            KeyRingCodec.write(config.keys()),
                            RuntimeSecret.credentials(config.credentials())));
        }
    }

    /**
     * What is written.
     *
     * @param data the Secret's data, not Base64 yet, sorted by key
     * @param hash as a reader of it finds it, {@link Content#hash}
     */
    public record Written(SortedMap<String, byte[]> data, String hash) {}

    /** The Secret's data, not Base64 yet, sorted by key. Equal content has equal bytes. */
    public static SortedMap<String, byte[]> write(RuntimeConfig config) {
        return write(PackedSnapshot.of(config.snapshot()), config.keys(), config.credentials())
                .data();
    }

    /** The same of a snapshot that is packed already. */
    public static Written write(PackedSnapshot snapshot, KeyRing keys, Credentials credentials) {
        byte[] ring = KeyRingCodec.write(keys);
        byte[] values = credentials(credentials);
        SortedMap<String, byte[]> data = new TreeMap<>();
        data.put(SNAPSHOT, snapshot.gzip());
        data.put(KEYS, ring);
        data.put(CREDENTIALS, values);
        return new Written(data, hash(snapshot.revision(), ring, values));
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
        byte[] json = gunzip(part(data, SNAPSHOT));
        Snapshot snapshot = SnapshotCodec.read(json);
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
        return Content.of(new RuntimeConfig(snapshot, SnapshotCodec.revision(json), keys, credentials));
    }

    private static byte[] part(Map<String, byte[]> data, String key) throws IOException {
        byte[] value = data.get(key);
        if (value == null) {
            throw new IOException("the key " + key + " is missing");
        }
        return value;
    }

    private static String hash(String revision, byte[] keys, byte[] credentials) {
        MessageDigest digest = PackedSnapshot.sha256();
        add(digest, revision.getBytes(StandardCharsets.US_ASCII));
        add(digest, keys);
        add(digest, credentials);
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
