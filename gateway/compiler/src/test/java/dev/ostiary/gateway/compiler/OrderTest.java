package dev.ostiary.gateway.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.config.SnapshotCodec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The order in which resources come has no meaning. */
class OrderTest {

    private static final long SEED = 20261101;

    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.ostiary.gateway.compiler.GoldenTest#rules")
    void theSameResourcesInAnyOrderGiveTheSameBytes(String rule) {
        List<String> documents =
                new ArrayList<>(Given.documents(Path.of("src/test/resources/golden", rule, "in.yaml")));
        Compilation first = Given.compiled(documents.toArray(String[]::new));
        Random random = new Random(SEED);
        for (int i = 0; i < 10; i++) {
            Collections.shuffle(documents, random);
            Compilation again = Given.compiled(documents.toArray(String[]::new));

            assertThat(again.gateways())
                    .extracting(gateway -> new String(
                            SnapshotCodec.write(gateway.snapshot()), java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo(first.gateways().stream()
                            .map(gateway -> new String(
                                    SnapshotCodec.write(gateway.snapshot()), java.nio.charset.StandardCharsets.UTF_8))
                            .toList());
            assertThat(again.gateways())
                    .extracting(CompiledGateway::revision)
                    .isEqualTo(first.gateways().stream()
                            .map(CompiledGateway::revision)
                            .toList());
            assertThat(again.findings()).isEqualTo(first.findings());
        }
    }
}
