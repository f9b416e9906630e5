package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of attacks names classes and tests that exist. */
class SecurityModelTest {

    private static final Path PAGE = Path.of("../../docs/security-model.md");
    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z0-9]+)(?:\\.([a-z][A-Za-z0-9]+))?`");

    private record Row(String attack, String stoppedBy, String tests) {}

    @Test
    void everyAttackHasATestThatExistsAndAClassThatStopsIt() throws IOException {
        Map<String, String> main = sources("main");
        Map<String, String> test = sources("test");
        List<Row> rows = rows();

        assertThat(rows).hasSizeGreaterThanOrEqualTo(80);
        for (Row row : rows) {
            Matcher by = NAME.matcher(row.stoppedBy());
            assertThat(by.find()).as(row.attack()).isTrue();
            assertThat(main).as(row.attack()).containsKey(by.group(1));
            List<String> named = new ArrayList<>();
            Matcher matcher = NAME.matcher(row.tests());
            while (matcher.find()) {
                named.add(matcher.group());
                assertThat(test).as(row.attack()).containsKey(matcher.group(1));
                assertThat(matcher.group(2)).as(row.attack()).isNotNull();
                assertThat(test.get(matcher.group(1)))
                        .as("%s: %s", row.attack(), matcher.group())
                        .containsPattern("(void|Stream<DynamicTest>) " + matcher.group(2) + "\\(");
            }
            assertThat(named).as(row.attack()).isNotEmpty();
        }
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        boolean attacks = false;
        for (String line : Files.readAllLines(PAGE)) {
            if (line.startsWith("| attack |")) {
                attacks = true;
            } else if (!line.startsWith("|")) {
                attacks = false;
            } else if (attacks && !line.startsWith("|---")) {
                String[] cells = line.split("\\|");
                rows.add(new Row(cells[1].strip(), cells[2].strip(), cells[3].strip()));
            }
        }
        return rows;
    }

    /** Of the gateway, the bridge, the operator, connect and the commands for the app registration, by class. */
    private static Map<String, String> sources(String kind) throws IOException {
        Map<String, String> sources = new HashMap<>();
        for (String module : List.of(".", "../bridge", "../../operator", "../../connect", "../../entra")) {
            try (Stream<Path> files = Files.walk(Path.of(module, "src", kind, "java"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    sources.merge(name, Files.readString(file), String::concat);
                }
            }
        }
        return sources;
    }
}
