package dev.ostiary.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.ostiary.cli.entra.EntraCommand;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The commands that the guide shows are commands that there are. */
class EntraDocsTest {

    @Test
    void everyCommandOfTheGuideIsOne() throws IOException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        List<String> commands = Files.readAllLines(Path.of("../docs/entra.md")).stream()
                .filter(line -> line.startsWith("ostiary entra "))
                .toList();

        assertThat(commands).hasSizeGreaterThan(6);
        for (String command : commands) {
            String[] words = command.split(" ", -1);
            assertThatCode(() -> EntraCommand.of(new Terminal(nowhere, nowhere, false))
                            .setCaseInsensitiveEnumValuesAllowed(true)
                            .parseArgs(Arrays.copyOfRange(words, 2, words.length)))
                    .as(command)
                    .doesNotThrowAnyException();
        }
    }
}
