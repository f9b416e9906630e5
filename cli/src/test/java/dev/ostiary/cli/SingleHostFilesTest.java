package dev.ostiary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Option;

/** The systemd unit calls the program with options that it has. */
class SingleHostFilesTest {

    @Test
    void theUnitUsesOptionsThatThereAre() throws IOException {
        String unit = Files.readString(Path.of("../examples/single-host/ostiary.service"));
        String start = unit.replace("\\\n", " ")
                .lines()
                .filter(line -> line.startsWith("ExecStart="))
                .findFirst()
                .orElseThrow();
        List<String> words = List.of(start.split("\\s+"));
        List<String> options = Arrays.stream(UpCommand.class.getDeclaredFields())
                .filter(field -> field.isAnnotationPresent(Option.class))
                .flatMap(
                        field -> Arrays.stream(field.getAnnotation(Option.class).names()))
                .toList();

        assertThat(words.get(1)).isEqualTo("up");
        assertThat(words).contains("--state", "--credential", "--port");
        assertThat(words.stream().filter(word -> word.startsWith("-"))).isSubsetOf(options);
    }
}
