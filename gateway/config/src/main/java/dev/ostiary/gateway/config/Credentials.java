package dev.ostiary.gateway.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The secret values that a {@link Snapshot} names. Their text appears in no {@code toString}, exception or log.
 *
 * <p>Keys have the form {@code <namespace>/<secret name>/<key in the secret>}.
 */
public final class Credentials {

    public static final Credentials NONE = new Credentials(Map.of());

    private final Map<String, String> values;

    @JsonCreator
    public Credentials(Map<String, String> values) {
        this.values = Collections.unmodifiableMap(new TreeMap<>(values));
    }

    /** The value, or null when the key is not there. */
    public @Nullable String get(String key) {
        return values.get(key);
    }

    /** These and those; where both have a key, the value is from {@code more}. */
    public Credentials with(Map<String, String> more) {
        if (more.isEmpty()) {
            return this;
        }
        Map<String, String> joined = new TreeMap<>(values);
        joined.putAll(more);
        return new Credentials(joined);
    }

    @JsonValue
    Map<String, String> values() {
        return values;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Credentials that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /** The number of values, never a value. */
    @Override
    public String toString() {
        return "Credentials[" + values.size() + "]";
    }
}
