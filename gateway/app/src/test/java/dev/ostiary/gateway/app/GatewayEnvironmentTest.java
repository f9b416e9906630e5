package dev.ostiary.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.gateway.kubernetes.ReplicaIdentity;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayEnvironmentTest {

    private static final Map<String, String> LEAST = Map.of(
            "OSTIARY_NAMESPACE", "mcp",
            "OSTIARY_GATEWAY", "engineering",
            "OSTIARY_POD", "engineering-gateway-7d9f-x2x4z",
            "OSTIARY_POD_UID", "0f0f7a52-0000-4000-8000-000000000001");

    @Test
    void whatIsNotSaidHasItsUsualValue() {
        GatewayEnvironment environment = GatewayEnvironment.of(LEAST::get);

        assertThat(environment.me())
                .isEqualTo(new ReplicaIdentity(
                        "mcp",
                        "engineering",
                        "engineering-gateway-7d9f-x2x4z",
                        "0f0f7a52-0000-4000-8000-000000000001"));
        assertThat(environment.listen().getPort()).isEqualTo(8080);
        assertThat(environment.admin().getPort()).isEqualTo(9090);
        assertThat(environment.drainPropagation()).isEqualTo(Duration.ofSeconds(10));
        assertThat(environment.drainDeadline()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void whatIsSaidCounts() {
        Map<String, String> variables = new HashMap<>(LEAST);
        variables.put("OSTIARY_LISTEN", "127.0.0.1:8443");
        variables.put("OSTIARY_ADMIN", "[::1]:0");
        variables.put("OSTIARY_DRAIN_PROPAGATION", "250ms");
        variables.put("OSTIARY_DRAIN_DEADLINE", "2m");

        GatewayEnvironment environment = GatewayEnvironment.of(variables::get);

        assertThat(environment.listen().getAddress().isLoopbackAddress()).isTrue();
        assertThat(environment.listen().getPort()).isEqualTo(8443);
        assertThat(environment.admin().getAddress().isLoopbackAddress()).isTrue();
        assertThat(environment.drainPropagation()).isEqualTo(Duration.ofMillis(250));
        assertThat(environment.drainDeadline()).isEqualTo(Duration.ofMinutes(2));
    }

    @ParameterizedTest
    @CsvSource({
        "OSTIARY_NAMESPACE, ../kube-system",
        "OSTIARY_GATEWAY, A",
        "OSTIARY_POD, a/b",
        "OSTIARY_POD_UID, a b",
        "OSTIARY_LISTEN, 8080",
        "OSTIARY_LISTEN, 0.0.0.0:70000",
        "OSTIARY_ADMIN, :9090",
        "OSTIARY_DRAIN_PROPAGATION, 10",
        "OSTIARY_DRAIN_DEADLINE, -1s"
    })
    void whatCannotBeUsedIsNamed(String name, String value) {
        Map<String, String> variables = new HashMap<>(LEAST);
        variables.put(name, value);

        assertThatThrownBy(() -> GatewayEnvironment.of(variables::get))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(name + " cannot be used");
    }

    @Test
    void everythingThatIsMissingIsNamedAtOnce() {
        assertThatThrownBy(() -> GatewayEnvironment.of(_ -> null))
                .hasMessageContaining("OSTIARY_NAMESPACE is not set")
                .hasMessageContaining("OSTIARY_GATEWAY is not set")
                .hasMessageContaining("OSTIARY_POD is not set")
                .hasMessageContaining("OSTIARY_POD_UID is not set");
    }
}
