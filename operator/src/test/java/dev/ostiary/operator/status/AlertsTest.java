package dev.ostiary.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.crds.Condition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Alerts are about metrics, labels, conditions and reasons that exist. */
class AlertsTest {

    private static final Path RULES = Path.of("../charts/ostiary/files/alerts/ostiary.yaml");
    private static final MetricNames METRICS = MetricNames.read();
    private static final Pattern BY = Pattern.compile("\\bby \\(([a-z, ]+)\\)");
    private static final Pattern MATCHER = Pattern.compile("([a-z]+)(!?=)\"([A-Za-z]+)\"");
    private static final Pattern TEMPLATE = Pattern.compile("\\$labels\\.([a-z]+)");

    @Test
    void everyExpressionNamesMetricsAndLabelsThatExist() throws IOException {
        assertThat(rules()).hasSizeGreaterThanOrEqualTo(10).allSatisfy(rule -> {
            String expression = rule.get("expr").asText();
            assertThat(MetricNames.in(expression)).as(expression).isNotEmpty();
            assertThat(METRICS.names()).as(expression).containsAll(MetricNames.in(expression));
            Matcher by = BY.matcher(expression);
            while (by.find()) {
                assertThat(METRICS.labels()).as(expression).contains(by.group(1).split(", "));
            }
            Matcher matcher = MATCHER.matcher(expression);
            while (matcher.find()) {
                assertThat(METRICS.labels()).as(expression).contains(matcher.group(1));
            }
        });
    }

    @Test
    void everyConditionStatusAndReasonInThemExists() throws Exception {
        Set<String> reasons = new TreeSet<>();
        for (Class<?> type : List.of(Reasons.class, Refusal.class)) {
            for (Field field : type.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) && field.getType() == String.class) {
                    field.setAccessible(true);
                    reasons.add((String) field.get(null));
                }
            }
        }
        List<String> statuses = Arrays.stream(Condition.Status.values())
                .map(status -> status.name().toLowerCase(Locale.ROOT))
                .toList();
        for (JsonNode rule : rules()) {
            Matcher matcher = MATCHER.matcher(rule.get("expr").asText());
            while (matcher.find()) {
                String value = matcher.group(3);
                switch (matcher.group(1)) {
                    case "type" -> assertThat(ConditionTypes.OURS).contains(value);
                    case "status" -> assertThat(statuses).contains(value);
                    case "reason" -> assertThat(reasons).contains(value);
                    case "kind" -> assertThat(value).isIn("McpGateway", "McpWorkload", "McpPolicy");
                    default -> throw new AssertionError(matcher.group());
                }
            }
        }
    }

    @Test
    void everyAlertSaysWhatIsTheCaseAndWhatItMeans() throws IOException {
        Set<String> names = new TreeSet<>();
        for (JsonNode rule : rules()) {
            String name = rule.get("alert").asText();
            assertThat(names.add(name)).as(name).isTrue();
            assertThat(name).matches("Ostiary[A-Za-z]+");
            assertThat(rule.get("labels").get("severity").asText()).isIn("warning", "critical");
            for (String text : List.of("summary", "description")) {
                assertThat(rule.get("annotations").get(text).asText()).as(name).endsWith(".");
            }
            // A template names no label that the expression does not keep.
            Matcher template = TEMPLATE.matcher(rule.get("annotations").toString());
            while (template.find()) {
                assertThat(rule.get("expr").asText()).as(name).containsPattern("by \\([a-z, ]*\\b" + template.group(1));
            }
        }
    }

    private static List<JsonNode> rules() throws IOException {
        JsonNode groups = new ObjectMapper().valueToTree(Serialization.unmarshal(Files.readString(RULES), List.class));
        List<JsonNode> rules = new ArrayList<>();
        groups.forEach(group -> group.get("rules").forEach(rules::add));
        return rules;
    }
}
