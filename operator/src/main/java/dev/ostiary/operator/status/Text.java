package dev.ostiary.operator.status;

import java.util.regex.Pattern;

/** Texts that fit into a condition. */
final class Text {

    private static final String MORE = "...";

    /** As in {@code metav1.Condition}. */
    private static final Pattern REASON = Pattern.compile("[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?");

    private static final int MAX_REASON = 1024;

    private Text() {}

    /** Whether the API server would take this as a condition's reason. */
    static boolean isReason(String text) {
        return text.length() <= MAX_REASON && REASON.matcher(text).matches();
    }

    /** The text, or its beginning and three dots; never more than {@code max} UTF-16 units, no character cut in two. */
    static String cut(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        int end = max - MORE.length();
        if (Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end) + MORE;
    }

    /**
     * The text without what could make a terminal show something else than what is there. Line breaks stay: they part
     * messages.
     */
    static String plain(String text) {
        if (text.codePoints().allMatch(Text::isPlain)) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        text.codePoints().forEach(c -> plain.appendCodePoint(isPlain(c) ? c : ' '));
        return plain.toString();
    }

    /** {@link #plain}, in one line. */
    static String line(String text) {
        return plain(text).replace('\n', ' ').strip();
    }

    static boolean isPlain(int c) {
        return c == '\n'
                || switch (Character.getType(c)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR -> false;
                    default -> true;
                };
    }
}
