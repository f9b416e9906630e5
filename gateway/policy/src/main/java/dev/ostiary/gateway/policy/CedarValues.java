package dev.ostiary.gateway.policy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.gateway.config.RoutePolicies.Numbers;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Set;

/**
 * Writes JSON values as values of Cedar's JSON format. What Cedar cannot represent is left out and reported, never an
 * exception: numbers out of range, half surrogate pairs, anything below {@link #MAX_DEPTH}, and members named like
 * Cedar's own escapes ({@code __entity} and its kin, with which a caller could otherwise forge an entity). Null is
 * absence, not a loss. Bounded by {@link #MAX_VALUES} and {@link #MAX_CHARS} per instance. Not thread-safe.
 */
final class CedarValues {

    /** Objects and arrays below this depth are left out (ToolHive's limit for claims). */
    static final int MAX_DEPTH = 10;

    /** Values that one request may hold. */
    static final int MAX_VALUES = 20_000;

    /** UTF-16 units of text that one request may hold. */
    static final int MAX_CHARS = 512 * 1024;

    private static final Set<String> ESCAPES = Set.of("__entity", "__extn", "__expr");
    private static final BigDecimal TEN_THOUSAND = BigDecimal.valueOf(10_000);
    private static final BigDecimal MIN = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);

    private final Numbers numbers;
    private int values;
    private int chars;
    private boolean lost;

    CedarValues(Numbers numbers) {
        this.numbers = numbers;
    }

    /**
     * Appends one value.
     *
     * @return false when nothing was appended, since the value is null or cannot be represented
     */
    boolean append(StringBuilder out, JsonNode value) {
        return append(out, value, 0);
    }

    /** Whether something was left out since the last call of this method. */
    boolean takeLost() {
        boolean was = lost;
        lost = false;
        return was;
    }

    private boolean append(StringBuilder out, JsonNode value, int depth) {
        if (value.isNull() || value.isMissingNode()) {
            return false;
        }
        if (depth > MAX_DEPTH || ++values > MAX_VALUES) {
            return lose();
        }
        return switch (value.getNodeType()) {
            case STRING -> text(out, value.textValue());
            case BOOLEAN -> {
                out.append(value.booleanValue());
                yield true;
            }
            case NUMBER -> number(out, value);
            case ARRAY -> array(out, value, depth);
            case OBJECT -> object(out, value, depth);
            default -> lose();
        };
    }

    private boolean lose() {
        lost = true;
        return false;
    }

    private boolean text(StringBuilder out, String s) {
        chars += s.length();
        if (chars > MAX_CHARS || !isUnicode(s)) {
            return lose();
        }
        quote(out, s);
        return true;
    }

    private boolean number(StringBuilder out, JsonNode value) {
        if (numbers == Numbers.NATIVE && value.isIntegralNumber()) {
            if (!value.canConvertToLong()) {
                return lose();
            }
            out.append(value.longValue());
            return true;
        }
        long tenThousandths;
        if (numbers == Numbers.DECIMAL) {
            // ToolHive: a float64, times 10^4, cut off (cedar-go's NewDecimalFromFloat).
            double scaled = value.doubleValue() * 10_000d;
            if (!(scaled >= Long.MIN_VALUE && scaled < 0x1p63)) {
                return lose();
            }
            tenThousandths = (long) scaled;
        } else {
            if (value.isFloatingPointNumber() && !value.isBigDecimal() && !Double.isFinite(value.doubleValue())) {
                return lose();
            }
            BigDecimal exact = value.decimalValue();
            // Comparing magnitudes first keeps 1e999999999 from becoming a billion digits.
            if (exact.precision() - exact.scale() > 19) {
                return lose();
            }
            BigDecimal scaled = exact.scale() > 400
                    ? BigDecimal.ZERO
                    : exact.multiply(TEN_THOUSAND).setScale(0, RoundingMode.DOWN);
            if (scaled.compareTo(MIN) < 0 || scaled.compareTo(MAX) > 0) {
                return lose();
            }
            tenThousandths = scaled.longValue();
        }
        out.append("{\"__extn\":{\"fn\":\"decimal\",\"arg\":\"")
                .append(BigDecimal.valueOf(tenThousandths, 4).toPlainString())
                .append("\"}}");
        return true;
    }

    private boolean array(StringBuilder out, JsonNode value, int depth) {
        out.append('[');
        boolean first = true;
        for (JsonNode element : value) {
            int before = out.length();
            if (!first) {
                out.append(',');
            }
            if (append(out, element, depth + 1)) {
                first = false;
            } else {
                out.setLength(before);
            }
        }
        out.append(']');
        return true;
    }

    private boolean object(StringBuilder out, JsonNode value, int depth) {
        out.append('{');
        boolean first = true;
        for (var member : value.properties()) {
            int before = out.length();
            String name = member.getKey();
            chars += name.length();
            if (ESCAPES.contains(name) || !isUnicode(name) || chars > MAX_CHARS) {
                lost = true;
                continue;
            }
            if (!first) {
                out.append(',');
            }
            quote(out, name);
            out.append(':');
            if (append(out, member.getValue(), depth + 1)) {
                first = false;
            } else {
                out.setLength(before);
            }
        }
        out.append('}');
        return true;
    }

    /** Whether a string is Unicode text: no half surrogate pair, which the native side would refuse or replace. */
    static boolean isUnicode(String s) {
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c) || i + 1 == s.length() || !Character.isLowSurrogate(s.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** Appends a JSON string. */
    static void quote(StringBuilder out, String s) {
        out.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
