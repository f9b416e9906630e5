package dev.ostiary.entra.emulator.oauth;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Values by key, at most so many: the oldest makes room. Safe for any thread. */
final class BoundedStore<V> {

    private final int capacity;
    private final Map<String, V> values = new LinkedHashMap<>();

    BoundedStore(int capacity) {
        this.capacity = capacity;
    }

    synchronized void put(String key, V value) {
        values.remove(key);
        values.put(key, value);
        if (values.size() > capacity) {
            values.remove(values.keySet().iterator().next());
        }
    }

    synchronized Optional<V> get(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** Puts {@code next} in place of exactly {@code expected}; false when somebody else was faster. */
    synchronized boolean replace(String key, V expected, V next) {
        return values.replace(key, expected, next);
    }

    /** Puts {@code next} in place of {@code expected} under whatever key; nothing when it is gone. */
    synchronized void replaceFirst(V expected, V next) {
        for (Map.Entry<String, V> entry : values.entrySet()) {
            if (entry.getValue().equals(expected)) {
                entry.setValue(next);
                return;
            }
        }
    }

    synchronized Optional<V> first(Predicate<V> condition) {
        return values.values().stream().filter(condition).findFirst();
    }

    synchronized void remove(String key) {
        values.remove(key);
    }

    synchronized int size() {
        return values.size();
    }
}
