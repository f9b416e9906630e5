package dev.ostiary.gateway.compiler.files;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * The documents of one YAML or JSON text, with marks. Bounded before anything is built: nesting, events and aliases are
 * counted in a first pass that keeps nothing.
 *
 * @param nodes the documents up to the first mistake
 * @param mistake why the rest could not be read; null when there is no rest
 */
record YamlDocuments(List<Node> nodes, @Nullable Mistake mistake) {

    static final int MAX_DEPTH = 64;
    static final int MAX_EVENTS = 500_000;
    static final int MAX_ALIASES = 100;

    /** What is wrong with the text; never quotes it, since it may be a secret's. */
    record Mistake(int line, int column, String message) {}

    static YamlDocuments of(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setSchema(new CoreSchema())
                .setAllowDuplicateKeys(true) // found later, with the places of both
                .setAllowNonScalarKeys(true) // likewise
                .setCodePointLimit(Integer.MAX_VALUE) // the file's size is bounded already
                .setMaxAliasesForCollections(MAX_ALIASES)
                .build();
        List<Node> nodes = new ArrayList<>();
        try {
            Mistake tooMuch = count(settings, text);
            if (tooMuch != null) {
                return new YamlDocuments(nodes, tooMuch);
            }
        } catch (YamlEngineException e) {
            // The second pass meets it again, after the documents before it.
        }
        try {
            for (Node node : new Compose(settings).composeAllFromString(text)) {
                nodes.add(node);
            }
            return new YamlDocuments(nodes, null);
        } catch (MarkedYamlEngineException e) {
            Mark mark = e.getProblemMark().or(e::getContextMark).orElse(null);
            return new YamlDocuments(
                    nodes,
                    new Mistake(
                            mark == null ? 0 : mark.getLine() + 1,
                            mark == null ? 0 : mark.getColumn() + 1,
                            "is not valid YAML: " + harmless(e.getProblem())));
        } catch (YamlEngineException e) {
            // Its message may quote anything.
            return new YamlDocuments(nodes, new Mistake(0, 0, "is not valid YAML."));
        }
    }

    private static @Nullable Mistake count(LoadSettings settings, String text) {
        int depth = 0;
        int events = 0;
        int aliases = 0;
        for (Event event : new Parse(settings).parseString(text)) {
            depth += switch (event.getEventId()) {
                case SequenceStart, MappingStart -> 1;
                case SequenceEnd, MappingEnd -> -1;
                default -> 0;
            };
            aliases += event.getEventId() == Event.ID.Alias ? 1 : 0;
            events++;
            String what = depth > MAX_DEPTH
                    ? "is nested more than " + MAX_DEPTH + " deep."
                    : aliases > MAX_ALIASES
                            ? "has more than " + MAX_ALIASES + " aliases."
                            : events > MAX_EVENTS ? "has too many values; split the file." : null;
            if (what != null) {
                Mark mark = event.getStartMark().orElse(null);
                return new Mistake(
                        mark == null ? 0 : mark.getLine() + 1, mark == null ? 0 : mark.getColumn() + 1, what);
            }
        }
        return null;
    }

    /** Those problems of the parser that quote no more than one character of the text. */
    private static String harmless(@Nullable String problem) {
        if (problem == null) {
            return "it breaks off.";
        }
        if (problem.contains("alias") || problem.contains("anchor")) {
            return "an alias whose anchor is not there; put a value that begins with * or & into quotes.";
        }
        if (problem.contains("tag")) {
            return "an unknown tag; put a value that begins with ! into quotes.";
        }
        return problem + ".";
    }
}
