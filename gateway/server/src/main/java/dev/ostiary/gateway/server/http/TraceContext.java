package dev.ostiary.gateway.server.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The W3C trace context of one exchange (W3C Trace Context, section 3.2): the caller's trace continued, or a new one. The
 * trace id doubles as the correlation id that error messages and audit lines share.
 *
 * @param traceId 32 lower-case hexadecimal digits
 * @param spanId 16 lower-case hexadecimal digits: the gateway's own span
 * @param sampled the flag as received; false for a new trace
 * @param state {@code tracestate} as received; null when absent
 */
public record TraceContext(
        String traceId,
        String spanId,
        boolean sampled,
        @Nullable String state) {

    private static final String TRACEPARENT = "traceparent";
    private static final String TRACESTATE = "tracestate";
    private static final int TRACEPARENT_LENGTH = 55;
    private static final int TRACESTATE_MAX = 512;
    private static final String INVALID_TRACE = "0".repeat(32);
    private static final String INVALID_SPAN = "0".repeat(16);

    /** Continues the trace that the headers name, or begins one when they name none or a malformed one. */
    public static TraceContext of(HttpHeaders headers) {
        String parent = headers.get(TRACEPARENT);
        if (parent != null && wellFormed(parent)) {
            String state = headers.get(TRACESTATE);
            boolean sampled = (Character.digit(parent.charAt(54), 16) & 1) == 1;
            return new TraceContext(
                    parent.substring(3, 35),
                    randomHex(),
                    sampled,
                    state != null && state.length() <= TRACESTATE_MAX ? state : null);
        }
        return new TraceContext(randomHex() + randomHex(), randomHex(), false, null);
    }

    /** The value of {@code traceparent} for the next hop. */
    public String parent() {
        return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
    }

    /** Sets both headers for the next hop. */
    public void write(HttpHeaders headers) {
        headers.set(TRACEPARENT, parent());
        if (state != null) {
            headers.set(TRACESTATE, state);
        }
    }

    private static boolean wellFormed(String parent) {
        if (parent.length() != TRACEPARENT_LENGTH
                || parent.charAt(0) != '0'
                || parent.charAt(1) != '0'
                || parent.charAt(2) != '-'
                || parent.charAt(35) != '-'
                || parent.charAt(52) != '-') {
            return false;
        }
        return hex(parent, 3, 35)
                && hex(parent, 36, 52)
                && hex(parent, 53, 55)
                && !parent.startsWith(INVALID_TRACE, 3)
                && !parent.startsWith(INVALID_SPAN, 36);
    }

    private static boolean hex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    /** Sixteen random digits, never all zero. Identifiers, not secrets: a fast generator is enough. */
    private static String randomHex() {
        long bits = ThreadLocalRandom.current().nextLong();
        if (bits == 0) {
            bits = 1;
        }
        byte[] digits = new byte[16];
        for (int i = 15; i >= 0; i--) {
            digits[i] = (byte) Character.forDigit((int) (bits & 0xf), 16);
            bits >>>= 4;
        }
        return new String(digits, StandardCharsets.ISO_8859_1);
    }
}
