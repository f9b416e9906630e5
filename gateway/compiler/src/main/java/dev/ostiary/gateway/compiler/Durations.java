package dev.ostiary.gateway.compiler;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations as the resources write them: GEP-2257 ({@code 1h30m}), and days. */
public final class Durations {

    private static final Pattern WHOLE = Pattern.compile("(?:[0-9]{1,5}(?:d|h|m|s|ms)){1,4}");
    private static final Pattern PART = Pattern.compile("([0-9]+)(ms|d|h|m|s)");

    private Durations() {}

    /** The duration, or null when the text is none. */
    public static @Nullable Duration parse(String text) {
        if (!WHOLE.matcher(text).matches()) {
            return null;
        }
        Duration sum = Duration.ZERO;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            long amount = Long.parseLong(part.group(1));
            sum = sum.plus(
                    switch (part.group(2)) {
                        case "d" -> Duration.ofDays(amount);
                        case "h" -> Duration.ofHours(amount);
                        case "m" -> Duration.ofMinutes(amount);
                        case "s" -> Duration.ofSeconds(amount);
                        default -> Duration.ofMillis(amount);
                    });
        }
        return sum;
    }

    /**
     * The duration, when it is within the bounds; else the meaning of an absent field, and an error.
     *
     * @param least as in resources, inclusive
     * @param most likewise
     */
    static Duration within(
            Diagnosis diagnosis, String field, String text, String least, String most, Duration fallback) {
        Duration value = parse(text);
        if (value == null) {
            diagnosis.error(field, Reasons.INVALID, "is not a duration; write it as 30s, 15m, 1h30m or 7d.");
            return fallback;
        }
        Duration from = parse(least);
        Duration to = parse(most);
        if ((from != null && value.compareTo(from) < 0) || (to != null && value.compareTo(to) > 0)) {
            diagnosis.error(field, Reasons.INVALID, "must be from " + least + " to " + most + ".");
            return fallback;
        }
        return value;
    }
}
