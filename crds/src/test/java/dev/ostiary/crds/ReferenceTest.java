package dev.ostiary.crds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code docs/reference.md} says what the CRDs say; {@code -Dostiary.docs.write=true} writes it. */
class ReferenceTest {

    private static final Path PAGE = Path.of("../docs/reference.md");

    @Test
    void thePageIsThatOfTheCrds() throws IOException {
        StringBuilder page = new StringBuilder("""
                <!-- Generated from the CRDs; regenerate with: ./mvnw -pl crds test -Dtest=ReferenceTest -Dostiary.docs.write=true -->
                # Reference

                The three kinds that people write, field by field: what `kubectl explain` says, on one page. API version
                `ostiary.dev/v1alpha1`. Durations are written as `30s`, `15m`, `1h30m` or `7d`. What an API server refuses, `ostiary check`
                finds in files.

                """);
        Map<String, String> crds = CrdGeneration.generate();
        for (String plural : new String[] {"mcpgateways", "mcpworkloads", "mcppolicies"}) {
            page.append(ReferencePage.of(CrdGeneration.read(crds.get(plural + ".ostiary.dev-v1.yml"))));
        }
        String text = page.toString().stripTrailing() + "\n";
        if (Boolean.getBoolean("ostiary.docs.write")) {
            Files.writeString(PAGE, text);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(text);
    }
}
