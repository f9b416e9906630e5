package dev.ostiary.gateway.server.entra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.server.pages.ErrorView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page about trouble explains every code and every error page that there is, in the words of the code. */
class TroubleshootingPageTest {

    private static final Path PAGE = Path.of("../../docs/troubleshooting.md");

    @Test
    void everyCodeOfEntraIsInTheTableWithItsFieldAndFix() throws IOException {
        List<List<String>> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.matches("\\| [0-9]{5}[0-9, ]* \\|.*"))
                .map(line -> Arrays.stream(line.split("\\|")).map(String::strip).toList())
                .toList();

        assertThat(rows.stream()
                        .flatMap(row -> Arrays.stream(row.get(1).split(", ")))
                        .map(Integer::valueOf))
                .containsExactlyInAnyOrderElementsOf(AadErrors.known());
        for (List<String> row : rows) {
            for (String code : row.get(1).split(", ")) {
                AadErrors.Explanation explanation = AadErrors.explain(Integer.parseInt(code));
                assertThat(explanation).isNotNull();
                assertThat(row.get(2)).as(code).isEqualTo(explanation.summary());
                assertThat(plain(row.get(3)))
                        .as(code)
                        .isEqualTo(explanation.field() == null ? "" : explanation.field());
                assertThat(plain(row.get(4))).as(code).isEqualTo(explanation.fix());
            }
        }
        assertThat(Files.readString(PAGE))
                .contains(AadErrors.TRANSIENT.stream().map(String::valueOf).toList());
    }

    @Test
    void everyErrorPageIsExplained() throws IOException {
        assertThat(Files.readString(PAGE))
                .contains(Arrays.stream(ErrorView.Problem.values())
                        .map(problem -> "`" + problem + "`")
                        .toList());
    }

    private static String plain(String cell) {
        return cell.replace("`", "");
    }
}
