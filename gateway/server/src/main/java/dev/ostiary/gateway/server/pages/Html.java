package dev.ostiary.gateway.server.pages;

import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Markup that may be sent: made from the program's own text blocks and from texts that this class has escaped. The escaping is
 * right for the content of elements and for quoted attributes, the only places where pages put texts.
 *
 * @param markup HTML
 */
record Html(String markup) {

    static final Html NOTHING = new Html("");

    /** Nobody's name is longer; what is longer was made to push the rest of the page out of sight. */
    private static final int MAX_NAME = 120;

    /** A DNS name has at most 253 characters (RFC 1035 §2.3.4). */
    private static final int MAX_ADDRESS = 300;

    private static final int MAX_TEXT = 2000;

    /** More marks on one letter than any language uses are there to paint over the lines above. */
    private static final int MAX_MARKS = 4;

    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;
    private static final char ELLIPSIS = '…';
    private static final char REPLACEMENT = '\uFFFD';

    /** A text block of ours whose {@code %s} are filled, in order. Takes no strings, so that none gets in unescaped. */
    static Html of(String block, Html... parts) {
        Object[] markup = new Object[parts.length];
        for (int i = 0; i < parts.length; i++) {
            markup[i] = parts[i].markup;
        }
        return new Html(block.formatted(markup));
    }

    static Html join(Collection<Html> parts) {
        return new Html(parts.stream().map(Html::markup).collect(Collectors.joining()));
    }

    /** A value that must come back exactly as it is: a quoted attribute of a form. */
    static Html attribute(String value) {
        return new Html(escape(value));
    }

    /** A text that somebody else wrote, as content of an element. */
    static Html text(String text) {
        return new Html(escape(visible(headOf(text, MAX_TEXT))));
    }

    /** A name that somebody else chose: its own direction, cut at its end. */
    static Html name(String name) {
        return of("<bdi>%s</bdi>", new Html(escape(visible(headOf(name, MAX_NAME)))));
    }

    /** A host name or URL: left to right, broken after slashes; cut at its beginning, because its end says whose it is. */
    static Html address(String address) {
        String escaped = escape(visible(tailOf(address, MAX_ADDRESS)));
        return of("<bdi dir=\"ltr\">%s</bdi>", new Html(escaped.replaceAll("(?<=[^/])/(?=[^/])", "/<wbr>")));
    }

    /** Escapes what has a meaning in HTML, nothing else. */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }

    /**
     * Shows what would act without being seen: bidirectional overrides, control characters, lone surrogates and their like
     * become U+FFFD. The two joiners stay, Persian and emoji need them.
     */
    private static String visible(String text) {
        StringBuilder visible = new StringBuilder(text.length());
        int marks = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            int type = Character.getType(c);
            marks = isMark(type) ? marks + 1 : 0;
            if (type == Character.CONTROL && Character.isWhitespace(c)) {
                visible.append(' ');
            } else if (acts(c, type)) {
                visible.append(REPLACEMENT);
            } else if (marks <= MAX_MARKS) {
                visible.appendCodePoint(c);
            }
        }
        return visible.toString();
    }

    private static boolean isMark(int type) {
        return type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK;
    }

    private static boolean acts(int c, int type) {
        return switch (type) {
            case Character.FORMAT -> c != ZERO_WIDTH_JOINER && c != ZERO_WIDTH_NON_JOINER;
            case Character.CONTROL,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    private static String headOf(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max;
        return text.substring(0, end) + ELLIPSIS;
    }

    private static String tailOf(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        int start = text.length() - max;
        return ELLIPSIS + text.substring(Character.isLowSurrogate(text.charAt(start)) ? start + 1 : start);
    }
}
