package dev.ostiary.gateway.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.compiler.files.Check;
import dev.ostiary.gateway.compiler.files.LoadedResources;
import dev.ostiary.gateway.compiler.files.ResourceFiles;
import dev.ostiary.gateway.config.SnapshotCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One folder per rule: {@code in.yaml} is read and compiled, and gives exactly {@code snapshot.json} and {@code
 * findings.txt}. Folders whose name begins with {@code machine-} are compiled for one machine, with {@code state-machine-}
 * for one that keeps state, the others for a cluster; with {@code able-} or {@code unable-} before that, for a host that can do
 * everything or nothing.
 */
class GoldenTest {

    private static final Path FOLDER = Path.of("src/test/resources/golden");
    private static final String WRITE = "ostiary.golden.write";

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void theRuleHolds(String rule) throws IOException {
        Path folder = FOLDER.resolve(rule);
        LoadedResources loaded = ResourceFiles.read(folder.resolve("in.yaml"));
        Compilation compilation = Compiler.compile(loaded.resources(), host(rule));
        String snapshot = compilation.gateways().stream()
                .map(gateway -> SnapshotCodec.writeReadable(gateway.snapshot()))
                .collect(Collectors.joining());
        Check check = Check.of(loaded, compilation.findings(), false);
        String findings = check.lines().stream()
                        .map(line -> line.replace(folder + "/", "") + "\n")
                        .collect(Collectors.joining())
                + "exit " + check.result() + "\n";
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(folder.resolve("snapshot.json"), snapshot);
            Files.writeString(folder.resolve("findings.txt"), findings);
        }

        assertThat(findings).isEqualTo(Files.readString(folder.resolve("findings.txt")));
        assertThat(snapshot)
                .as("If the change is meant, write the files again with -D%s=true and read the difference.", WRITE)
                .isEqualTo(Files.readString(folder.resolve("snapshot.json")));
    }

    @Test
    void everyFolderHasItsThreeFilesAndNoOthers() throws IOException {
        for (String rule : rules().toList()) {
            try (Stream<Path> files = Files.list(FOLDER.resolve(rule))) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .as(rule)
                        .containsExactlyInAnyOrder("in.yaml", "snapshot.json", "findings.txt");
            }
        }
    }

    static Host host(String rule) {
        if (rule.startsWith("unable-")) {
            return new Host.Cluster(Set.of());
        }
        boolean able = rule.startsWith("able-");
        String place = able ? rule.substring("able-".length()) : rule;
        boolean state = place.startsWith("state-machine-");
        if (!state && !place.startsWith("machine-")) {
            return able ? new Host.Cluster(Given.EVERYTHING) : Host.cluster();
        }
        Host.Overrides overrides = new Host.Overrides(null, Map.of(), new TreeSet<>(), null, null, state);
        return able ? new Host.OneMachine(overrides, Given.EVERYTHING) : Host.oneMachine(overrides);
    }

    static Stream<String> rules() {
        try (Stream<Path> folders = Files.list(FOLDER)) {
            List<String> rules = folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
            return rules.stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
