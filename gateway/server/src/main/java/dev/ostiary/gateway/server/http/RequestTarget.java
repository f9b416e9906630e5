package dev.ostiary.gateway.server.http;

import org.jspecify.annotations.Nullable;

/**
 * A request target that every component reads the same way: an absolute path and a query, kept as sent.
 *
 * @param path begins with a slash; see {@link Exchange#path()}
 * @param query without the question mark; see {@link Exchange#query()}
 */
record RequestTarget(String path, String query) {

    private static final byte PATH = 1;
    private static final byte QUERY = 2;
    private static final byte[] ALLOWED = new byte[128];

    static {
        for (char c = 0x21; c < 0x7f; c++) {
            ALLOWED[c] = PATH | QUERY;
        }
        ALLOWED['#'] = 0;
        for (char c : new char[] {'\\', '"', '<', '>', '^', '`', '{', '|', '}', '?'}) {
            ALLOWED[c] &= ~PATH;
        }
    }

    /** Reads an origin-form target (RFC 9112 §3.2.1); null when any component could read it differently from another. */
    static @Nullable RequestTarget parse(String target) {
        int length = target.length();
        if (length == 0 || target.charAt(0) != '/') {
            return null;
        }
        int segment = 1;
        int at = 1;
        for (; at < length; at++) {
            char c = target.charAt(at);
            if (c == '?') {
                break;
            }
            if (c == '/') {
                if (at == segment || isDotSegment(target, segment, at)) {
                    return null;
                }
                segment = at + 1;
            } else if (c >= 128 || (ALLOWED[c] & PATH) == 0) {
                return null;
            } else if (c == '%' && !isHarmlessEscape(target, at)) {
                return null;
            }
        }
        if (isDotSegment(target, segment, at)) {
            return null;
        }
        for (int i = at + 1; i < length; i++) {
            char c = target.charAt(i);
            if (c >= 128 || (ALLOWED[c] & QUERY) == 0) {
                return null;
            }
        }
        return at == length
                ? new RequestTarget(target, "")
                : new RequestTarget(target.substring(0, at), target.substring(at + 1));
    }

    /** A segment of one or two dots, path parameters or not: some servers remove {@code ;…} before they resolve dots. */
    private static boolean isDotSegment(String target, int from, int to) {
        int end = from;
        while (end < to && target.charAt(end) == '.') {
            end++;
        }
        int dots = end - from;
        return (dots == 1 || dots == 2) && (end == to || target.charAt(end) == ';');
    }

    /** Two hexadecimal digits that stand for neither a control character nor any of {@code . / \ %}. */
    private static boolean isHarmlessEscape(String target, int at) {
        if (at + 2 >= target.length()) {
            return false;
        }
        int high = Character.digit(target.charAt(at + 1), 16);
        int low = Character.digit(target.charAt(at + 2), 16);
        if (high < 0 || low < 0) {
            return false;
        }
        int value = high << 4 | low;
        return value >= 0x20 && value != 0x7f && value != '.' && value != '/' && value != '\\' && value != '%';
    }
}
