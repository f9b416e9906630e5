package dev.ostiary.gateway.compiler.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.compiler.files.ResourceFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every resource in the documentation is one that the strict reader takes. */
class ResourceSnippetsTest {

    private static final Path DOCS = Path.of("../../docs");

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> resources() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> pages = Files.list(DOCS)) {
            for (Path page : pages.filter(path -> path.toString().endsWith(".md"))
                    .sorted()
                    .toList()) {
                List<String> lines = Files.readAllLines(page);
                for (int i = 0; i < lines.size(); i++) {
                    if (lines.get(i).equals("```yaml")) {
                        int first = i + 1;
                        StringBuilder yaml = new StringBuilder();
                        while (!lines.get(++i).equals("```")) {
                            yaml.append(lines.get(i)).append('\n');
                        }
                        tests.add(DynamicTest.dynamicTest(
                                page.getFileName() + " line " + first, () -> check(yaml.toString())));
                    }
                }
            }
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    private void check(String yaml) throws IOException {
        Path file = Files.writeString(Files.createTempFile(folder, "snippet", ".yaml"), yaml);

        assertThat(ResourceFiles.read(file).problems()).isEmpty();
    }
}
