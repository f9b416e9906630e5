package dev.ostiary.gateway.server.mcp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Text out of JSON strings that {@link StrictJson} has accepted. */
final class JsonText {

    private static final byte[] REPLACEMENT = "\ufffd".getBytes(StandardCharsets.UTF_8);

    private JsonText() {}

    /** Text with U+FFFD for every half of a surrogate pair: what has a UTF-8 form. */
    static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                // The encoder replaces by a question mark; code points tell the halves from the pairs.
                return text.codePoints()
                        .map(c -> c <= Character.MAX_VALUE && Character.isSurrogate((char) c) ? 0xfffd : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
            }
        }
        return text;
    }

    /**
     * The text of a string value.
     *
     * @param start the opening quote
     * @param end after the closing quote
     */
    static String decode(byte[] in, int start, int end) {
        for (int i = start + 1; i < end - 1; i++) {
            if (in[i] == '\\') {
                return new String(unescapedBytes(in, start + 1, end - 1), StandardCharsets.UTF_8);
            }
        }
        return utf8(in, start + 1, end - 1);
    }

    static String utf8(byte[] in, int start, int end) {
        return new String(in, start, end - start, StandardCharsets.UTF_8);
    }

    /** The bytes between a string's quotes with escapes resolved, as UTF-8; U+FFFD for half a surrogate pair. */
    static byte[] unescapedBytes(byte[] in, int start, int end) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(end - start);
        int i = start;
        while (i < end) {
            byte b = in[i++];
            if (b != '\\') {
                out.write(b);
                continue;
            }
            byte kind = in[i++];
            switch (kind) {
                case 'b' -> out.write('\b');
                case 'f' -> out.write('\f');
                case 'n' -> out.write('\n');
                case 'r' -> out.write('\r');
                case 't' -> out.write('\t');
                case 'u' -> {
                    int unit = hex4(in, i);
                    i += 4;
                    if (Character.isHighSurrogate((char) unit) && startsLowSurrogate(in, i, end)) {
                        unit = Character.toCodePoint((char) unit, (char) hex4(in, i + 2));
                        i += 6;
                    }
                    boolean lone = unit <= Character.MAX_VALUE && Character.isSurrogate((char) unit);
                    out.writeBytes(lone ? REPLACEMENT : Character.toString(unit).getBytes(StandardCharsets.UTF_8));
                }
                default -> out.write(kind);
            }
        }
        return out.toByteArray();
    }

    private static boolean startsLowSurrogate(byte[] in, int at, int end) {
        return at + 6 <= end
                && in[at] == '\\'
                && in[at + 1] == 'u'
                && Character.isLowSurrogate((char) hex4(in, at + 2));
    }

    private static int hex4(byte[] in, int from) {
        int value = 0;
        for (int i = from; i < from + 4; i++) {
            value = value << 4 | Character.digit(in[i], 16);
        }
        return value;
    }
}
