package dev.ostiary.gateway.server.mcp;

/**
 * One pass over UTF-8 JSON that has exactly one meaning: RFC 8259 grammar, well-formed UTF-8 (RFC 3629: no overlong forms,
 * no surrogates, nothing above U+10FFFF), no byte-order mark, no lone surrogate escapes, numbers of bounded length and
 * exponent, and no two members of one object with the same name (compared after unescaping). What two parsers could read
 * differently is refused (RFC 7493, I-JSON).
 *
 * <p>A pull reader over a byte range that never copies: values are reported as ranges of the input. Not thread-safe; one
 * instance per message.
 */
final class StrictJson {

    /** Longest number in characters; beyond it no reader agrees with another. */
    static final int MAX_NUMBER_LENGTH = 128;

    /** Most digits of an exponent: three reach past the range of a double, and keep decimal expansion small. */
    private static final int MAX_EXPONENT_DIGITS = 3;

    /** Depth at which the recursion stops whatever the caller allows: the event loop's stack is finite. */
    static final int MAX_DEPTH = 512;

    private final byte[] in;
    private final int to;
    private final int maxDepth;
    private final MemberNames names;
    private final StrictStrings strings;

    private int at;
    private int depth;

    /** Whether the container at this depth has had its first element. */
    private final boolean[] begun;

    // The name just read by nextMember.
    private int nameStart;
    private int nameEnd;
    private byte[] nameIn;

    // The string or value just read.
    private int start;
    private int end;

    private boolean tolerateDuplicates;
    private boolean duplicateSeen;

    /**
     * @param in the bytes; not copied, must not change
     * @param from first byte
     * @param to after the last byte
     * @param maxDepth deepest nesting accepted, the outermost container counting 1; capped at {@link #MAX_DEPTH}
     */
    StrictJson(byte[] in, int from, int to, int maxDepth) {
        this.in = in;
        this.at = from;
        this.to = to;
        this.maxDepth = Math.min(maxDepth, MAX_DEPTH);
        this.begun = new boolean[this.maxDepth + 1];
        this.names = new MemberNames(in);
        this.strings = new StrictStrings(in, to);
        this.nameIn = in;
    }

    /** The first byte of the next value, after white space; -1 at the end. */
    int peek() {
        int i = at;
        while (i < to) {
            byte b = in[i];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                at = i;
                return b & 0xff;
            }
            i++;
        }
        at = i;
        return -1;
    }

    /** The position of the next unread byte. */
    int position() {
        return at;
    }

    /** Refuses anything but white space up to the end. */
    void finish() throws JsonRefused {
        if (peek() != -1) {
            throw refused("data after the end of the message");
        }
    }

    void enterObject() throws JsonRefused {
        enter('{', "an object");
        names.open(false);
    }

    /** As {@link #enterObject}, refusing also two members whose names differ in case alone. */
    void enterCaseBlindObject() throws JsonRefused {
        enter('{', "an object");
        names.open(true);
    }

    void enterArray() throws JsonRefused {
        enter('[', "an array");
    }

    private void enter(int bracket, String what) throws JsonRefused {
        if (peek() != bracket) {
            throw refused("expected " + what);
        }
        if (depth == maxDepth) {
            throw refused("nested too deeply");
        }
        begun[++depth] = false;
        at++;
    }

    /** Reads the next member's name and stops before its value; false when the object has ended, which is consumed. */
    boolean nextMember() throws JsonRefused {
        int b = peek();
        if (b == '}') {
            at++;
            depth--;
            names.close();
            return false;
        }
        if (begun[depth]) {
            if (b != ',') {
                throw refused("expected a comma or the end of the object");
            }
            at++;
            b = peek();
        }
        begun[depth] = true;
        if (b != '"') {
            throw refused("expected a member name");
        }
        int nameAt = at;
        string();
        nameStart = start;
        nameEnd = end;
        nameIn = in;
        MemberNames.Added added;
        if (strings.escaped()) {
            nameIn = JsonText.unescapedBytes(in, start, end);
            nameStart = 0;
            nameEnd = nameIn.length;
            added = names.addCopy(nameIn);
        } else {
            added = names.add(start, end, strings.ascii());
        }
        if (added == MemberNames.Added.COLLIDING) {
            throw new JsonRefused("too many member names that collide", nameAt);
        }
        if (added == MemberNames.Added.DUPLICATE) {
            duplicateSeen = true;
            if (!tolerateDuplicates) {
                throw new JsonRefused("duplicate member name", nameAt);
            }
        }
        if (peek() != ':') {
            throw refused("expected a colon");
        }
        at++;
        return true;
    }

    /** Stops before the next element; false when the array has ended, which is consumed. */
    boolean nextElement() throws JsonRefused {
        int b = peek();
        if (b == ']') {
            at++;
            depth--;
            return false;
        }
        if (begun[depth]) {
            if (b != ',') {
                throw refused("expected a comma or the end of the array");
            }
            at++;
            if (peek() == ']') {
                throw refused("expected a value");
            }
        }
        begun[depth] = true;
        return true;
    }

    /** Whether the name just read is exactly this one. */
    boolean nameIs(byte[] expected) {
        int length = nameEnd - nameStart;
        if (length != expected.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (nameIn[nameStart + i] != expected[i]) {
                return false;
            }
        }
        return true;
    }

    int nameLength() {
        return nameEnd - nameStart;
    }

    /** Whether the name just read has a letter that a case-blind reader would fold: upper-case ASCII, or any beyond ASCII. */
    boolean nameMayFold() {
        for (int i = nameStart; i < nameEnd; i++) {
            byte b = nameIn[i];
            if (b < 0 || (b >= 'A' && b <= 'Z')) {
                return true;
            }
        }
        return false;
    }

    /** The name just read, as text. */
    String name() {
        return JsonText.utf8(nameIn, nameStart, nameEnd);
    }

    /** Reads and checks the next value, whatever it is; its range is then {@link #valueStart()} to {@link #valueEnd()}. */
    void skipValue() throws JsonRefused {
        int b = peek();
        int first = at;
        switch (b) {
            case '{' -> {
                enterObject();
                while (nextMember()) {
                    skipValue();
                }
            }
            case '[' -> {
                enterArray();
                while (nextElement()) {
                    skipValue();
                }
            }
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            case -1 -> throw refused("unexpected end");
            default ->
                throw refused(b == 0xef && at == 0 ? "a byte-order mark is not part of JSON" : "expected a value");
        }
        start = first;
        end = at;
    }

    /** First byte of the value just read: a string's quote, an object's brace. */
    int valueStart() {
        return start;
    }

    int valueEnd() {
        return end;
    }

    /** Whether a duplicate name is from here on remembered instead of refused. */
    void tolerateDuplicates(boolean tolerate) {
        tolerateDuplicates = tolerate;
    }

    /**
     * From here on half a surrogate pair is allowed as an escape. JavaScript servers cut strings at any UTF-16 unit, and
     * what a workload says to a client decides nothing; in what clients say it is refused (RFC 7493 §2.1).
     */
    void tolerateLoneSurrogates() {
        strings.tolerateLoneSurrogates();
    }

    /** Whether the string just read by {@link #skipValue} has half a surrogate pair. */
    boolean hasLoneSurrogate() {
        return strings.loneSurrogate();
    }

    /** Whether a duplicate was met since the last call. */
    boolean takeDuplicateSeen() {
        boolean seen = duplicateSeen;
        duplicateSeen = false;
        return seen;
    }

    JsonRefused refused(String what) {
        return new JsonRefused(at >= to ? "unexpected end: " + what : what, at);
    }

    private void literal(String word) throws JsonRefused {
        int length = word.length();
        if (to - at < length) {
            throw refused("not a value");
        }
        for (int i = 0; i < length; i++) {
            if (in[at + i] != word.charAt(i)) {
                throw refused("not a value");
            }
        }
        at += length;
    }

    private int digits() throws JsonRefused {
        int first = at;
        while (at < to && in[at] >= '0' && in[at] <= '9') {
            at++;
        }
        if (at == first) {
            throw refused("expected a digit");
        }
        return at - first;
    }

    private void number() throws JsonRefused {
        int first = at;
        if (in[at] == '-') {
            at++;
        }
        int integerAt = at;
        if (digits() > 1 && in[integerAt] == '0') {
            throw new JsonRefused("a number with a leading zero", integerAt);
        }
        if (at < to && in[at] == '.') {
            at++;
            digits();
        }
        if (at < to && (in[at] == 'e' || in[at] == 'E')) {
            at++;
            if (at < to && (in[at] == '+' || in[at] == '-')) {
                at++;
            }
            int exponentAt = at;
            digits();
            while (exponentAt < at - 1 && in[exponentAt] == '0') {
                exponentAt++;
            }
            if (at - exponentAt > MAX_EXPONENT_DIGITS) {
                throw new JsonRefused("a number that is too large", first);
            }
        }
        if (at - first > MAX_NUMBER_LENGTH) {
            throw new JsonRefused("a number that is too long", first);
        }
    }

    /** Reads the string at {@code at}; leaves the range between its quotes in start and end. */
    private void string() throws JsonRefused {
        start = at + 1;
        at = strings.read(at);
        end = at - 1;
    }
}
