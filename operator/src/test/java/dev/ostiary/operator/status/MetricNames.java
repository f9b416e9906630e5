package dev.ostiary.operator.status;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The metrics of gateways and of the operator, under the names that Prometheus sees. Names, kinds and labels are read where
 * they are registered, as the operator's tests may not use the gateway's classes.
 */
final class MetricNames {

    private static final List<Path> SOURCES = List.of(
            Path.of("../gateway/server/src/main/java"),
            Path.of("../gateway/kubernetes/src/main/java"),
            Path.of("src/main/java/dev/ostiary/operator"));

    /** A registration: what kind of meter, and its name. */
    private static final Pattern METER =
            Pattern.compile("\\b(gauge|counter|count|timer|Gauge\\.builder|MultiGauge\\.builder|Counter\\.builder|"
                    + "FunctionCounter\\.builder|Timer\\.builder)\\(\\s*\"(ostiary(?:\\.[a-z]+)+)\"");

    private static final Pattern USED = Pattern.compile("\\b(ostiary_[a-z_]+)\\b");
    private static final Pattern LITERAL = Pattern.compile("\"([a-z]+)\"");

    /** Labels that Prometheus gives. */
    private static final Set<String> SCRAPED = Set.of("namespace", "pod", "job", "instance", "le");

    private final Set<String> names = new TreeSet<>();
    private final Set<String> labels = new TreeSet<>(SCRAPED);
    private final Map<String, String> kinds = new TreeMap<>();

    private MetricNames() {}

    static MetricNames read() {
        MetricNames metrics = new MetricNames();
        for (Path source : SOURCES) {
            try (Stream<Path> files = Files.walk(source)) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    metrics.add(Files.readString(file));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return metrics;
    }

    /** As Prometheus names them. */
    Set<String> names() {
        return names;
    }

    /** Every label that any of them may have. */
    Set<String> labels() {
        return labels;
    }

    /** The meters as they are registered. */
    Set<String> meters() {
        return kinds.keySet();
    }

    /** Those of ours that an expression uses. */
    static Set<String> in(String expression) {
        Set<String> used = new TreeSet<>();
        Matcher metric = USED.matcher(expression);
        while (metric.find()) {
            used.add(metric.group(1));
        }
        return used;
    }

    private void add(String text) {
        Matcher meter = METER.matcher(text);
        while (meter.find()) {
            kinds.put(meter.group(2), meter.group(1));
            name(meter.group(2), meter.group(1).toLowerCase(Locale.ROOT), text);
            Matcher literal = LITERAL.matcher(text);
            while (literal.find()) {
                labels.add(literal.group(1));
            }
        }
    }

    /** As Micrometer names meters for Prometheus. */
    private void name(String meter, String kind, String text) {
        String name = meter.replace('.', '_');
        if (kind.contains("timer")) {
            for (String part : List.of("count", "sum", "max")) {
                names.add(name + "_seconds_" + part);
            }
            if (text.contains("publishPercentileHistogram")) {
                names.add(name + "_seconds_bucket");
            }
        } else if (kind.contains("count")) {
            names.add(name + "_total");
        } else {
            // A gauge's unit comes behind its name.
            Matcher unit = Pattern.compile(Pattern.quote(meter) + "\"[^;]*?baseUnit\\(\"([a-z]+)\"\\)")
                    .matcher(text);
            names.add(unit.find() ? name + "_" + unit.group(1) : name);
        }
    }
}
