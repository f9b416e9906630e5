package dev.ostiary.operator;

import static dev.ostiary.operator.Fixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.KeyRingCodec;
import dev.ostiary.gateway.config.RuntimeSecret;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the page on operations says about putting keys back. */
class RestoreTest {

    private Fixture fixture;
    private KeyRing ring;
    private Secret backup;

    @BeforeEach
    void start() throws IOException {
        fixture = new Fixture();
        fixture.gateway("engineering", "");
        untilProgrammed();
        ring = ring();
        Secret keys = fixture.get(Secret.class, "engineering-keys");
        // As the command of that page writes it: who it is and what is in it, and nothing of where it was.
        backup = new SecretBuilder()
                .withNewMetadata()
                .withName(keys.getMetadata().getName())
                .withNamespace(keys.getMetadata().getNamespace())
                .withLabels(keys.getMetadata().getLabels())
                .endMetadata()
                .withType(keys.getType())
                .withData(keys.getData())
                .build();
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void aBackupEndsKeysMissing() throws IOException {
        loseAll();
        untilReason("KeysMissing");

        fixture.admin.resource(backup).create();

        untilProgrammed();
        assertThat(ring()).isEqualTo(ring);
        assertThat(RuntimeSecret.read(fixture.data("engineering-runtime"))
                        .config()
                        .keys())
                .isEqualTo(ring);
    }

    @Test
    void keysThatArePutBackFirstAreTakenUpByANewGateway() throws IOException {
        loseAll();
        fixture.delete(McpGateway.class, "engineering");
        until(() -> assertThat(fixture.get(McpGateway.class, "engineering")).isNull());
        fixture.admin.resource(backup).create();

        fixture.gateway("engineering", "");

        untilProgrammed();
        assertThat(ring()).isEqualTo(ring);
    }

    @Test
    void aNewGatewayWithoutABackupGetsNewKeys() throws IOException {
        loseAll();
        untilReason("KeysMissing");
        fixture.delete(McpGateway.class, "engineering");
        until(() -> assertThat(fixture.get(McpGateway.class, "engineering")).isNull());

        fixture.gateway("engineering", "");

        untilProgrammed();
        assertThat(ring()).isNotEqualTo(ring);
    }

    private void loseAll() {
        fixture.stopOperator();
        fixture.delete(Secret.class, "engineering-keys");
        fixture.delete(Secret.class, "engineering-runtime");
        fixture.startOperator();
    }

    private KeyRing ring() throws IOException {
        return KeyRingCodec.read(fixture.data("engineering-keys").get("keys.json"));
    }

    private void untilReason(String reason) {
        until(() -> assertThat(
                        fixture.gatewayCondition("engineering", "Programmed").reason())
                .isEqualTo(reason));
    }

    private void untilProgrammed() {
        until(() -> assertThat(
                        fixture.gatewayCondition("engineering", "Programmed").status())
                .isEqualTo(Condition.Status.TRUE));
    }
}
