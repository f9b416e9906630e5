package dev.ostiary.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The dashboard shows metrics that exist, under the names that Prometheus sees. Their names and kinds are read where they
 * are registered, as the operator's tests may not use the gateway's classes.
 */
class DashboardTest {

    private static final Path DASHBOARD = Path.of("../charts/ostiary/files/dashboards/ostiary.json");

    private static final List<Path> SOURCES = List.of(
            Path.of("../gateway/server/src/main/java"),
            Path.of("../gateway/kubernetes/src/main/java"),
            Path.of("src/main/java/dev/ostiary/operator"));

    /** A registration: what kind of meter, and its name. */
    private static final Pattern METER = Pattern.compile(
            "\\b(gauge|counter|count|timer|Gauge\\.builder|Counter\\.builder|FunctionCounter\\.builder|Timer\\.builder)"
                    + "\\(\\s*\"(ostiary(?:\\.[a-z]+)+)\"");

    private static final Pattern USED = Pattern.compile("\\b(ostiary_[a-z_]+)\\b");
    private static final Pattern BY = Pattern.compile("\\bby \\(([a-z, ]+)\\)");
    private static final Pattern LITERAL = Pattern.compile("\"([a-z]+)\"");

    /** Labels that Prometheus gives. */
    private static final Set<String> SCRAPED = Set.of("namespace", "pod", "job", "instance", "le");

    /** Prometheus' names. */
    private static final Set<String> NAMES = new TreeSet<>();

    private static final Set<String> LABELS = new TreeSet<>(SCRAPED);
    private static final Map<String, String> KINDS = new TreeMap<>();
    private static JsonNode dashboard = new JsonMapper().createObjectNode();

    @BeforeAll
    static void read() throws IOException {
        dashboard = new JsonMapper().readTree(Files.readString(DASHBOARD));
        for (Path source : SOURCES) {
            try (Stream<Path> files = Files.walk(source)) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    String text = Files.readString(file);
                    Matcher meter = METER.matcher(text);
                    while (meter.find()) {
                        KINDS.put(meter.group(2), meter.group(1));
                        name(meter.group(2), meter.group(1).toLowerCase(Locale.ROOT), text);
                        Matcher literal = LITERAL.matcher(text);
                        while (literal.find()) {
                            LABELS.add(literal.group(1));
                        }
                    }
                }
            }
        }
    }

    /** As Micrometer names meters for Prometheus. */
    private static void name(String meter, String kind, String text) {
        String name = meter.replace('.', '_');
        if (kind.contains("timer")) {
            for (String part : List.of("count", "sum", "max")) {
                NAMES.add(name + "_seconds_" + part);
            }
            if (text.contains("publishPercentileHistogram")) {
                NAMES.add(name + "_seconds_bucket");
            }
        } else if (kind.contains("count")) {
            NAMES.add(name + "_total");
        } else {
            // A gauge's unit comes behind its name.
            Matcher unit = Pattern.compile(Pattern.quote(meter) + "\"[^;]*?baseUnit\\(\"([a-z]+)\"\\)")
                    .matcher(text);
            NAMES.add(unit.find() ? name + "_" + unit.group(1) : name);
        }
    }

    @Test
    void everyMetricExists() {
        assertThat(NAMES).hasSizeGreaterThan(40);
        Set<String> used = new TreeSet<>();
        for (String expression : texts("expr", "query", "definition")) {
            Matcher metric = USED.matcher(expression);
            while (metric.find()) {
                used.add(metric.group(1));
            }
        }

        assertThat(used).hasSizeGreaterThan(30);
        assertThat(NAMES).containsAll(used);
    }

    @Test
    void everyMeterIsShown() {
        String all = String.join("\n", texts("expr"));

        assertThat(KINDS.keySet())
                .filteredOn(meter -> !all.contains(meter.replace('.', '_')))
                .as("meters that no panel shows, and that is meant")
                .containsExactlyInAnyOrder(
                        "ostiary.responses.incomplete",
                        "ostiary.entra.groups",
                        "ostiary.upstream.closed",
                        "ostiary.upstream.reused");
    }

    @Test
    void everyLabelExists() {
        for (String expression : texts("expr")) {
            Matcher by = BY.matcher(expression);
            while (by.find()) {
                assertThat(LABELS).as(expression).contains(by.group(1).split(", "));
            }
        }
    }

    @Test
    void everyPanelHasATitleASentenceAndItsOwnPlace() {
        Set<Integer> ids = new TreeSet<>();
        Set<String> places = new TreeSet<>();
        for (JsonNode panel : dashboard.get("panels")) {
            assertThat(ids.add(panel.get("id").asInt())).isTrue();
            assertThat(places.add(panel.get("gridPos").get("x") + ","
                            + panel.get("gridPos").get("y")))
                    .as(panel.get("title").asText())
                    .isTrue();
            assertThat(panel.get("title").asText()).isNotBlank();
            if (!panel.get("type").asText().equals("row")) {
                assertThat(panel.get("description").asText()).endsWith(".");
                assertThat(panel.get("datasource").get("uid").asText()).isEqualTo("${datasource}");
                assertThat(panel.get("targets")).isNotEmpty();
            }
        }
        assertThat(ids).hasSizeGreaterThan(20);
    }

    private static List<String> texts(String... fields) {
        List<String> texts = new ArrayList<>();
        for (String field : fields) {
            dashboard.findValues(field).forEach(value -> {
                if (value.isTextual()) {
                    texts.add(value.asText());
                }
            });
        }
        return texts;
    }
}
