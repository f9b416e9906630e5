package dev.ostiary.gateway.server.entra;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The forms that short texts from elsewhere must have before they are used. */
final class Texts {

    private static final Pattern GUID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    private Texts() {}

    /** A GUID in lower case; null for anything else. */
    static @Nullable String guid(@Nullable String text) {
        String lower = text == null ? "" : text.toLowerCase(Locale.ROOT);
        return GUID.matcher(lower).matches() ? lower : null;
    }

    /** Whether a text is not empty and all of it is visible ASCII, as tokens are. */
    static boolean isVisibleAscii(@Nullable String text) {
        return text != null && !text.isEmpty() && text.chars().allMatch(c -> c > 0x20 && c < 0x7f);
    }
}
