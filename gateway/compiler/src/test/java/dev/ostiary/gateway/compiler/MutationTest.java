package dev.ostiary.gateway.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.compiler.files.Check;
import dev.ostiary.gateway.compiler.files.LoadedResources;
import dev.ostiary.gateway.config.Route;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** However a file is damaged, there is an answer, and no secret in it. */
class MutationTest {

    private static final long SEED = 20261102;
    private static final int ROUNDS = 20;
    private static final String SECRET = "not-shown-anywhere";
    private static final List<String> WORDS = List.of(
            "", "null", "[]", "{}", "-1", "1.5", "true", "\"", "'", "*x", "&x", "!x", "%", "\t", "- ", ": ", "🦉");

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.ostiary.gateway.compiler.GoldenTest#rules")
    void aDamagedFileIsAnswered(String rule) {
        List<String> documents = Given.documents(Path.of("src/test/resources/golden", rule, "in.yaml"));
        String whole = String.join("---\n", documents);
        Random random = new Random(SEED + rule.hashCode());
        for (int i = 0; i < ROUNDS; i++) {
            String damaged = damaged(whole, random);
            LoadedResources loaded = Given.files(damaged);
            for (Host host : List.of(
                    Host.cluster(),
                    Host.oneMachine(Host.Overrides.NONE),
                    new Host.Cluster(Given.EVERYTHING),
                    new Host.OneMachine(Host.Overrides.NONE, Given.EVERYTHING))) {
                Compilation compilation = Compiler.compile(loaded.resources(), host);
                Check check = Check.of(loaded, compilation.findings(), false);

                assertThat(check.lines())
                        .as(damaged)
                        .allSatisfy(line -> assertThat(line).doesNotContain(SECRET, "\n"));
                assertThat(closedRoutesHaveNothing(compilation)).as(damaged).isTrue();
                if (!loaded.resources().rejected().isEmpty()) {
                    assertThat(check.result()).as(damaged).isNotZero();
                }
            }
        }
    }

    private static boolean closedRoutesHaveNothing(Compilation compilation) {
        Set<String> names = new HashSet<>();
        for (CompiledGateway gateway : compilation.gateways()) {
            for (Route route : gateway.snapshot().routes()) {
                boolean closed = route.closure() != null;
                if (closed
                        && (route.upstream() != null || !route.policies().call().isEmpty())) {
                    return false;
                }
                if (!closed && gateway.snapshot().closure() != null) {
                    return false;
                }
                if (!names.add(gateway.name() + "/" + route.name())) {
                    return false;
                }
            }
        }
        return true;
    }

    private static String damaged(String text, Random random) {
        List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
        int line = random.nextInt(lines.size());
        String old = lines.get(line);
        String word = WORDS.get(random.nextInt(WORDS.size()));
        switch (random.nextInt(6)) {
            case 0 -> lines.remove(line);
            case 1 -> lines.add(line, old);
            case 2 -> lines.set(line, old.replaceFirst(":.*", ": " + word));
            case 3 -> lines.set(line, "  " + old);
            case 4 -> {
                int at = old.isEmpty() ? 0 : random.nextInt(old.length());
                lines.set(line, old.substring(0, at) + word + old.substring(Math.min(old.length(), at + 1)));
            }
            default -> {
                int at = old.isEmpty() ? 0 : random.nextInt(old.length());
                lines.set(line, old.substring(0, at));
            }
        }
        return String.join("\n", lines);
    }
}
