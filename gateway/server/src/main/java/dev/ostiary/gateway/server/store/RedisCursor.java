package dev.ostiary.gateway.server.store;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The deny entry that a reader has seen last: its id in the stream and its grant. Both, because a stream that was restored
 * may give the id to another entry. Empty: none.
 */
record RedisCursor(String id, String grantId) {

    private static final RedisCursor NONE = new RedisCursor("", "");

    private static final Pattern TEXT = Pattern.compile("([0-9]{1,19}-[0-9]{1,19})/([A-Za-z0-9_-]{1,128})");

    /** The cursor; anything else than one is none. */
    static RedisCursor parse(@Nullable String text) {
        Matcher matcher = TEXT.matcher(text == null ? "" : text);
        return matcher.matches() ? new RedisCursor(matcher.group(1), matcher.group(2)) : NONE;
    }

    String text() {
        return id + "/" + grantId;
    }
}
