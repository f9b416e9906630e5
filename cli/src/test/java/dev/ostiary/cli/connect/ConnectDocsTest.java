package dev.ostiary.cli.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.connect.diagnostics.Diagnostics;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** {@code docs/connect.md} names the options that there are, and commands that are understood. */
class ConnectDocsTest {

    /** Of other programs: az, mcp-remote. */
    private static final Set<String> OTHERS = Set.of("--header", "--static-oauth-client-info", "--transport");

    private static CommandLine command() {
        return new CommandLine(new ConnectCommand(OutputStream.nullOutputStream(), Diagnostics.NONE, Map.of()))
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    private static String page() throws IOException {
        return Files.readString(Path.of("../docs/connect.md"));
    }

    @Test
    void everyOptionIsOneThatThereIs() throws IOException {
        Set<String> named = Pattern.compile("--[a-z][a-z-]+")
                .matcher(page())
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> there =
                new TreeSet<>(command().getCommandSpec().optionsMap().keySet());

        assertThat(named).isSubsetOf(union(there, OTHERS));
        assertThat(firstColumn("| option | variable | meaning |")
                        .flatMap(cell -> Pattern.compile("--[a-z-]+")
                                .matcher(cell)
                                .results()
                                .map(MatchResult::group)))
                .containsExactlyInAnyOrderElementsOf(there);
    }

    @Test
    void everyVariableThatHelpNamesHasItsRow() throws IOException {
        String table = page().split("## Options, variables and exit codes")[1].split("\n## ")[0];
        Pattern variable = Pattern.compile("\\b(MCP_ENTRA_[A-Z_]+|[A-Z]+_PROXY)\\b");
        assertThat(variable.matcher(table).results().map(MatchResult::group))
                .containsExactlyInAnyOrderElementsOf(variable.matcher(String.join(
                                " ", command().getCommandSpec().usageMessage().footer()))
                        .results()
                        .map(MatchResult::group)
                        .toList());
    }

    @Test
    void everyExitCodeThatHelpNamesHasItsRow() throws IOException {
        assertThat(firstColumn("| exit code | when |"))
                .containsExactlyElementsOf(command().getCommandSpec().usageMessage().exitCodeList().keySet().stream()
                        .map(String::strip)
                        .toList());
    }

    /** Of the rows below this head of a table. */
    private static Stream<String> firstColumn(String head) throws IOException {
        return page().split(Pattern.quote(head), 2)[1]
                .lines()
                .skip(2)
                .takeWhile(row -> row.startsWith("|"))
                .map(row -> row.split("\\|")[1].strip());
    }

    @Test
    void everyCommandIsUnderstood() throws IOException {
        List<String> commands = Pattern.compile("(?m)^\\./ostiary connect (.*?)( +#.*)?$")
                .matcher(page())
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(commands).hasSizeGreaterThanOrEqualTo(2);
        for (String line : commands) {
            assertThat(command().parseArgs(line.split(" ")).matchedPositionals())
                    .as(line)
                    .hasSize(1);
        }
    }

    private static Set<String> union(Set<String> a, Set<String> b) {
        Set<String> all = new TreeSet<>(a);
        all.addAll(b);
        return all;
    }
}
