package dev.ostiary.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.operator.status.Scenarios.Scenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every situation looks like in a status: one file per kind, to be read by people. */
class StatusTableTest {

    private static final Path FOLDER = Path.of("src/test/resources/status");
    private static final String WRITE = "ostiary.golden.write";

    @ParameterizedTest
    @ValueSource(strings = {"McpGateway", "McpWorkload", "McpPolicy"})
    void everySituationHasItsStatus(String kind) throws IOException {
        String made = Scenarios.all().stream()
                .filter(scenario -> scenario.kind().equals(kind))
                .map(scenario -> "== " + scenario.name() + "\n" + scenario.text(scenario.world()))
                .collect(Collectors.joining("\n"));
        Path file = FOLDER.resolve(kind + ".txt");
        if (Boolean.getBoolean(WRITE)) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, made);
        }

        assertThat(made)
                .as("If the change is meant, write the file again with -D%s=true and read the difference.", WRITE)
                .isEqualTo(Files.readString(file));
    }

    @Test
    void situationsAreManyAndNamedOnce() {
        List<String> names = Scenarios.all().stream()
                .map(scenario -> scenario.kind() + " " + scenario.name())
                .toList();

        assertThat(names).hasSizeGreaterThanOrEqualTo(60).doesNotHaveDuplicates();
    }

    @Test
    void aSituationThatLastsCausesNoSecondWrite() {
        for (Scenario scenario : Scenarios.all()) {
            assertThat(scenario.world().report()).as(scenario.name()).isZero();
        }
    }
}
