package dev.ostiary.gateway.bridge.message;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The values of headers that mirror a body (MCP 2026-07-28, "Value Encoding"): plain ASCII, or UTF-8 in Base64. */
final class HeaderValue {

    private static final String START = "=?base64?";
    private static final String END = "?=";

    private HeaderValue() {}

    /** What it stands for; null when it is not in order. */
    static @Nullable String decode(String sent) {
        String value = sent.strip();
        if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c > '~')) {
            return null;
        }
        if (value.length() < START.length() + END.length() || !value.startsWith(START) || !value.endsWith(END)) {
            return value;
        }
        String encoded = value.substring(START.length(), value.length() - END.length());
        try {
            byte[] bytes = Base64.getDecoder().decode(encoded);
            // The decoder overlooks missing padding and stray bits; a value has one spelling.
            return Base64.getEncoder().encodeToString(bytes).equals(encoded)
                    ? StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString()
                    : null;
        } catch (IllegalArgumentException | CharacterCodingException _) {
            return null;
        }
    }
}
