package dev.ostiary.operator.objects;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.McpWorkloadSpec;
import dev.ostiary.gateway.compiler.Cidr;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPortBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a workload's pods are reached, by whom, and whom they reach. */
final class WorkloadNetwork {

    private static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";
    private static final int DNS = 53;

    /** Where DNS pods listen that must not bind a low port, as on OpenShift: rules apply behind the Service. */
    private static final int DNS_POD = 5353;

    /** Where NodeLocal DNSCache listens by default: on the node, so no pod selector meets it. */
    private static final String NODE_LOCAL_DNS = "169.254.20.10/32";

    private final McpWorkload workload;
    private final McpWorkloadSpec spec;
    private final McpGateway gateway;
    private final String name;
    private final Map<String, String> selector;

    WorkloadNetwork(WorkloadPlan plan) {
        this.workload = plan.workload();
        this.spec = workload.getSpec();
        this.gateway = plan.gateway();
        this.name = Metadata.ofWorkload(workload.getMetadata().getName());
        this.selector = Metadata.workloadSelector(workload.getMetadata().getName());
    }

    /** The headless Service that gives each pod of a stateful workload its name. */
    static String podsServiceName(McpWorkload workload) {
        return Metadata.ofWorkload(workload.getMetadata().getName()) + "-pods";
    }

    Service service() {
        return new ServiceBuilder()
                .withMetadata(metadata(name))
                .withNewSpec()
                .withType("ClusterIP")
                .withSelector(selector)
                .addNewPort()
                .withName(WorkloadPods.PORT)
                .withPort(spec.http().port())
                .withProtocol("TCP")
                .withAppProtocol("http")
                .withTargetPort(new IntOrString(WorkloadPods.PORT))
                .endPort()
                .endSpec()
                .build();
    }

    /** A session's pod is found also when it is not ready: it alone knows the session. */
    @Nullable
    Service podsService() {
        if (!ServerShape.of(spec).stateful()) {
            return null;
        }
        return new ServiceBuilder(service())
                .withMetadata(metadata(podsServiceName(workload)))
                .editSpec()
                .withClusterIP("None")
                .withPublishNotReadyAddresses(true)
                .endSpec()
                .build();
    }

    /** In: the gateway's pods alone. Out: what is allowed, when anything is said about it. */
    NetworkPolicy networkPolicy() {
        McpWorkloadSpec.Egress egress = spec.egress();
        return new NetworkPolicyBuilder()
                .withMetadata(metadata(name))
                .withNewSpec()
                .withNewPodSelector()
                .withMatchLabels(selector)
                .endPodSelector()
                .withPolicyTypes(egress == null ? List.of("Ingress") : List.of("Ingress", "Egress"))
                .addNewIngress()
                .addNewFrom()
                .withNewNamespaceSelector()
                .withMatchLabels(Map.of(NAMESPACE_NAME, gateway.getMetadata().getNamespace()))
                .endNamespaceSelector()
                .withNewPodSelector()
                .withMatchLabels(Metadata.gatewaySelector(gateway.getMetadata().getName()))
                .endPodSelector()
                .endFrom()
                .withPorts(port("TCP", spec.http().port()))
                .endIngress()
                .withEgress(egress == null ? List.of() : egress(egress))
                .endSpec()
                .build();
    }

    private static List<NetworkPolicyEgressRule> egress(McpWorkloadSpec.Egress egress) {
        List<NetworkPolicyEgressRule> rules = new ArrayList<>();
        rules.add(new NetworkPolicyEgressRuleBuilder()
                .addNewTo()
                .withNamespaceSelector(new LabelSelector())
                .endTo()
                .addNewTo()
                .withNewIpBlock()
                .withCidr(NODE_LOCAL_DNS)
                .endIpBlock()
                .endTo()
                .withPorts(port("UDP", DNS), port("TCP", DNS), port("UDP", DNS_POD), port("TCP", DNS_POD))
                .build());
        egress.allow().stream()
                .map(WorkloadNetwork::range)
                .distinct()
                .sorted(Comparator.comparing(Range::cidr).thenComparingInt(Range::port))
                .map(Range::rule)
                .forEach(rules::add);
        return rules;
    }

    /** A destination as it is stated; what is no address range is said by the compiler and refused by the API server. */
    private static Range range(McpWorkloadSpec.Egress.Destination destination) {
        String cidr = Cidr.normalize(destination.cidr());
        return new Range(
                cidr == null ? destination.cidr() : cidr, destination.port() == null ? Range.ALL : destination.port());
    }

    /** A destination that may be reached over TCP. */
    private record Range(String cidr, int port) {

        static final int ALL = 0;

        NetworkPolicyEgressRule rule() {
            NetworkPolicyEgressRuleBuilder rule = new NetworkPolicyEgressRuleBuilder()
                    .addNewTo()
                    .withNewIpBlock()
                    .withCidr(cidr)
                    .endIpBlock()
                    .endTo();
            return port == ALL
                    ? rule.addNewPort().withProtocol("TCP").endPort().build()
                    : rule.withPorts(WorkloadNetwork.port("TCP", port)).build();
        }
    }

    private static NetworkPolicyPort port(String protocol, int number) {
        return new NetworkPolicyPortBuilder()
                .withProtocol(protocol)
                .withPort(new IntOrString(number))
                .build();
    }

    private ObjectMeta metadata(String objectName) {
        return Metadata.owned(workload, objectName, Metadata.labels(selector, "workload"));
    }
}
