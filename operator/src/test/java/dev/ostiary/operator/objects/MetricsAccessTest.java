package dev.ostiary.operator.objects;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.gateway.compiler.CompiledGateway;
import dev.ostiary.gateway.compiler.Compiler;
import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.compiler.Resources;
import dev.ostiary.gateway.config.ResourceName;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Who may connect to the admin port of a gateway's pods. */
class MetricsAccessTest {

    @Test
    void thePodsOfTheNamedNamespacesAlone() {
        LabelSelector from = admin(new TreeSet<>(List.of("monitoring", "admins")))
                .getFrom()
                .getFirst()
                .getNamespaceSelector();

        assertThat(from.getMatchLabels()).isNullOrEmpty();
        assertThat(from.getMatchExpressions()).singleElement().satisfies(one -> {
            assertThat(one.getKey()).isEqualTo("kubernetes.io/metadata.name");
            assertThat(one.getOperator()).isEqualTo("In");
            assertThat(one.getValues()).containsExactly("admins", "monitoring");
        });
    }

    @Test
    void thePodsOfTheClusterWhereNoneIsNamed() {
        assertThat(admin(new TreeSet<>()).getFrom().getFirst().getNamespaceSelector())
                .isEqualTo(new LabelSelector());
    }

    /** The rule with a sender; the other is the public port's. */
    private static NetworkPolicyIngressRule admin(SortedSet<String> namespaces) {
        Resources resources = Cases.read("gateway-defaults");
        McpGateway gateway = resources.gateways().getFirst();
        CompiledGateway compiled = Objects.requireNonNull(Compiler.compile(resources, Host.cluster())
                .gateway(new ResourceName(
                        gateway.getMetadata().getNamespace(),
                        gateway.getMetadata().getName())));
        List<NetworkPolicyIngressRule> rules =
                GatewayObjects.of(new GatewayPlan(
                                gateway, compiled, Cases.IMAGES, Replicas.of(gateway, null), namespaces))
                        .stream()
                        .filter(NetworkPolicy.class::isInstance)
                        .map(NetworkPolicy.class::cast)
                        .findFirst()
                        .orElseThrow()
                        .getSpec()
                        .getIngress();
        assertThat(rules).hasSize(2);
        NetworkPolicyIngressRule admin = rules.get(1);
        assertThat(admin.getPorts())
                .singleElement()
                .satisfies(port -> assertThat(port.getPort().getIntVal()).isEqualTo(9090));
        return admin;
    }
}
