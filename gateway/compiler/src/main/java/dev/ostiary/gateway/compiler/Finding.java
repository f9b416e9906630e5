package dev.ostiary.gateway.compiler;

import dev.ostiary.gateway.config.ResourceName;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something about a resource that its author should know. Findings name resources and fields, and never contain a secret
 * value; they may quote names, URLs and Cedar text.
 *
 * @param resource the resource that has to be changed
 * @param fieldPath the field, as in {@code spec.targetRefs[0].name}; empty for the resource as a whole
 * @param reason CamelCase, stable, as in the condition that says the same in the resource's status
 * @param severity how bad it is
 * @param message what is wrong and what to do
 * @param cedar where in the text of {@code spec.cedar}; null when it is not about the text
 * @param closes the routes that answer 503 because of this, sorted; empty when none does
 */
public record Finding(
        ResourceRef resource,
        String fieldPath,
        String reason,
        Severity severity,
        String message,
        @Nullable CedarPlace cedar,
        List<ClosedRoute> closes)
        implements Comparable<Finding> {

    private static final Comparator<Finding> ORDER = Comparator.comparing(Finding::resource)
            .thenComparing(Finding::fieldPath)
            .thenComparingInt(Finding::line)
            .thenComparingInt(Finding::column)
            .thenComparing(Finding::reason)
            .thenComparing(Finding::message);

    public Finding {
        closes = closes.stream().distinct().sorted().toList();
    }

    /** How bad a finding is; worst first. */
    public enum Severity {
        /** Something does not work: a route is closed, or a resource has no effect. */
        ERROR,
        /** Everything works, and something that was asked for is not done. */
        WARNING,
        /** Everything is done as asked, and it probably does not mean what it seems to say. */
        LINT
    }

    /**
     * A place in a Cedar text.
     *
     * @param line from 1
     * @param column from 1, in Unicode code points
     */
    public record CedarPlace(int line, int column) {}

    /** A route of a gateway. */
    public record ClosedRoute(ResourceName gateway, String route) implements Comparable<ClosedRoute> {
        @Override
        public int compareTo(ClosedRoute other) {
            int byGateway = gateway.compareTo(other.gateway);
            return byGateway != 0 ? byGateway : route.compareTo(other.route);
        }
    }

    private int line() {
        return cedar == null ? 0 : cedar.line();
    }

    private int column() {
        return cedar == null ? 0 : cedar.column();
    }

    @Override
    public int compareTo(Finding other) {
        return ORDER.compare(this, other);
    }
}
