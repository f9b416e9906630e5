package dev.ostiary.gateway.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a text at the semicolons that end policies. Only Cedar's tokens matter for that: strings with backslash escapes
 * and comments to the end of the line; Cedar's grammar has no other use for a semicolon. A broken policy is therefore
 * reported without hiding the mistakes of those after it, and every policy knows where it stands.
 *
 * <p>What could exhaust the native parser's stack (see {@link DeepStack}) is refused here, before it gets that far.
 */
final class Statements {

    /** Brackets within brackets. */
    static final int MAX_NESTING = 20;

    /** Operators in one policy that can make an expression deeper: {@code && || + - * if}. */
    static final int MAX_OPERATORS = 500;

    /** Attributes of attributes of attributes; {@code x has a.b.c} grows with the square of it. */
    static final int MAX_PATH = 32;

    /**
     * @param text from the first token to the semicolon, comments inside included
     * @param start offset of the first token in the whole text, in chars
     * @param refusal why the parser may not see it; null when it may
     */
    record Statement(String text, int start, @Nullable String refusal) {}

    private static final Set<String> KEYWORDS =
            Set.of("when", "unless", "if", "then", "else", "in", "has", "like", "is");

    private final String text;
    private final List<Statement> statements = new ArrayList<>();
    private int start = -1;
    private int nesting;
    private int operators;
    private int path;
    private @Nullable String refusal;

    private Statements(String text) {
        this.text = text;
    }

    static List<Statement> of(String text) {
        Statements s = new Statements(text);
        s.cut();
        return s.statements;
    }

    private void cut() {
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '/' && i + 1 < text.length() && text.charAt(i + 1) == '/') {
                i = endOfLine(i);
                continue;
            }
            if (start < 0 && !isSpace(c)) {
                start = i;
            }
            if (c == '"') {
                i = endOfString(i);
            } else if (isWord(c)) {
                int end = i;
                while (end < text.length() && isWord(text.charAt(end))) {
                    end++;
                }
                word(text.substring(i, end));
                i = end;
            } else {
                token(c);
                i++;
                if (c == ';') {
                    end(i);
                }
            }
        }
        if (start >= 0) {
            end(text.length());
        }
    }

    private void word(String word) {
        if (KEYWORDS.contains(word)) {
            path = 0;
            operators += word.equals("if") ? 2 : 0;
        }
    }

    private void token(char c) {
        switch (c) {
            case '(', '[', '{' -> nesting++;
            case ')', ']', '}' -> nesting--;
            // Each of && and || is two of these.
            case '&', '|', '+', '-', '*' -> operators += c == '&' || c == '|' ? 1 : 2;
            default -> {}
        }
        if (c == '.' || c == '[') {
            path++;
        } else if ("&|=<>+-*,{};".indexOf(c) >= 0) {
            path = 0;
        }
        if (nesting > MAX_NESTING) {
            refusal = "brackets are nested more than " + MAX_NESTING + " deep; split the policy into several";
        } else if (operators > 2 * MAX_OPERATORS) {
            refusal = "more than " + MAX_OPERATORS + " operators in one policy; split it into several";
        } else if (path > MAX_PATH) {
            refusal = "a path of more than " + MAX_PATH + " attributes";
        }
    }

    private void end(int end) {
        statements.add(new Statement(text.substring(start, end), start, refusal));
        start = -1;
        nesting = 0;
        operators = 0;
        path = 0;
        refusal = null;
    }

    private int endOfLine(int from) {
        int i = from;
        while (i < text.length() && text.charAt(i) != '\n' && text.charAt(i) != '\r') {
            i++;
        }
        return i;
    }

    private int endOfString(int from) {
        int i = from + 1;
        while (i < text.length() && text.charAt(i) != '"') {
            i += text.charAt(i) == '\\' ? 2 : 1;
        }
        return Math.min(i + 1, text.length());
    }

    private static boolean isWord(char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || c == '\u0085' || c == '\u00A0';
    }
}
