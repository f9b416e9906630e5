package dev.ostiary.e2e.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.testing.KubePrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The chart renders what the golden files say; {@code -Dostiary.golden.write=true} writes them, and the kustomize base, which
 * is the default rendering under kustomize's name.
 */
class ChartTest {

    private static final Path ROOT =
            Path.of(System.getProperty("ostiary.clients")).resolve("../..").normalize();
    private static final Path CHART = ROOT.resolve("charts/ostiary");
    private static final Path GOLDEN = ROOT.resolve("e2e/src/test/resources/chart");
    private static final Path KUSTOMIZE = ROOT.resolve("deploy/kustomize");
    private static final String KUBERNETES = "1.34.0";

    @TempDir
    private Path folder;

    private record Said(int exit, String out, String err) {}

    private Said run(String... words) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectOutput(out.toFile()).redirectError(err.toFile());
        for (String home : List.of("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME")) {
            builder.environment().put(home, folder.resolve("helm").toString());
        }
        Process process = builder.start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Said(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private Said template(String... more) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(
                KubePrograms.helm().toString(),
                "template",
                "ostiary",
                CHART.toString(),
                "--namespace",
                "ostiary-system",
                "--kube-version",
                KUBERNETES));
        words.addAll(List.of(more));
        return run(words.toArray(String[]::new));
    }

    private static void isGolden(Path file, String text) throws IOException {
        if (Boolean.getBoolean("ostiary.golden.write")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        }
        assertThat(text).isEqualTo(Files.readString(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "namespaced", "everything"})
    void rendersWhatIsInTheGoldenFile(String name) throws IOException, InterruptedException {
        Said said = template("--values", GOLDEN.resolve(name + "-values.yaml").toString());

        // Helm tells of the link to the sub-chart.
        assertThat(said.err().lines().filter(line -> !line.startsWith("level=INFO")))
                .isEmpty();
        isGolden(GOLDEN.resolve(name + ".yaml"), said.out());
    }

    @Test
    void namespacedModeAsksForNothingClusterWide() throws IOException, InterruptedException {
        String rendered = template(
                        "--set",
                        "watchNamespaces={mcp,data}",
                        "--set",
                        "crds.enabled=false",
                        "--set",
                        "admissionPolicies.enabled=false")
                .out();

        assertThat(rendered).contains("kind: Role\n").doesNotContain("kind: Cluster", "kind: Validating");
    }

    @Test
    void crdsComeWithItAndStay() throws IOException, InterruptedException {
        String rendered = template().out();

        assertThat(rendered.lines().filter("kind: CustomResourceDefinition"::equals))
                .hasSize(5);
        assertThat(rendered.lines().filter(line -> line.contains("helm.sh/resource-policy: keep")))
                .hasSize(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replica=1|additional properties 'replica' not allowed",
                "images.pullPolicy=Sometimes|value must be one of",
                "watchNamespaces={Mcp}|does not match pattern",
                "networkPolicy.apiServer.ports={0}|minimum",
                "images.gateway.digest=sha256:1|does not match pattern"
            })
    void wrongValuesAreRefused(String value, String message) throws IOException, InterruptedException {
        Said said = template("--set", value);

        assertThat(said.exit()).isNotZero();
        assertThat(said.err()).contains(message);
    }

    @Test
    void theLinterHasNothingToSay() throws IOException, InterruptedException {
        Said said =
                run(KubePrograms.helm().toString(), "lint", "--strict", "--kube-version", KUBERNETES, CHART.toString());

        assertThat(said.exit()).as(said.out() + said.err()).isZero();
        assertThat(said.out()).doesNotContain("[WARNING]", "[ERROR]");
    }

    @Test
    void theKustomizeBaseIsTheChartsDefault() throws IOException, InterruptedException {
        String rendered = template("--no-hooks", "--skip-tests")
                .out()
                .replace("app.kubernetes.io/managed-by: Helm", "app.kubernetes.io/managed-by: kustomize")
                .replaceAll("(?m)^ *helm\\.sh/.*\n", "")
                .replaceAll("(?m)^ *annotations:\n(?=[a-z]|  [a-z])", "");

        isGolden(KUSTOMIZE.resolve("ostiary.yaml"), rendered);
        Said built = run(KubePrograms.kubectl().toString(), "kustomize", KUSTOMIZE.toString());
        assertThat(built.err()).isEmpty();
        assertThat(kinds(built.out())).containsExactlyInAnyOrderElementsOf(kinds("kind: Namespace\n" + rendered));
    }

    private static List<String> kinds(String yaml) {
        try (Stream<String> lines = yaml.lines()) {
            return lines.filter(line -> line.startsWith("kind: ")).toList();
        }
    }
}
