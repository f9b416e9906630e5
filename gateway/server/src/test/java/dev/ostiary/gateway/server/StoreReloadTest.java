package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.entra.emulator.token.Certificates;
import dev.ostiary.entra.emulator.token.Pem;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.StoreSettings;
import dev.ostiary.gateway.server.McpUser.Tokens;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The store of grants when configurations and processes come and go. */
class StoreReloadTest {

    @TempDir
    private Path folder;

    private Replicas start(boolean file) throws Exception {
        Replicas gateway = new Replicas(1, null, file ? folder : null, GatewayScenario::answering);
        gateway.time.hasty = true;
        return gateway;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStoreStaysOpenWhenOtherSettingsChange(boolean file) throws Exception {
        try (Replicas gateway = start(file)) {
            McpUser ben = gateway.user("ben");
            Tokens tokens = ben.signIn("notes");
            String anotherBundle = Pem.certificate(
                    Certificates.authority("CN=Another authority").certificate());
            gateway.running.getFirst().apply(gateway.config(gateway.store, gateway.keys, anotherBundle));
            assertThat(ben.refresh(tokens.refresh()).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void anotherStoreBeginsEmptyAndAccessTokensStayGood() throws Exception {
        try (Replicas gateway = start(true)) {
            McpUser ben = gateway.user("ben");
            Tokens tokens = ben.signIn("notes");
            gateway.running.getFirst().apply(gateway.config(new StoreSettings.Memory(), gateway.keys, null));
            assertThat(ben.call("notes", tokens.access(), GatewayScenario.READ).statusCode())
                    .isEqualTo(200);
            assertThat(ben.refresh(tokens.refresh()).body()).contains("invalid_grant");
            // And back: what was in the file is there again.
            gateway.running.getFirst().apply(gateway.config());
            assertThat(ben.refresh(tokens.refresh()).statusCode()).isEqualTo(200);
        }
    }

    /** Requests of the configuration before may still use its store. */
    @Test
    void aStoreIsTakenUpAgainWhileItWaitsToBeClosed() throws Exception {
        try (Replicas gateway = start(true)) {
            gateway.time.hasty = false;
            GatewayServer server = gateway.running.getFirst();
            McpUser ben = gateway.user("ben");
            Tokens inFile = ben.signIn("notes");
            RuntimeConfig memory = gateway.config(new StoreSettings.Memory(), gateway.keys, null);
            server.apply(memory);
            Tokens inMemory = ben.signIn("notes");
            server.apply(gateway.config());
            assertThat(ben.refresh(inFile.refresh()).statusCode()).isEqualTo(200);
            server.apply(memory);
            assertThat(ben.refresh(inMemory.refresh()).statusCode()).isEqualTo(200);
            // Tried for a configuration that is refused, it goes back to waiting.
            assertThatThrownBy(() ->
                            server.apply(gateway.config(new StoreSettings.File(), withoutSigningKey(gateway), null)))
                    .isInstanceOf(RuntimeException.class);
            server.apply(gateway.config());
            assertThat(ben.refresh(inFile.refresh()).statusCode()).isEqualTo(200);
        }
    }

    private static KeyRing withoutSigningKey(Replicas gateway) {
        return new KeyRing(
                gateway.keys.version() + 1,
                gateway.keys.keys().stream()
                        .filter(key -> key.purpose() != KeyRing.Purpose.SIGNING)
                        .toList());
    }

    @Test
    void aConfigurationThatIsRefusedLeavesTheStoreInForceOpen() throws Exception {
        try (Replicas gateway = start(false)) {
            McpUser ben = gateway.user("ben");
            Tokens tokens = ben.signIn("notes");
            GatewayServer server = gateway.running.getFirst();
            assertThatThrownBy(() -> server.apply(gateway.config(new StoreSettings.File(), gateway.keys, null)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("state directory");
            assertThat(ben.refresh(tokens.refresh()).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aStoreThatWasOpenedForARefusedConfigurationIsGivenUp() throws Exception {
        try (Replicas gateway = start(true)) {
            McpUser ben = gateway.user("ben");
            Tokens tokens = ben.signIn("notes");
            GatewayServer server = gateway.running.getFirst();
            assertThatThrownBy(() ->
                            server.apply(gateway.config(new StoreSettings.Memory(), withoutSigningKey(gateway), null)))
                    .isInstanceOf(RuntimeException.class);
            assertThat(ben.refresh(tokens.refresh()).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aStateDirectoryInUseEndsTheStartWithWords() throws Exception {
        try (Replicas gateway = start(true)) {
            assertThatThrownBy(() -> gateway.replace(0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the store of grants cannot be used");
        }
    }

    @Test
    void whatHasEndedStaysEndedAfterARestartFromTheFirstRequestOn() throws Exception {
        try (Replicas gateway = start(true)) {
            McpUser ben = gateway.user("ben");
            Tokens ended = ben.signIn("notes");
            Tokens other = ben.signIn("notes");
            assertThat(ben.revoke(ended.refresh()).statusCode()).isEqualTo(200);
            gateway.kill(0);
            gateway.replace(0);
            assertThat(ben.call("notes", ended.access(), GatewayScenario.READ).statusCode())
                    .isEqualTo(401);
            assertThat(ben.call("notes", other.access(), GatewayScenario.READ).statusCode())
                    .isEqualTo(200);
            assertThat(ben.refresh(other.refresh()).statusCode()).isEqualTo(200);
        }
    }
}
