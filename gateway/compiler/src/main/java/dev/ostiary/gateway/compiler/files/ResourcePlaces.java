package dev.ostiary.gateway.compiler.files;

import dev.ostiary.gateway.compiler.Finding.CedarPlace;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Where the fields of one resource are. */
final class ResourcePlaces {

    private final Map<String, Place> places;
    private final Map<String, ScalarNode> texts;
    private final String[] lines;

    /**
     * Places of a resource.
     *
     * @param places field path → place; the path "" is there
     * @param texts field path → node of a text
     * @param lines of the file
     */
    ResourcePlaces(Map<String, Place> places, Map<String, ScalarNode> texts, String[] lines) {
        this.places = places;
        this.texts = texts;
        this.lines = lines;
    }

    Place start() {
        Place start = places.get("");
        if (start == null) {
            throw new IllegalStateException("a resource without a place");
        }
        return start;
    }

    /** The field's place, or that of the nearest field around it. */
    Place of(String path, @Nullable CedarPlace inText) {
        Place field = around(path);
        ScalarNode text = texts.get(path);
        return inText == null || text == null ? field : inside(field, text, inText);
    }

    private Place around(String path) {
        String here = path;
        while (!here.isEmpty()) {
            Place place = places.get(here);
            if (place != null) {
                return place;
            }
            here = here.substring(0, Math.max(0, Math.max(here.lastIndexOf('.'), here.lastIndexOf('['))));
        }
        return start();
    }

    /** A place in a text that is written as it is: a block with |, or on one line. Elsewhere, where the text begins. */
    private Place inside(Place field, ScalarNode text, CedarPlace place) {
        if (text.getScalarStyle() == ScalarStyle.LITERAL) {
            int line = field.line() + place.line();
            String[] content = text.getValue().split("\n", -1);
            if (line > lines.length || place.line() > content.length) {
                return field;
            }
            String whole = lines[line - 1];
            String written = content[place.line() - 1];
            int indent = whole.endsWith(written) ? whole.length() - written.length() : 0;
            return new Place(field.file(), line, indent + place.column());
        }
        boolean oneLine = text.getStartMark()
                .flatMap(start -> text.getEndMark().map(end -> start.getLine() == end.getLine()))
                .orElse(false);
        if (oneLine && place.line() == 1) {
            int quote = text.getScalarStyle() == ScalarStyle.PLAIN ? 0 : 1;
            return new Place(field.file(), field.line(), field.column() + quote + place.column() - 1);
        }
        return field;
    }
}
