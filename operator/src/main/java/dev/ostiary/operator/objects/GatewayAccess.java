package dev.ostiary.operator.objects;

import dev.ostiary.crds.Entra;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpGatewaySpec;
import dev.ostiary.crds.Store;
import dev.ostiary.crds.Toggle;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Who the gateway's pods are to the API server, what they may do there, and who may connect to them. */
final class GatewayAccess {

    /** Every namespace has its name as a label. */
    static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";

    private final McpGateway gateway;
    private final McpGatewaySpec spec;
    private final String name;
    private final Map<String, String> selector;

    GatewayAccess(McpGateway gateway) {
        this.gateway = gateway;
        this.spec = gateway.getSpec();
        this.name = Metadata.ofGateway(gateway.getMetadata().getName());
        this.selector = Metadata.gatewaySelector(gateway.getMetadata().getName());
    }

    ServiceAccount serviceAccount() {
        ObjectMeta metadata = metadata();
        Map<String, String> annotations = entraIdentity();
        metadata.setAnnotations(annotations.isEmpty() ? null : annotations);
        return new ServiceAccountBuilder()
                .withMetadata(metadata)
                // The pods ask for the token themselves: whoever else runs as this account gets none unasked.
                .withAutomountServiceAccountToken(false)
                .build();
    }

    /**
     * What Microsoft's Workload Identity calls the identity behind a ServiceAccount. The gateway needs no webhook to find its
     * token; the annotations say to people and to policy engines which identity it is.
     */
    private Map<String, String> entraIdentity() {
        Map<String, String> annotations = new TreeMap<>();
        Entra entra = spec.entra();
        Entra.Credential.Type type = GatewayPods.credential(spec);
        if (entra == null || type == null) {
            return annotations;
        }
        String client = switch (type) {
            case WORKLOAD_IDENTITY -> entra.clientId();
            case MANAGED_IDENTITY -> entra.credential().clientId();
            default -> null;
        };
        if (client != null) {
            annotations.put("azure.workload.identity/client-id", client);
            annotations.put("azure.workload.identity/tenant-id", entra.tenantId());
        }
        return annotations;
    }

    Role role() {
        List<PolicyRule> rules = new ArrayList<>();
        rules.add(rule("", "secrets", gateway.getMetadata().getName() + "-runtime", "get", "list", "watch"));
        rules.add(rule("ostiary.dev", "mcpgatewayreplicas", null, "get", "create", "update", "patch"));
        if (spec.authorization().facade() == Toggle.ENABLED && spec.store().type() == Store.Type.KUBERNETES) {
            rules.add(rule(
                    "ostiary.dev", "mcpgrants", null, "get", "list", "watch", "create", "update", "patch", "delete"));
        }
        return new RoleBuilder().withMetadata(metadata()).withRules(rules).build();
    }

    private static PolicyRule rule(String group, String resource, @Nullable String name, String... verbs) {
        PolicyRuleBuilder rule = new PolicyRuleBuilder()
                .withApiGroups(group)
                .withResources(resource)
                .withVerbs(verbs);
        return name == null ? rule.build() : rule.withResourceNames(name).build();
    }

    RoleBinding roleBinding() {
        return new RoleBindingBuilder()
                .withMetadata(metadata())
                .withNewRoleRef()
                .withApiGroup("rbac.authorization.k8s.io")
                .withKind("Role")
                .withName(name)
                .endRoleRef()
                .addNewSubject()
                .withKind("ServiceAccount")
                .withName(name)
                .withNamespace(gateway.getMetadata().getNamespace())
                .endSubject()
                .build();
    }

    /**
     * The public port for everybody; the admin port for the pods of this cluster, Prometheus among them. Probes come from the
     * node, which policies do not hold off.
     *
     * @param metricsFrom namespaces to which the admin port is held; empty: all
     */
    NetworkPolicy networkPolicy(SortedSet<String> metricsFrom) {
        return new NetworkPolicyBuilder()
                .withMetadata(metadata())
                .withNewSpec()
                .withNewPodSelector()
                .withMatchLabels(selector)
                .endPodSelector()
                .withPolicyTypes("Ingress")
                .addNewIngress()
                .addNewPort()
                .withProtocol("TCP")
                .withPort(new IntOrString(GatewayPods.publicPort(spec)))
                .endPort()
                .endIngress()
                .addNewIngress()
                .addNewFrom()
                .withNamespaceSelector(namespaces(metricsFrom))
                .endFrom()
                .addNewPort()
                .withProtocol("TCP")
                .withPort(new IntOrString(GatewayPods.ADMIN_PORT))
                .endPort()
                .endIngress()
                .endSpec()
                .build();
    }

    private static LabelSelector namespaces(SortedSet<String> names) {
        return names.isEmpty()
                ? new LabelSelector()
                : new LabelSelectorBuilder()
                        .addNewMatchExpression()
                        .withKey(NAMESPACE_NAME)
                        .withOperator("In")
                        .withValues(List.copyOf(names))
                        .endMatchExpression()
                        .build();
    }

    private ObjectMeta metadata() {
        return Metadata.owned(gateway, name, Metadata.labels(selector, "gateway"));
    }
}
