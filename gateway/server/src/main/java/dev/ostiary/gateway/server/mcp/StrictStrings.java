package dev.ostiary.gateway.server.mcp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The strings of {@link StrictJson}: their escapes and their UTF-8, eight bytes at a time where there is nothing special. */
final class StrictStrings {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private final byte[] in;
    private final int to;
    private boolean tolerateLoneSurrogates;

    // Of the string just read.
    private boolean escaped;
    private boolean ascii;
    private boolean loneSurrogate;

    StrictStrings(byte[] in, int to) {
        this.in = in;
        this.to = to;
    }

    void tolerateLoneSurrogates() {
        tolerateLoneSurrogates = true;
    }

    /** Whether the string just read has escapes. */
    boolean escaped() {
        return escaped;
    }

    /** Whether the string just read is ASCII as it stands; escapes may still stand for more. */
    boolean ascii() {
        return ascii;
    }

    /** Whether the string just read has half a surrogate pair. */
    boolean loneSurrogate() {
        return loneSurrogate;
    }

    /**
     * Reads a string.
     *
     * @param opening where its opening quote is
     * @return the position after its closing quote
     */
    int read(int opening) throws JsonRefused {
        int i = opening + 1;
        escaped = false;
        ascii = true;
        loneSurrogate = false;
        while (true) {
            while (i + 8 <= to) {
                long w = (long) LONGS.get(in, i);
                long quote = w ^ (ONES * '"');
                long backslash = w ^ (ONES * '\\');
                long special =
                        ((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash) | ((w - ONES * ' ') & ~w) | w;
                special &= HIGHS;
                if (special != 0) {
                    // Borrows only travel upwards, so the lowest marked byte is a true one.
                    i += Long.numberOfTrailingZeros(special) >>> 3;
                    break;
                }
                i += 8;
            }
            if (i >= to) {
                throw unclosed();
            }
            byte b = in[i];
            if (b == '"') {
                return i + 1;
            }
            if (b == '\\') {
                escaped = true;
                i = escape(i);
            } else if (b < 0) {
                ascii = false;
                i = multiByte(i);
            } else if (b < ' ') {
                throw new JsonRefused("a control character in a string", i);
            } else {
                i++;
            }
        }
    }

    private int escape(int backslash) throws JsonRefused {
        int i = backslash + 1;
        if (i >= to) {
            throw unclosed();
        }
        return switch (in[i]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> i + 1;
            case 'u' -> unicodeEscape(i, backslash);
            default -> throw new JsonRefused("an unknown escape", backslash);
        };
    }

    private int unicodeEscape(int i, int backslash) throws JsonRefused {
        int unit = hex4(i + 1, backslash);
        if (unit < 0xd800 || unit > 0xdfff) {
            return i + 5;
        }
        boolean paired = unit <= 0xdbff && i + 6 < to && in[i + 5] == '\\' && in[i + 6] == 'u';
        int low = paired ? hex4(i + 7, backslash) : 0;
        if (low >= 0xdc00 && low <= 0xdfff) {
            return i + 11;
        }
        if (!tolerateLoneSurrogates) {
            throw new JsonRefused("a lone surrogate", backslash);
        }
        loneSurrogate = true;
        return i + 5;
    }

    private int hex4(int from, int backslash) throws JsonRefused {
        if (from + 4 > to) {
            throw new JsonRefused("an incomplete escape", backslash);
        }
        int value = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = Character.digit(in[i], 16);
            if (digit < 0) {
                throw new JsonRefused("an incomplete escape", backslash);
            }
            value = value << 4 | digit;
        }
        return value;
    }

    /** RFC 3629 §4, UTF8-2 to UTF8-4. */
    private int multiByte(int i) throws JsonRefused {
        int lead = in[i] & 0xff;
        if (lead >= 0xc2 && lead <= 0xdf) {
            continuation(i, i + 1, 0x80, 0xbf);
            return i + 2;
        }
        if (lead >= 0xe0 && lead <= 0xef) {
            continuation(i, i + 1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf);
            continuation(i, i + 2, 0x80, 0xbf);
            return i + 3;
        }
        if (lead >= 0xf0 && lead <= 0xf4) {
            continuation(i, i + 1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf);
            continuation(i, i + 2, 0x80, 0xbf);
            continuation(i, i + 3, 0x80, 0xbf);
            return i + 4;
        }
        throw new JsonRefused("not UTF-8", i);
    }

    private void continuation(int sequence, int i, int low, int high) throws JsonRefused {
        int b = i < to ? in[i] & 0xff : -1;
        if (b < low || b > high) {
            throw new JsonRefused("not UTF-8", sequence);
        }
    }

    private JsonRefused unclosed() {
        return new JsonRefused("unexpected end: a string without its closing quote", to);
    }
}
