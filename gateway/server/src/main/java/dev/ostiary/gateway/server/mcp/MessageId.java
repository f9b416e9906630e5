package dev.ostiary.gateway.server.mcp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The id of a JSON-RPC request: a string, or an integer that every JSON reader keeps exactly (RFC 7493 §2.2). Equal when
 * the values are equal, however they are escaped: {@code 1} is not {@code "1"}. Immutable.
 */
public final class MessageId {

    /** Longest id in bytes, quotes and escapes included. */
    public static final int MAX_BYTES = 1024;

    private static final long MAX_SAFE_INTEGER = (1L << 53) - 1;

    private final byte[] json;
    private final Object value;

    private MessageId(byte[] json, Object value) {
        this.json = json;
        this.value = value;
    }

    /** The id written as this JSON value; null when it cannot be an id. */
    static @Nullable MessageId read(byte[] in, int start, int end) {
        int length = end - start;
        if (length > MAX_BYTES) {
            return null;
        }
        if (in[start] == '"') {
            return new MessageId(Arrays.copyOfRange(in, start, end), JsonText.decode(in, start, end));
        }
        boolean negative = in[start] == '-';
        int digits = negative ? start + 1 : start;
        if (end - digits > 16 || end == digits) {
            return null;
        }
        long number = 0;
        for (int i = digits; i < end; i++) {
            int digit = in[i] - '0';
            if (digit < 0 || digit > 9) {
                return null;
            }
            number = 10 * number + digit;
        }
        if (number > MAX_SAFE_INTEGER || (negative && number == 0)) {
            return null;
        }
        return new MessageId(Arrays.copyOfRange(in, start, end), negative ? -number : number);
    }

    /** An integer id, for requests of the gateway's own. */
    public static MessageId of(long number) {
        byte[] json = Long.toString(number).getBytes(StandardCharsets.US_ASCII);
        return new MessageId(json, number);
    }

    /** The JSON value exactly as it came. */
    public byte[] json() {
        return json.clone();
    }

    int length() {
        return json.length;
    }

    void copyTo(byte[] out, int at) {
        System.arraycopy(json, 0, out, at, json.length);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MessageId that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    /** The value: clients make their ids up, so this is not safe for a log line without escaping. */
    @Override
    public String toString() {
        return value.toString();
    }
}
