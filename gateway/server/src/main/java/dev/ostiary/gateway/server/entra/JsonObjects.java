package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON object that somebody else wrote, or nothing: UTF-8 only, no duplicate member names, nothing after the
 * object, bounded depth, names, strings and numbers. Immutable.
 */
public final class JsonObjects {

    private static final int MAX_NAME_CHARS = 256;
    // 2^63 has 19 digits; nothing that Entra says needs more.
    private static final int MAX_NUMBER_CHARS = 24;

    private final JsonMapper mapper;

    /**
     * @param maxDepth nesting, the outer object included
     * @param maxStringChars longest string value
     */
    public JsonObjects(int maxDepth, int maxStringChars) {
        this.mapper = JsonMapper.builder(JsonFactory.builder()
                        // Interning what strangers send would fill the JVM's string table.
                        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(maxDepth)
                                .maxNameLength(MAX_NAME_CHARS)
                                .maxStringLength(maxStringChars)
                                .maxNumberLength(MAX_NUMBER_CHARS)
                                .build())
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    /** The object, or null when these bytes are anything else. */
    public @Nullable ObjectNode object(byte[] utf8) {
        try {
            // Decoded first: given bytes, the parser would also accept UTF-16 and UTF-32, which nobody else would.
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
            return mapper.readTree(text) instanceof ObjectNode object ? object : null;
        } catch (CharacterCodingException | JsonProcessingException notStrictJson) {
            return null;
        }
    }
}
