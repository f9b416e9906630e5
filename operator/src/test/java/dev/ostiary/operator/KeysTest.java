package dev.ostiary.operator;

import static dev.ostiary.operator.Fixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.KeyRingCodec;
import dev.ostiary.gateway.config.RuntimeSecret;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The keys of gateways are never lost by the operator's hand, whatever happens to their Secret. */
class KeysTest {

    private Fixture fixture;

    @BeforeEach
    void start() {
        fixture = new Fixture();
        fixture.gateway("engineering", "");
        untilProgrammed();
    }

    @AfterEach
    void stop() {
        if (fixture == null) {
            return;
        }
        fixture.close();
        assertThat(fixture.requests())
                .filteredOn(request -> request.name().equals("engineering-keys"))
                .as("made and changed, never applied over or deleted")
                .extracting(ChartRules.Request::verb)
                .isSubsetOf("get", "list", "watch", "create", "update");
    }

    @Test
    void lostKeysAreRestoredFromWhatReplicasUse() throws IOException {
        KeyRing ring = ring();
        fixture.delete(Secret.class, "engineering-keys");

        until(() -> assertThat(ring()).isEqualTo(ring));
        untilProgrammed();
    }

    @Test
    void keysThatAreLostForGoodAreSaidToBe() {
        fixture.stopOperator();
        fixture.delete(Secret.class, "engineering-keys");
        fixture.delete(Secret.class, "engineering-runtime");
        fixture.startOperator();

        untilReason("KeysMissing");
        assertThat(fixture.get(Secret.class, "engineering-keys")).isNull();
    }

    @Test
    void damagedKeysAreLeftAloneAndWhatIsEnforcedStays() throws IOException {
        KeyRing ring = ring();
        fixture.admin
                .secrets()
                .inNamespace(fixture.namespace)
                .withName("engineering-keys")
                .edit(secret -> secret.edit().addToData("keys.json", "e30=").build());

        untilReason("KeysDamaged");
        assertThat(fixture.get(Secret.class, "engineering-keys").getData()).containsEntry("keys.json", "e30=");
        assertThat(RuntimeSecret.read(fixture.data("engineering-runtime"))
                        .config()
                        .keys())
                .isEqualTo(ring);

        fixture.delete(Secret.class, "engineering-keys");
        until(() -> assertThat(ring()).isEqualTo(ring));
        untilProgrammed();
    }

    @Test
    void retainedKeysAreTakenUpByAGatewayOfTheSameName() throws IOException {
        KeyRing ring = ring();
        fixture.delete(McpGateway.class, "engineering");
        until(() -> assertThat(fixture.get(McpGateway.class, "engineering")).isNull());

        fixture.gateway("engineering", "");

        untilProgrammed();
        assertThat(ring()).isEqualTo(ring);
        assertThat(fixture.get(Secret.class, "engineering-runtime")
                        .getMetadata()
                        .getOwnerReferences())
                .singleElement()
                .satisfies(owner -> assertThat(owner.getUid())
                        .isEqualTo(fixture.get(McpGateway.class, "engineering")
                                .getMetadata()
                                .getUid()));
    }

    @Test
    void aGatewayThatDeletesItsKeysOwnsThem() {
        fixture.apply(McpGateway.class, Given.gateway(fixture.namespace, "engineering", "deletionPolicy: Delete"));
        until(() -> assertThat(fixture.get(Secret.class, "engineering-keys")
                        .getMetadata()
                        .getOwnerReferences())
                .hasSize(1));

        fixture.apply(McpGateway.class, Given.gateway(fixture.namespace, "engineering", "deletionPolicy: Retain"));
        until(() -> assertThat(fixture.get(Secret.class, "engineering-keys")
                        .getMetadata()
                        .getOwnerReferences())
                .isEmpty());
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
