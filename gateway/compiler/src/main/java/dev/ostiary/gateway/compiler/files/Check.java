package dev.ostiary.gateway.compiler.files;

import dev.ostiary.gateway.compiler.Compiler;
import dev.ostiary.gateway.compiler.Finding;
import dev.ostiary.gateway.compiler.Finding.Severity;
import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.compiler.ResourceRef;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ostiary check} says.
 *
 * @param lines one per finding, {@code file:line:column: severity reason: message (Kind namespace/name field)}, in the
 *     order of the places
 * @param result the exit code: 0 clean, 1 at least one error (with {@code strict}: one finding of any severity), 2 at least
 *     one file or document that could not be read, so that something may be missing
 */
public record Check(List<String> lines, int result) {

    /** Everything is in order. */
    public static final int CLEAN = 0;

    /** Something is wrong with the resources. */
    public static final int FINDINGS = 1;

    /** Something could not be read. */
    public static final int UNREADABLE = 2;

    private static final Comparator<Line> ORDER = Comparator.<Line, String>comparing(
                    line -> line.place().file())
            .thenComparingInt(line -> line.place().line())
            .thenComparingInt(line -> line.place().column())
            .thenComparing(Line::text);

    public Check {
        lines = List.copyOf(lines);
    }

    private record Line(Place place, String text) {}

    /**
     * Reads and compiles. Blocks on the file system.
     *
     * @param paths files and folders
     * @param host where the resources shall be used
     * @param strict whether a warning or lint also makes the result 1
     */
    public static Check of(List<Path> paths, Host host, boolean strict) {
        LoadedResources loaded = ResourceFiles.read(paths);
        return of(loaded, Compiler.compile(loaded.resources(), host).findings(), strict);
    }

    /** The same of what is read and compiled already. */
    public static Check of(LoadedResources loaded, List<Finding> findings, boolean strict) {
        List<Line> lines = new ArrayList<>();
        Map<ResourceRef, String> closedByRejection = new HashMap<>();
        boolean error = false;
        for (Finding finding : findings) {
            error |= finding.severity() == Severity.ERROR || strict;
            if (isConsequence(loaded, finding)) {
                closedByRejection.merge(
                        finding.resource(), closes(finding), (one, other) -> one.isEmpty() ? other : one);
                continue;
            }
            lines.add(line(
                    loaded.place(finding),
                    finding.severity(),
                    finding.reason(),
                    finding.message() + closes(finding),
                    finding.resource(),
                    finding.fieldPath()));
        }
        for (FileProblem problem : loaded.problems()) {
            error |= problem.severity() == Severity.ERROR || strict;
            String closes = problem.resource() == null ? "" : closedByRejection.getOrDefault(problem.resource(), "");
            lines.add(line(
                    problem.place(),
                    problem.severity(),
                    problem.reason(),
                    problem.message() + closes,
                    problem.resource(),
                    problem.fieldPath()));
        }
        return new Check(
                lines.stream().sorted(ORDER).map(Line::text).toList(),
                loaded.complete() ? error ? FINDINGS : CLEAN : UNREADABLE);
    }

    /** Whether a finding only repeats, or follows from, what is said about the file already. */
    private static boolean isConsequence(LoadedResources loaded, Finding finding) {
        return finding.severity() == Severity.ERROR
                && finding.reason().equals("Invalid")
                && loaded.resources().rejected().containsKey(finding.resource());
    }

    private static String closes(Finding finding) {
        List<String> routes = finding.closes().stream()
                .map(closed -> "/" + closed.route())
                .distinct()
                .toList();
        return routes.isEmpty() ? "" : " Closes " + String.join(", ", routes) + ".";
    }

    private static Line line(
            Place place,
            Severity severity,
            String reason,
            String message,
            @Nullable ResourceRef resource,
            String field) {
        String about = resource == null ? field : field.isEmpty() ? resource.toString() : resource + " " + field;
        String text = place + ": " + severity.name().toLowerCase(Locale.ROOT) + " " + reason + ": " + printable(message)
                + (about.isEmpty() ? "" : " (" + printable(about) + ")");
        return new Line(place, text);
    }

    /** One line without control characters, whatever a file said. */
    private static String printable(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            int type = Character.getType(c);
            boolean strange = type == Character.CONTROL
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR
                    || type == Character.SURROGATE;
            line.appendCodePoint(strange ? ' ' : c);
        });
        return line.toString();
    }
}
