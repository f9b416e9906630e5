package dev.ostiary.gateway.compiler;

import dev.ostiary.gateway.policy.CedarSource;
import dev.ostiary.gateway.policy.Parsed;
import java.util.HashMap;
import java.util.Map;

/**
 * Remembers how Cedar texts were read, from one compilation to the next: reading is by far the most expensive part of it, and
 * among many policies an edit changes one. What the last compilation did not need is forgotten, so no more is kept than one
 * compilation reads.
 *
 * <p>For one compilation at a time.
 */
public final class PolicyTexts {

    private Map<String, Parsed> before = Map.of();
    private Map<String, Parsed> now = new HashMap<>();

    /** The text, read now or before: a function of the text alone. */
    Parsed parse(String text) {
        Parsed known = now.get(text);
        if (known == null) {
            known = before.get(text);
            if (known == null) {
                known = CedarSource.parse(text);
            }
            now.put(text, known);
        }
        return known;
    }

    /** A compilation begins. */
    void begin() {
        before = now;
        now = new HashMap<>();
    }
}
