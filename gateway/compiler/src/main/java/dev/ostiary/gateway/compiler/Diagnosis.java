package dev.ostiary.gateway.compiler;

import dev.ostiary.gateway.compiler.Finding.CedarPlace;
import dev.ostiary.gateway.compiler.Finding.ClosedRoute;
import dev.ostiary.gateway.compiler.Finding.Severity;
import dev.ostiary.gateway.config.Closure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found about one resource so far. Its first error is the one that callers of a closed route are told.
 *
 * <p>Messages name resources and fields, never values, since callers see them; a detail may quote, and stays in the
 * finding.
 */
final class Diagnosis {

    private final ResourceRef resource;
    private final List<Found> found = new ArrayList<>();
    private @Nullable Closure closure;

    private record Found(Finding finding, boolean closing) {}

    Diagnosis(ResourceRef resource) {
        this.resource = resource;
    }

    /** One that goes on from another, which stays as it is. */
    Diagnosis(Diagnosis other) {
        this.resource = other.resource;
        this.found.addAll(other.found);
        this.closure = other.closure;
    }

    ResourceRef resource() {
        return resource;
    }

    void error(String field, String reason, String message) {
        error(field, reason, message, "", null);
    }

    void error(String field, String reason, String message, String detail) {
        error(field, reason, message, detail, null);
    }

    void error(String field, String reason, String message, String detail, @Nullable CedarPlace cedar) {
        if (closure == null) {
            closure = new Closure(reason, resource + (field.isEmpty() ? "" : ", " + field) + ": " + message);
        }
        add(Severity.ERROR, field, reason, detail.isEmpty() ? message : message + " " + detail, cedar, true);
    }

    /** An error because of which a part of the resource has no effect, and nothing is closed. */
    void noEffect(String field, String reason, String message) {
        add(Severity.ERROR, field, reason, message, null, false);
    }

    void warning(String field, String reason, String message) {
        add(Severity.WARNING, field, reason, message, null, false);
    }

    void lint(String field, String reason, String message, @Nullable CedarPlace cedar) {
        add(Severity.LINT, field, reason, message, cedar, false);
    }

    /** Why what the resource stands for cannot be served; null while nothing is wrong. */
    @Nullable
    Closure closure() {
        return closure;
    }

    boolean sound() {
        return closure == null;
    }

    /** Everything found; the errors that close something name the routes. */
    List<Finding> findings(List<ClosedRoute> closes) {
        return found.stream()
                .map(f -> f.closing() && !closes.isEmpty() ? closing(f.finding(), closes) : f.finding())
                .toList();
    }

    private static Finding closing(Finding finding, List<ClosedRoute> closes) {
        return new Finding(
                finding.resource(),
                finding.fieldPath(),
                finding.reason(),
                finding.severity(),
                finding.message(),
                finding.cedar(),
                closes);
    }

    private void add(
            Severity severity,
            String field,
            String reason,
            String message,
            @Nullable CedarPlace cedar,
            boolean closing) {
        found.add(new Found(new Finding(resource, field, reason, severity, message, cedar, List.of()), closing));
    }
}
