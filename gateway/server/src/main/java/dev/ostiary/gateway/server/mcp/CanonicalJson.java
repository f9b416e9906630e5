package dev.ostiary.gateway.server.mcp;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * One spelling for each JSON value: no white space, members sorted by UTF-16 code units, only the escapes that JSON needs,
 * numbers as plain decimals without trailing zeros or negative zero (very large and very small ones as integer and exponent). As RFC 8785, but numbers keep every digit
 * instead of being rounded to doubles.
 */
public final class CanonicalJson {

    private static final JsonMapper MAPPER = new JsonMapper();

    /** Beyond this many zeros a number keeps an exponent, or a short text would become a long one. */
    private static final int MAX_PLAIN_SCALE = 40;

    private CanonicalJson() {}

    /** {@code sha256:} and the lower-case hexadecimal SHA-256 of the canonical form in UTF-8. */
    public static String hash(JsonNode value) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return "sha256:" + HexFormat.of().formatHex(digest.digest(write(value)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The canonical form in UTF-8. */
    public static byte[] write(JsonNode value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = MAPPER.createGenerator(out)) {
            write(value, json);
        } catch (IOException e) {
            throw new UncheckedIOException("a JSON value could not be written", e);
        }
        return out.toByteArray();
    }

    private static void write(JsonNode value, JsonGenerator json) throws IOException {
        if (value.isObject()) {
            json.writeStartObject();
            Map<String, JsonNode> sorted = new TreeMap<>();
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                sorted.put(member.getKey(), member.getValue());
            }
            for (Map.Entry<String, JsonNode> member : sorted.entrySet()) {
                json.writeFieldName(JsonText.wellFormed(member.getKey()));
                write(member.getValue(), json);
            }
            json.writeEndObject();
        } else if (value.isArray()) {
            json.writeStartArray();
            for (JsonNode element : value) {
                write(element, json);
            }
            json.writeEndArray();
        } else if (value.isNumber()) {
            json.writeNumber(number(value.decimalValue()));
        } else if (value.isTextual()) {
            json.writeString(JsonText.wellFormed(value.textValue()));
        } else {
            json.writeTree(value);
        }
    }

    private static String number(BigDecimal value) {
        if (value.signum() == 0) {
            return "0";
        }
        BigDecimal stripped = value.stripTrailingZeros();
        if (Math.abs(stripped.scale()) <= MAX_PLAIN_SCALE) {
            return stripped.toPlainString();
        }
        return stripped.unscaledValue() + "e" + -stripped.scale();
    }
}
