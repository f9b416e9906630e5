package dev.ostiary.gateway.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Snapshots as JSON. The writer is canonical: equal snapshots have equal bytes, whatever order their resources came in.
 * The reader is strict: an unknown member, a duplicate one or an unreadable format fails with what and where, since half
 * a configuration must never be enforced.
 */
public final class SnapshotCodec {

    /** The layout this release writes. Readers accept this one and the one before. */
    public static final int FORMAT = Release.THIS.format();

    /** What this release reads, newest first. */
    public static final List<Integer> READABLE = List.of(FORMAT, FORMAT - 1);

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();

    private SnapshotCodec() {}

    /** The canonical bytes: UTF-8 JSON, members sorted, no white space, absent instead of null. */
    public static byte[] write(Snapshot snapshot) {
        try {
            return MAPPER.writeValueAsBytes(snapshot);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a snapshot could not be written", e);
        }
    }

    /** The same as {@link #write}, indented for people and golden files; not what the revision is computed from. */
    public static String writeReadable(Snapshot snapshot) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(snapshot) + "\n";
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a snapshot could not be written", e);
        }
    }

    /**
     * Reads a snapshot.
     *
     * @throws IOException when the bytes are not a snapshot this release understands; the message names the place
     */
    public static Snapshot read(byte[] json) throws IOException {
        JsonNode tree = MAPPER.readTree(json);
        int format = tree.path("format").asInt(-1);
        if (!READABLE.contains(format)) {
            throw new IOException("snapshot format " + format + " cannot be read: this release reads " + FORMAT
                    + " and " + (FORMAT - 1));
        }
        return MAPPER.treeToValue(tree, Snapshot.class);
    }

    /** The revision: lower-case hexadecimal SHA-256 of {@link #write}. */
    public static String revision(Snapshot snapshot) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(write(snapshot)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
