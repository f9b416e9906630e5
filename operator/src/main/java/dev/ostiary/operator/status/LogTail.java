package dev.ostiary.operator.status;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The last lines that a container wrote before it ended, in a form that can stand in a condition: bounded, in one line,
 * without control characters, and with what looks like a credential masked. Masking is a help, no guarantee: what a server
 * writes into its log is not known here.
 *
 * <p>A log is never the same twice: times, ports and process ids change with every restart. {@link #sameButForDetails}
 * tells whether two messages say the same all the same, so that a container that is restarted for ever is not news for ever.
 */
final class LogTail {

    /** Of a tail as it is shown. */
    static final int MAX = 300;

    /** What the kubelet keeps of a termination message; what others may write into a pod's status is cut to it as well. */
    private static final int MAX_READ = 4096;

    private static final String BEFORE = "; its log ends with \"";
    private static final String MORE = "...";

    /** ECMA-48: control sequences, and operating system commands as terminals know them. */
    private static final Pattern ESCAPES =
            Pattern.compile("\u001b(?:\\[[0-?]*[ -/]*[@-~]|][^\u0007\u001b]*(?:\u0007|\u001b\\\\)?)");

    private static final Pattern CREDENTIAL_HEADERS =
            Pattern.compile("(?i)\\b((?:proxy-)?authorization|(?:set-)?cookie)([\"']?\\s*[:=]\\s*)[^\\n]+");

    private static final Pattern CREDENTIAL_SETTINGS = Pattern.compile(
            "(?i)((?:password|passwd|pwd|secret|token|credential|(?:api|access|private|account)[_-]?key)"
                    + "[\\w-]{0,64}[\"']?\\s{0,8}[:=]\\s{0,8})(?:\"[^\"\\n]*\"?|'[^'\\n]*'?|[^\\s,;\"']+)");

    private static final Pattern CREDENTIAL_SCHEMES =
            Pattern.compile("(?i)\\b(bearer|basic)\\s{1,8}[A-Za-z0-9._~+/=-]{8,}");

    private static final Pattern USER_INFO = Pattern.compile("://[^/\\s@]{1,512}@");

    /** Long runs of hexadecimal digits, and of letters of both cases with digits between them. */
    private static final Pattern LONG_RUNS = Pattern.compile(
            "(?<![A-Za-z0-9_+=-])(?:[0-9a-fA-F]{32,}|(?=[A-Za-z_+=-]*[0-9])(?=[a-z0-9_+=-]*[A-Z])(?=[A-Z0-9_+=-]*[a-z])"
                    + "[A-Za-z0-9_+=-]{32,})");

    /** PEM, and lines of base64 of which the beginning may have been cut off. */
    private static final Pattern KEYS =
            Pattern.compile("-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*+(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?");

    private static final Pattern BASE64_LINES = Pattern.compile("(?m)^[A-Za-z0-9+/]{40,}+={0,2}$");

    private static final String MASKED = "[masked]";

    private static final Pattern TAIL =
            Pattern.compile(Pattern.quote(BEFORE) + "([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"");
    private static final Pattern NUMBERED = Pattern.compile("\\w*\\d\\w*");

    private LogTail() {}

    /**
     * The end of a container's termination message, which is the end of its log where the container's {@code
     * terminationMessagePolicy} is {@code FallbackToLogsOnError}; empty when it says nothing.
     */
    static String of(String terminationMessage) {
        String read = terminationMessage.substring(Math.max(0, terminationMessage.length() - MAX_READ));
        String text = masked(ESCAPES.matcher(read).replaceAll("")).strip();
        List<String> kept = new ArrayList<>();
        int left = MAX;
        boolean whole = true;
        for (int i = text.length(); i > 0 && whole; ) {
            int c = text.codePointBefore(i);
            i -= Character.charCount(c);
            String shown = escaped(c);
            whole = shown.length() <= left - (i > 0 ? MORE.length() : 0);
            if (whole) {
                kept.addFirst(shown);
                left -= shown.length();
            }
        }
        int line = kept.indexOf(escaped('\n'));
        if (!whole && line >= 0) {
            // Rather whole lines.
            kept = kept.subList(line + 1, kept.size());
        }
        return (whole ? "" : MORE) + String.join("", kept);
    }

    /** As it follows what it belongs to; empty for an empty one. */
    static String quoted(String tail) {
        return tail.isEmpty() ? "" : BEFORE + tail + "\"";
    }

    /** The message without any log in it. */
    static String without(String message) {
        return TAIL.matcher(message).replaceAll("");
    }

    /** Whether two messages differ at most in the numbers and ids of the logs that they quote. */
    static boolean sameButForDetails(String one, String other) {
        return one.equals(other) || comparable(one).equals(comparable(other));
    }

    private static String comparable(String message) {
        return TAIL.matcher(message)
                .replaceAll(
                        tail -> NUMBERED.matcher(tail.group(1)).replaceAll("0").replaceAll("[\\\\$]", "/"));
    }

    private static String masked(String text) {
        String masked = KEYS.matcher(text).replaceAll(MASKED);
        masked = BASE64_LINES.matcher(masked).replaceAll(MASKED);
        masked = CREDENTIAL_HEADERS.matcher(masked).replaceAll("$1$2" + MASKED);
        masked = CREDENTIAL_SETTINGS.matcher(masked).replaceAll("$1" + MASKED);
        masked = CREDENTIAL_SCHEMES.matcher(masked).replaceAll("$1 " + MASKED);
        masked = USER_INFO.matcher(masked).replaceAll("://" + MASKED + "@");
        return LONG_RUNS.matcher(masked).replaceAll(MASKED);
    }

    private static String escaped(int c) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "";
            case '\t' -> " ";
            case '"', '\\' -> "\\" + (char) c;
            default -> Text.isPlain(c) ? Character.toString(c) : String.format("\\u%04x", c);
        };
    }
}
