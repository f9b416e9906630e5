package dev.ostiary.entra.emulator.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Query or form parameters. The first value of a name counts; names that come twice are remembered. Immutable. */
public final class Params {

    /** More parameters than this make a request malformed. */
    private static final int MAX = 200;

    private final Map<String, String> values;
    private final Set<String> repeated;
    private final boolean malformed;

    private Params(Map<String, String> values, Set<String> repeated, boolean malformed) {
        this.values = values;
        this.repeated = repeated;
        this.malformed = malformed;
    }

    /** Reads {@code a=b&c=d}; null is empty. */
    public static Params parse(@Nullable String text) {
        Map<String, String> values = new LinkedHashMap<>();
        Set<String> repeated = new LinkedHashSet<>();
        boolean malformed = false;
        if (text != null && !text.isEmpty()) {
            String[] pairs = text.split("&", MAX + 1);
            if (pairs.length > MAX) {
                return new Params(Map.of(), Set.of(), true);
            }
            for (String pair : pairs) {
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                String value = decode(equals < 0 ? "" : pair.substring(equals + 1));
                if (name == null || value == null) {
                    malformed = true;
                } else if (!name.isEmpty() && values.putIfAbsent(name, value) != null) {
                    repeated.add(name);
                }
            }
        }
        return new Params(values, repeated, malformed);
    }

    private static @Nullable String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The value; null when it is absent or empty, which RFC 6749 §3.1 makes the same. */
    public @Nullable String get(String name) {
        String value = values.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /** The value, or {@code otherwise}. */
    public String get(String name, String otherwise) {
        String value = get(name);
        return value == null ? otherwise : value;
    }

    /** Whether the name is there, be it without a value. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** Whether a name came twice, an escape was broken, or there were too many. */
    public boolean malformed() {
        return malformed || !repeated.isEmpty();
    }

    /** All names and values. */
    public Map<String, String> all() {
        return values;
    }
}
