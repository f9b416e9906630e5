package dev.ostiary.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.operator.OperatorSettings.InvalidSettingException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperatorSettingsTest {

    private static final Map<String, String> LEAST =
            Map.of("OSTIARY_GATEWAY_IMAGE", "registry.example/gateway:1", "OSTIARY_NAMESPACE", "ostiary");

    @Test
    void whatIsNotSaidHasItsUsualValue() {
        OperatorSettings settings = OperatorSettings.of(LEAST);

        assertThat(settings.namespaces()).isEmpty();
        assertThat(settings.admin().getPort()).isEqualTo(9090);
        assertThat(settings.leaderElection()).isTrue();
        assertThat(settings.images().pullPolicy()).isNull();
    }

    @Test
    void listsAreSortedAndWithoutDoubles() {
        Map<String, String> environment = new HashMap<>(LEAST);
        environment.put("OSTIARY_NAMESPACES", " mcp, data ,mcp,");
        environment.put("OSTIARY_IMAGE_PULL_SECRETS", "one,two");
        environment.put("OSTIARY_METRICS_NAMESPACES", "monitoring, admins,monitoring");

        OperatorSettings settings = OperatorSettings.of(environment);

        assertThat(settings.namespaces()).containsExactly("data", "mcp");
        assertThat(settings.images().pullSecrets()).containsExactly("one", "two");
        assertThat(settings.metricsFrom()).containsExactly("admins", "monitoring");
    }

    @ParameterizedTest
    @CsvSource({
        "OSTIARY_GATEWAY_IMAGE, ' '",
        "OSTIARY_NAMESPACE, Not_A_Name",
        "OSTIARY_NAMESPACES, 'mcp,Data'",
        "OSTIARY_METRICS_NAMESPACES, 'monitoring,Prometheus'",
        "OSTIARY_IMAGE_PULL_POLICY, always",
        "OSTIARY_LEADER_ELECTION, yes",
        "OSTIARY_ADMIN, 9090",
        "OSTIARY_ADMIN, 0.0.0.0:http",
        "OSTIARY_ADMIN, 0.0.0.0:70000"
    })
    void whatCannotBeMeantIsNamed(String variable, String value) {
        Map<String, String> environment = new HashMap<>(LEAST);
        environment.put(variable, value);

        assertThatThrownBy(() -> OperatorSettings.of(environment))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(variable);
    }
}
