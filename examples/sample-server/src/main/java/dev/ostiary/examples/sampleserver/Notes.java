package dev.ostiary.examples.sampleserver;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A bounded set of short texts, sorted by id. Any thread may use it. */
final class Notes {

    /** Most notes kept at a time. */
    static final int MAX_NOTES = 100;

    /** Longest note, in characters. */
    static final int MAX_TEXT = 10_000;

    private static final Pattern ID = Pattern.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?");

    private final Map<String, String> texts = new TreeMap<>();

    /** A few notes to start with. */
    static Notes withExamples() {
        Notes notes = new Notes();
        notes.write("roadmap", "Q1: sign-in for every internal tool. Q2: retire the shared API keys.");
        notes.write(
                "standup",
                "Ana: gateway rollout to staging. Ben: rotate the signing keys. Carl: on leave until Monday.");
        notes.write("welcome", "Notes live in memory only. Restart the server and these three are back.");
        return notes;
    }

    synchronized List<String> ids() {
        return List.copyOf(texts.keySet());
    }

    /** The text of a note, or null when there is none with this id. */
    synchronized @Nullable String read(String id) {
        return texts.get(id);
    }

    /** The ids of notes that contain the words, whatever their case, in id or text. */
    synchronized List<String> search(String words) {
        String wanted = words.toLowerCase(Locale.ROOT);
        return texts.entrySet().stream()
                .filter(note -> note.getKey().contains(wanted)
                        || note.getValue().toLowerCase(Locale.ROOT).contains(wanted))
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * Creates or replaces a note.
     *
     * @throws IllegalArgumentException when a bound is exceeded; the message says which
     */
    synchronized void write(String id, String text) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "id must be 1 to 40 lower-case letters, digits and hyphens, and begin and end with a letter or digit");
        }
        if (text.length() > MAX_TEXT) {
            throw new IllegalArgumentException("text must be at most " + MAX_TEXT + " characters long");
        }
        if (!texts.containsKey(id) && texts.size() >= MAX_NOTES) {
            throw new IllegalArgumentException("there are already " + MAX_NOTES + " notes; delete one first");
        }
        texts.put(id, text);
    }

    /** Whether there was one to delete. */
    synchronized boolean delete(String id) {
        return texts.remove(id) != null;
    }
}
