package dev.ostiary.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The dashboard shows metrics that exist, under the names that Prometheus sees. */
class DashboardTest {

    private static final Path DASHBOARD = Path.of("../charts/ostiary/files/dashboards/ostiary.json");

    private static final Pattern BY = Pattern.compile("\\bby \\(([a-z, ]+)\\)");
    private static final MetricNames METRICS = MetricNames.read();
    private static JsonNode dashboard = new JsonMapper().createObjectNode();

    @BeforeAll
    static void read() throws IOException {
        dashboard = new JsonMapper().readTree(Files.readString(DASHBOARD));
    }

    @Test
    void everyMetricExists() {
        assertThat(METRICS.names()).hasSizeGreaterThan(40);
        Set<String> used = new TreeSet<>();
        for (String expression : texts("expr", "query", "definition")) {
            used.addAll(MetricNames.in(expression));
        }

        assertThat(used).hasSizeGreaterThan(30);
        assertThat(METRICS.names()).containsAll(used);
    }

    @Test
    void everyMeterIsShown() {
        String all = String.join("\n", texts("expr"));

        assertThat(METRICS.meters())
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
                assertThat(METRICS.labels()).as(expression).contains(by.group(1).split(", "));
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
