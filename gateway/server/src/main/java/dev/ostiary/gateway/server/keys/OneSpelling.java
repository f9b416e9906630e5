package dev.ostiary.gateway.server.keys;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Base64url without padding (RFC 4648 §5) in which every value has one spelling. */
final class OneSpelling {

    private OneSpelling() {}

    static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The bytes; null for anything that {@link #encode} does not write. The JDK's decoder throws, and allows stray bits. */
    static byte @Nullable [] decode(String text) {
        int length = text.length();
        if (length % 4 == 1) {
            return null;
        }
        for (int i = 0; i < length; i++) {
            if (digit(text.charAt(i)) < 0) {
                return null;
            }
        }
        int strayBits = length % 4 == 2 ? 0x0f : length % 4 == 3 ? 0x03 : 0;
        if (strayBits != 0 && (digit(text.charAt(length - 1)) & strayBits) != 0) {
            return null;
        }
        return Base64.getUrlDecoder().decode(text);
    }

    private static int digit(char c) {
        if (c >= 'A' && c <= 'Z') {
            return c - 'A';
        }
        if (c >= 'a' && c <= 'z') {
            return c - 'a' + 26;
        }
        if (c >= '0' && c <= '9') {
            return c - '0' + 52;
        }
        return c == '-' ? 62 : c == '_' ? 63 : -1;
    }
}
