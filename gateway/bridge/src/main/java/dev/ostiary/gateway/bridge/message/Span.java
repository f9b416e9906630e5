package dev.ostiary.gateway.bridge.message;

import java.nio.charset.StandardCharsets;

/** Where a JSON value stands in its message: from {@code start} up to, not including, {@code end}. */
public record Span(int start, int end) {

    /** The value as it is written there. */
    public String in(byte[] bytes) {
        return new String(bytes, start, end - start, StandardCharsets.UTF_8);
    }

    /** Whether the object that stands here has no members. */
    public boolean isEmptyObject(byte[] bytes) {
        for (int i = start + 1; i < end - 1; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t') {
                return false;
            }
        }
        return true;
    }
}
