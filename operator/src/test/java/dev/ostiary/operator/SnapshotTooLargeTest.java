package dev.ostiary.operator;

import static dev.ostiary.operator.Fixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpPolicy;
import dev.ostiary.gateway.config.RuntimeSecret;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A configuration that fits into no Secret leaves the last good one in force, says so, and is mended by making it smaller. */
class SnapshotTooLargeTest {

    private static final int POLICIES = 140;
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static final int POLICY_CHARACTERS = 9_500;

    private Fixture fixture;

    @BeforeEach
    void start() {
        fixture = new Fixture();
        fixture.gateway("engineering", "");
        fixture.workload("notes", "engineering", "url: https://notes.example.com/mcp");
        fixture.policy("readers", "notes", "permit(principal, action, resource);");
        until(() -> assertThat(fixture.policyCondition("readers", "Programmed").status())
                .isEqualTo(Condition.Status.TRUE));
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void theLastGoodOneStaysUntilItFitsAgain() throws IOException {
        for (int i = 0; i < POLICIES; i++) {
            fixture.policy("large-" + i, "notes", large(i));
        }

        until(() -> {
            Condition programmed = fixture.gatewayCondition("engineering", "Programmed");
            assertThat(programmed.status()).isEqualTo(Condition.Status.FALSE);
            assertThat(programmed.reason()).isEqualTo("SnapshotTooLarge");
            assertThat(programmed.message()).contains("900000", "stays in force on 2/2 replicas");
        });
        Quiet.await(fixture);
        RuntimeSecret.Content good = RuntimeSecret.read(fixture.data("engineering-runtime"));
        assertThat(RuntimeSecret.size(RuntimeSecret.write(good.config()))).isLessThanOrEqualTo(RuntimeSecret.MAX_BYTES);
        assertThat(fixture.policyCondition("readers", "Programmed").status())
                .as("what was enforced before still is")
                .isEqualTo(Condition.Status.TRUE);
        assertThat(fixture.policyCondition("large-" + (POLICIES - 1), "Programmed"))
                .satisfies(programmed -> assertThat(programmed.status()).isEqualTo(Condition.Status.FALSE))
                .satisfies(programmed -> assertThat(programmed.reason()).isEqualTo("SnapshotTooLarge"));

        for (int i = 2; i < POLICIES; i++) {
            fixture.delete(McpPolicy.class, "large-" + i);
        }

        until(() -> {
            assertThat(fixture.gatewayCondition("engineering", "Programmed").status())
                    .isEqualTo(Condition.Status.TRUE);
            assertThat(fixture.policyCondition("large-0", "Programmed").status())
                    .isEqualTo(Condition.Status.TRUE);
        });
        assertThat(RuntimeSecret.read(fixture.data("engineering-runtime"))
                        .config()
                        .snapshot()
                        .routes()
                        .getFirst()
                        .closure())
                .isNull();
    }

    /** A policy that cannot be compressed much: names of resources that nobody has. */
    private static String large(int seed) {
        Random random = new Random(seed);
        StringBuilder cedar = new StringBuilder("forbid(principal, action, resource) when { [");
        while (cedar.length() < POLICY_CHARACTERS) {
            cedar.append('"');
            for (int i = 0; i < 60; i++) {
                cedar.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
            }
            cedar.append("\",");
        }
        return cedar.append("\"x\"].contains(\"y\") };").toString();
    }
}
