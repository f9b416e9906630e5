package dev.ostiary.gateway.server.mcp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Trees of bytes that {@link StrictJson} has already accepted: with one meaning left, which parser builds the tree does not
 * matter.
 */
final class JsonTrees {

    private static final ObjectReader READER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNameLength(Integer.MAX_VALUE)
                            .maxNestingDepth(StrictJson.MAX_DEPTH)
                            .maxNumberLength(StrictJson.MAX_NUMBER_LENGTH)
                            .build())
                    // Names come from strangers: a table of them that only grows is not wanted.
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build()
            .readerFor(ObjectNode.class);

    private JsonTrees() {}

    /** The object in this range. */
    static ObjectNode object(byte[] in, int start, int end) {
        try {
            return READER.readValue(in, start, end - start);
        } catch (IOException e) {
            throw new UncheckedIOException("JSON that was accepted once could not be read again", e);
        }
    }
}
