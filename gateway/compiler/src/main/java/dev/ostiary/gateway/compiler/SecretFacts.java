package dev.ostiary.gateway.compiler;

import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * What the compiler knows about a Secret: which keys there are, and whether their values could be a header's. Never a
 * value.
 *
 * @param keys the keys in its data
 * @param notHeaderValues the keys whose values no HTTP header can have (RFC 9110 section 5.5): empty, or with control or
 *     non-ASCII characters, such as the line break that editors leave at the end of a file
 */
public record SecretFacts(NavigableSet<String> keys, NavigableSet<String> notHeaderValues) {

    public SecretFacts {
        keys = new TreeSet<>(keys);
        notHeaderValues = new TreeSet<>(notHeaderValues);
    }

    /** Looks at the values and forgets them. */
    public static SecretFacts of(Map<String, String> values) {
        NavigableSet<String> unusable = new TreeSet<>();
        values.forEach((key, value) -> {
            if (value.isBlank() || !value.equals(value.strip()) || value.chars().anyMatch(c -> c < ' ' || c > '~')) {
                unusable.add(key);
            }
        });
        return new SecretFacts(new TreeSet<>(values.keySet()), unusable);
    }
}
