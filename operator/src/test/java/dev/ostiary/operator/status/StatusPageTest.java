package dev.ostiary.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page about conditions has every reason that a status can show, and no other. */
class StatusPageTest {

    private static final Path PAGE = Path.of("../docs/status.md");

    /** First column of a table. */
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([A-Za-z]+)` \\|");

    /** A reason given as a constant or a literal, to the operator's refusals or the compiler's findings. */
    private static final Pattern REFUSAL = Pattern.compile("new Refusal\\(\\s*([A-Za-z_.]+|\"[A-Za-z]+\"),");

    private static final Pattern FINDING = Pattern.compile(
            "(?:error|warning|lint|noEffect|Finding)\\(\\s*[^;]{0,120}?\"([A-Z][a-z]+(?:[A-Z][a-z]+)+)\"");

    @Test
    void everyReasonIsExplainedAndNoOther() throws IOException, ClassNotFoundException {
        Set<String> reasons = new TreeSet<>();
        reasons.addAll(constants(Reasons.class));
        reasons.addAll(constants(Refusal.class));
        reasons.addAll(constants(Class.forName("dev.ostiary.gateway.compiler.Reasons")));
        reasons.addAll(lints());
        reasons.addAll(findings());
        reasons.addAll(refusals());

        Set<String> explained = new TreeSet<>();
        Matcher row = ROW.matcher(Files.readString(PAGE));
        while (row.find()) {
            if (!ConditionTypes.OURS.contains(row.group(1)) || reasons.contains(row.group(1))) {
                explained.add(row.group(1));
            }
        }

        assertThat(explained).isEqualTo(reasons);
    }

    @Test
    void everyConditionIsExplained() throws IOException {
        String page = Files.readString(PAGE);

        for (String type : ConditionTypes.OURS) {
            assertThat(page).contains("| `" + type + "` |");
        }
    }

    @Test
    void everyReasonOfTheSituationsIsExplained() throws IOException {
        String page = Files.readString(PAGE);
        Set<String> seen = new TreeSet<>();
        for (Scenarios.Scenario scenario : Scenarios.all()) {
            World world = scenario.world();
            world.gateways
                    .values()
                    .forEach(gateway -> add(seen, gateway.getStatus().conditions()));
            world.workloads
                    .values()
                    .forEach(workload -> add(seen, workload.getStatus().conditions()));
            world.policies
                    .values()
                    .forEach(policy -> add(seen, policy.getStatus().conditions()));
        }

        assertThat(seen)
                .hasSizeGreaterThan(30)
                .allSatisfy(reason -> assertThat(page).contains("`" + reason + "`"));
    }

    private static void add(Set<String> seen, List<dev.ostiary.crds.Condition> conditions) {
        conditions.stream()
                .filter(condition -> ConditionTypes.OURS.contains(condition.type()))
                .forEach(condition -> seen.add(condition.reason()));
    }

    private static Set<String> constants(Class<?> type) {
        Set<String> values = new TreeSet<>();
        for (Field field : type.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == String.class) {
                field.setAccessible(true);
                try {
                    values.add((String) field.get(null));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return values;
    }

    private static Set<String> lints() throws ClassNotFoundException {
        Set<String> codes = new TreeSet<>();
        for (Object code : Class.forName("dev.ostiary.gateway.policy.Lint$Code").getEnumConstants()) {
            codes.add(code.toString());
        }
        return codes;
    }

    /** Reasons of warnings and lints, which the compiler says where it finds them. */
    private static Set<String> findings() throws IOException {
        return matches(Path.of("../gateway/compiler/src/main/java/dev/ostiary/gateway/compiler"), FINDING);
    }

    private static Set<String> refusals() throws IOException {
        Set<String> reasons = new TreeSet<>();
        for (String said : matches(Path.of("src/main/java/dev/ostiary/operator"), REFUSAL)) {
            String name = said.substring(said.lastIndexOf('.') + 1);
            reasons.add(said.startsWith("\"") ? said.substring(1, said.length() - 1) : value(name));
        }
        return reasons;
    }

    /** The value of a constant of this name, wherever it is. */
    private static String value(String constant) throws IOException {
        Set<String> values = matches(
                Path.of("src/main/java/dev/ostiary/operator"),
                Pattern.compile("String " + constant + " =\\s*\"([A-Za-z]+)\";"));
        assertThat(values).as(constant).hasSize(1);
        return values.iterator().next();
    }

    private static Set<String> matches(Path folder, Pattern pattern) throws IOException {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> !path.toString().contains("/files/"))
                    .toList()) {
                Matcher matcher = pattern.matcher(Files.readString(file));
                while (matcher.find()) {
                    found.add(matcher.group(1));
                }
            }
        }
        return found;
    }
}
