package dev.ostiary.gateway.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.ostiary.gateway.config.KeyRing.Purpose;
import dev.ostiary.gateway.config.KeyRing.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Key rings as JSON. The reader is strict: what it returns can be used as it is. Its messages never quote key material.
 */
public final class KeyRingCodec {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final int SYMMETRIC_BYTES = 32;

    /** Ten keys are usual: two of each purpose. */
    private static final int MAX_KEYS = 1_000;

    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();

    private KeyRingCodec() {}

    /** UTF-8 JSON, indented. It holds the keys: keep it where nobody else can read it. */
    public static byte[] write(KeyRing ring) {
        try {
            return JSON.writeValueAsBytes(ring);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a key ring could not be written", e);
        }
    }

    /**
     * Reads a ring. Purposes that an older release did not know may be missing; {@link KeyRing#completed} adds them.
     *
     * @throws IOException when this is no ring, or one that cannot be used: a purpose without exactly one active key, a key
     *     that is none
     */
    public static KeyRing read(byte[] json) throws IOException {
        KeyRing ring;
        try {
            ring = JSON.readValue(json, KeyRing.class);
        } catch (JacksonException | RuntimeException e) {
            // Neither as the cause nor quoted: the parser shows its input.
            throw new IOException(
                    "it is not the JSON of a key ring (" + e.getClass().getSimpleName() + ")");
        }
        if (ring == null || ring.version() < 1 || ring.keys().size() > MAX_KEYS) {
            throw new IOException("it is not a key ring");
        }
        for (KeyRing.Key key : ring.keys()) {
            requireUsable(key);
        }
        if (ring.of(Purpose.SEALING).isEmpty()) {
            throw new IOException("it has no key for " + Purpose.SEALING);
        }
        for (Purpose purpose : Purpose.values()) {
            List<KeyRing.Key> keys = ring.of(purpose);
            if (!keys.isEmpty() && keys.stream().noneMatch(key -> key.state() == State.ACTIVE)) {
                throw new IOException("it has no active key for " + purpose);
            }
        }
        return ring;
    }

    @SuppressWarnings("ConstantValue") // JSON may say null where the record says it cannot be
    private static void requireUsable(KeyRing.Key key) throws IOException {
        if (key.id() == null || !ID.matcher(key.id()).matches()) {
            throw new IOException("it has a key with an unusable id");
        }
        if (key.purpose() == null || key.state() == null || key.created() == null) {
            throw new IOException("the key " + key.id() + " is incomplete");
        }
        if (key.until() != null && key.state() != State.RETIRING) {
            throw new IOException("the key " + key.id() + " is to be removed while it is in use");
        }
        if (!key.purpose().asymmetric()) {
            if (key.material().length != SYMMETRIC_BYTES) {
                throw new IOException("the material of " + key + " is not 32 bytes");
            }
            return;
        }
        try {
            EcKeyPair.of(key);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
