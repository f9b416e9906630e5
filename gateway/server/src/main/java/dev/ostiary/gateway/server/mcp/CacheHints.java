package dev.ostiary.gateway.server.mcp;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The cache hints of a modern result ({@code CacheableResult}, 2026-07-28), limited to what holds behind this gateway: what
 * one caller may see is nobody else's, and a policy change shall be seen within a minute.
 */
public final class CacheHints {

    /** Longest {@code ttlMs} that is passed on, in milliseconds. */
    public static final int MAX_TTL_MS = 60_000;

    static final byte[] TTL = "ttlMs".getBytes(StandardCharsets.US_ASCII);
    static final byte[] SCOPE = "cacheScope".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RESULT = "result".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PRIVATE = "\"private\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NO_TTL = {'0'};
    private static final byte[] LIMIT = Integer.toString(MAX_TTL_MS).getBytes(StandardCharsets.US_ASCII);

    private int ttlStart;
    private int ttlEnd;
    private int scopeStart;
    private int scopeEnd;

    CacheHints() {}

    /**
     * A response with {@code result.cacheScope} {@code "private"} and {@code result.ttlMs} at most {@value #MAX_TTL_MS},
     * where they are present; all else byte for byte.
     *
     * @param response one JSON-RPC response of a workload
     * @param maxDepth deepest nesting accepted
     * @return the same array when nothing had to change; null when it cannot be read
     */
    public static byte @Nullable [] limit(byte[] response, int maxDepth) {
        StrictJson json = new StrictJson(response, 0, response.length, maxDepth);
        json.tolerateLoneSurrogates();
        CacheHints hints = new CacheHints();
        try {
            json.enterObject();
            while (json.nextMember()) {
                if (json.nameIs(RESULT) && json.peek() == '{') {
                    json.enterObject();
                    while (json.nextMember()) {
                        if (!hints.take(json)) {
                            json.skipValue();
                        }
                    }
                } else {
                    json.skipValue();
                }
            }
            json.finish();
        } catch (JsonRefused unreadable) {
            return null;
        }
        Splices splices = new Splices();
        return hints.limit(response, splices) ? splices.apply(response, 0, response.length) : response;
    }

    /** Takes the value of the member just named, if it is a hint. */
    boolean take(StrictJson json) throws JsonRefused {
        if (json.nameIs(TTL)) {
            json.skipValue();
            ttlStart = json.valueStart();
            ttlEnd = json.valueEnd();
            return true;
        }
        if (json.nameIs(SCOPE)) {
            json.skipValue();
            scopeStart = json.valueStart();
            scopeEnd = json.valueEnd();
            return true;
        }
        return false;
    }

    /** Adds what must change; false when nothing must. */
    boolean limit(byte[] in, Splices splices) {
        boolean changed = false;
        if (ttlEnd != 0) {
            byte[] limited = limitedTtl(in);
            if (limited != null) {
                splices.replace(ttlStart, ttlEnd, limited);
                changed = true;
            }
        }
        if (scopeEnd != 0 && !Arrays.equals(in, scopeStart, scopeEnd, PRIVATE, 0, PRIVATE.length)) {
            splices.replace(scopeStart, scopeEnd, PRIVATE);
            changed = true;
        }
        return changed;
    }

    private byte @Nullable [] limitedTtl(byte[] in) {
        byte first = in[ttlStart];
        if (first != '-' && (first < '0' || first > '9')) {
            return NO_TTL;
        }
        BigDecimal ttl = new BigDecimal(JsonText.utf8(in, ttlStart, ttlEnd));
        return ttl.compareTo(BigDecimal.valueOf(MAX_TTL_MS)) > 0 ? LIMIT : null;
    }
}
