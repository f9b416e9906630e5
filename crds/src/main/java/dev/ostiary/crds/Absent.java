package dev.ostiary.crds;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an absent field means, so that an object that never met the schema's defaults reads like one that did. */
final class Absent {

    private Absent() {}

    static <T> T or(@Nullable T value, T meaning) {
        return value != null ? value : meaning;
    }

    static <T> List<T> list(@Nullable List<T> value) {
        return value != null ? List.copyOf(value) : List.of();
    }

    /** Keeps the order of the entries. */
    static <V> Map<String, V> map(@Nullable Map<String, V> value) {
        return value != null ? Collections.unmodifiableMap(new LinkedHashMap<>(value)) : Map.of();
    }
}
