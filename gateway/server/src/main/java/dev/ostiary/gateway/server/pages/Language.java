package dev.ostiary.gateway.server.pages;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The languages in which pages are written. */
public enum Language {
    EN(Locale.ENGLISH),
    DE(Locale.GERMAN);

    /** What browsers send has a handful of entries; more than this is not read. */
    private static final int MAX_ENTRIES = 32;

    private static final int MAX_LENGTH = 1024;
    private static final Pattern QUALITY = Pattern.compile("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?");

    private final Locale locale;

    Language(Locale locale) {
        this.locale = locale;
    }

    /** The value of the {@code lang} attribute and of {@code Content-Language}. */
    public String tag() {
        return locale.getLanguage();
    }

    Locale locale() {
        return locale;
    }

    /**
     * The language that a browser likes best, by the basic ranges and weights of RFC 9110 §12.5.4; among equals the first
     * named. Ranges of other languages, malformed ones and those with weight 0 do not count; when none is left, and for
     * {@code *}, it is English. Any input is safe.
     *
     * @param acceptLanguage the value of {@code Accept-Language}; null when there was none
     */
    public static Language of(@Nullable String acceptLanguage) {
        Language best = EN;
        if (acceptLanguage == null || acceptLanguage.length() > MAX_LENGTH) {
            return best;
        }
        BigDecimal bestWeight = BigDecimal.ZERO;
        for (String entry : acceptLanguage.split(",", MAX_ENTRIES + 1)) {
            String[] parts = entry.split(";", -1);
            Language language = named(parts[0].strip());
            BigDecimal weight = weight(parts);
            if (language != null && weight.compareTo(bestWeight) > 0) {
                best = language;
                bestWeight = weight;
            }
        }
        return best;
    }

    private static @Nullable Language named(String range) {
        if (range.equals("*")) {
            return EN;
        }
        int dash = range.indexOf('-');
        String primary = dash < 0 ? range : range.substring(0, dash);
        for (Language language : values()) {
            if (primary.equalsIgnoreCase(language.tag())) {
                return language;
            }
        }
        return null;
    }

    private static BigDecimal weight(String[] parts) {
        if (parts.length == 1) {
            return BigDecimal.ONE;
        }
        String parameter = parts[1].strip();
        if (parts.length > 2 || !parameter.regionMatches(true, 0, "q=", 0, 2)) {
            return BigDecimal.ZERO;
        }
        String value = parameter.substring(2);
        return QUALITY.matcher(value).matches() ? new BigDecimal(value) : BigDecimal.ZERO;
    }
}
