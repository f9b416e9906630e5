package dev.ostiary.gateway.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    private static final ObjectWriter WRITER = MAPPER.writer().without(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

    private SnapshotCodec() {}

    /** The canonical bytes: UTF-8 JSON, members sorted, no white space, absent instead of null. */
    public static byte[] write(Snapshot snapshot) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            write(snapshot, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("a snapshot could not be written", e);
        }
        return bytes.toByteArray();
    }

    /** Writes the same, and does not close. */
    static void write(Snapshot snapshot, OutputStream output) throws IOException {
        SnapshotWritten event = new SnapshotWritten();
        event.begin();
        Counted counted = new Counted(output);
        WRITER.writeValue(counted, layout(snapshot));
        event.gateway = snapshot.gateway().toString();
        event.routes = snapshot.routes().size();
        event.bytes = counted.bytes;
        event.commit();
    }

    /** The same as {@link #write}, indented for people and golden files; not what the revision is computed from. */
    public static String writeReadable(Snapshot snapshot) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(layout(snapshot)) + "\n";
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
        int format = format(json);
        if (!READABLE.contains(format)) {
            throw new IOException("snapshot format " + format + " cannot be read: this release reads " + FORMAT
                    + " and " + (FORMAT - 1));
        }
        if (format < SnapshotLayout.FIRST) {
            return required(MAPPER.readValue(json, Snapshot.class));
        }
        return required(MAPPER.readValue(json, SnapshotLayout.class)).snapshot();
    }

    /** The revision: lower-case hexadecimal SHA-256 of {@link #write}. */
    public static String revision(Snapshot snapshot) {
        MessageDigest digest = PackedSnapshot.sha256();
        try (OutputStream output = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            write(snapshot, output);
        } catch (IOException e) {
            throw new UncheckedIOException("a snapshot could not be written", e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The revision of a snapshot that came as these bytes: writers are canonical, so it need not be written again. */
    static String revision(byte[] json) {
        return HexFormat.of().formatHex(PackedSnapshot.sha256().digest(json));
    }

    private static Object layout(Snapshot snapshot) {
        return snapshot.format() < SnapshotLayout.FIRST ? snapshot : SnapshotLayout.of(snapshot);
    }

    /** The member {@code format}, wherever it is; -1 when there is none. Read first, since what else may be in there depends on it. */
    private static int format(byte[] json) throws IOException {
        try (JsonParser parser = MAPPER.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("a snapshot is a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean found = parser.currentName().equals("format");
                JsonToken value = parser.nextToken();
                if (found) {
                    return value == JsonToken.VALUE_NUMBER_INT ? parser.getIntValue() : -1;
                }
                parser.skipChildren();
            }
            return -1;
        }
    }

    private static <T> T required(@Nullable T read) throws IOException {
        if (read == null) {
            throw new IOException("a snapshot is a JSON object");
        }
        return read;
    }

    private static final class Counted extends FilterOutputStream {

        private long bytes;

        Counted(OutputStream output) {
            super(output);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            bytes++;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
            out.write(buffer, offset, length);
            bytes += length;
        }
    }
}
