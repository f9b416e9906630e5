package dev.ostiary.operator.objects;

import dev.ostiary.crds.Expose;
import dev.ostiary.crds.GatewayService;
import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpGatewaySpec;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ParentReference;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ParentReferenceBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.IngressBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.IngressFluent;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What brings requests to a gateway's pods. */
final class GatewayTraffic {

    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /** A stream is quiet for minutes and lasts for hours. */
    private static final String STREAM_SECONDS = "3600";

    private static final String NGINX = "nginx.ingress.kubernetes.io/";

    /** Gateway API: no limit. */
    private static final String NO_TIMEOUT = "0s";

    private final GatewayPlan plan;
    private final McpGateway gateway;
    private final McpGatewaySpec spec;
    private final String name;
    private final Map<String, String> selector;

    GatewayTraffic(GatewayPlan plan) {
        this.plan = plan;
        this.gateway = plan.gateway();
        this.spec = gateway.getSpec();
        this.name = Metadata.ofGateway(gateway.getMetadata().getName());
        this.selector = Metadata.gatewaySelector(gateway.getMetadata().getName());
    }

    /** The public port alone: what is not in a Service cannot be published by mistake. */
    Service service() {
        GatewayService stated = spec.service() != null
                ? spec.service()
                : new GatewayService(GatewayService.Type.CLUSTER_IP, Map.of(), null, null);
        boolean outside = stated.type() != GatewayService.Type.CLUSTER_IP;
        boolean balanced = stated.type() == GatewayService.Type.LOAD_BALANCER;
        ObjectMeta metadata = metadata(name, "gateway", stated.annotations());
        return new ServiceBuilder()
                .withMetadata(metadata)
                .withNewSpec()
                .withType(
                        switch (stated.type()) {
                            case CLUSTER_IP -> "ClusterIP";
                            case NODE_PORT -> "NodePort";
                            case LOAD_BALANCER -> "LoadBalancer";
                        })
                .withLoadBalancerClass(balanced ? stated.loadBalancerClass() : null)
                .withExternalTrafficPolicy(
                        outside && stated.externalTrafficPolicy() != null
                                ? switch (stated.externalTrafficPolicy()) {
                                    case CLUSTER -> "Cluster";
                                    case LOCAL -> "Local";
                                }
                                : null)
                .withSelector(selector)
                .addNewPort()
                .withName(portName())
                .withPort(port())
                .withProtocol("TCP")
                .withAppProtocol(portName())
                .withTargetPort(new IntOrString(portName()))
                .endPort()
                .endSpec()
                .build();
    }

    /** For a ServiceMonitor: every pod, also one that drains. */
    Service metricsService() {
        return new ServiceBuilder()
                .withMetadata(metadata(gateway.getMetadata().getName() + "-metrics", "metrics", Map.of()))
                .withNewSpec()
                .withType("ClusterIP")
                .withClusterIP("None")
                .withPublishNotReadyAddresses(true)
                .withSelector(selector)
                .addNewPort()
                .withName("admin")
                .withPort(GatewayPods.ADMIN_PORT)
                .withProtocol("TCP")
                .withAppProtocol("http")
                .withTargetPort(new IntOrString("admin"))
                .endPort()
                .endSpec()
                .build();
    }

    @Nullable
    Ingress ingress() {
        Expose.Ingress stated = spec.expose() == null ? null : spec.expose().ingress();
        if (stated == null || both()) {
            return null;
        }
        Map<String, String> annotations = new TreeMap<>(streaming());
        annotations.putAll(stated.annotations());
        IngressFluent<?>.SpecNested<IngressBuilder> ingress = new IngressBuilder()
                .withMetadata(metadata(name, "gateway", annotations))
                .withNewSpec()
                .withIngressClassName(stated.className())
                .addNewRule()
                .withHost(host())
                .withNewHttp()
                .addNewPath()
                .withPath("/")
                .withPathType("Prefix")
                .withNewBackend()
                .withNewService()
                .withName(name)
                .withNewPort()
                .withName(portName())
                .endPort()
                .endService()
                .endBackend()
                .endPath()
                .endHttp()
                .endRule();
        if (stated.tlsSecretName() != null) {
            ingress.addNewTl()
                    .addToHosts(host())
                    .withSecretName(stated.tlsSecretName())
                    .endTl();
        }
        return ingress.endSpec().build();
    }

    /** What ingress-nginx needs to pass streams on as they come; other controllers ignore it. */
    private Map<String, String> streaming() {
        Map<String, String> annotations = new TreeMap<>(Map.of(
                NGINX + "proxy-buffering",
                "off",
                NGINX + "proxy-request-buffering",
                "off",
                NGINX + "proxy-read-timeout",
                STREAM_SECONDS,
                NGINX + "proxy-send-timeout",
                STREAM_SECONDS,
                NGINX + "proxy-body-size",
                Integer.toString(plan.compiled().snapshot().listener().limits().bodyBytes())));
        if (spec.tls() != null) {
            annotations.put(NGINX + "backend-protocol", "HTTPS");
        }
        return annotations;
    }

    @Nullable
    HTTPRoute httpRoute() {
        Expose.HttpRoute stated = spec.expose() == null ? null : spec.expose().httpRoute();
        if (stated == null || both()) {
            return null;
        }
        return new HTTPRouteBuilder()
                .withMetadata(metadata(name, "gateway", stated.annotations()))
                .withNewSpec()
                .withParentRefs(stated.parentRefs().stream().map(this::parent).toList())
                .withHostnames(host())
                .addNewRule()
                .addNewMatch()
                .withNewPath()
                .withType("PathPrefix")
                .withValue("/")
                .endPath()
                .endMatch()
                .addNewBackendRef()
                .withName(name)
                .withPort(port())
                .endBackendRef()
                .withNewTimeouts()
                .withRequest(NO_TIMEOUT)
                .withBackendRequest(NO_TIMEOUT)
                .endTimeouts()
                .endRule()
                .endSpec()
                .build();
    }

    private ParentReference parent(Expose.HttpRoute.ParentRef ref) {
        return new ParentReferenceBuilder()
                .withGroup("gateway.networking.k8s.io")
                .withKind("Gateway")
                .withName(ref.name())
                .withNamespace(ref.namespace())
                .withSectionName(ref.sectionName())
                .build();
    }

    /** The compiler refuses it, so nothing says which one was meant. */
    private boolean both() {
        Expose expose = spec.expose();
        return expose != null && expose.httpRoute() != null && expose.ingress() != null;
    }

    private String host() {
        return plan.compiled().snapshot().publicUrl().getHost();
    }

    private int port() {
        return spec.tls() == null ? HTTP : HTTPS;
    }

    private String portName() {
        return GatewayPods.publicPortName(spec);
    }

    private ObjectMeta metadata(String objectName, String component, Map<String, String> annotations) {
        ObjectMeta metadata = Metadata.owned(gateway, objectName, Metadata.labels(selector, component));
        metadata.setAnnotations(annotations.isEmpty() ? null : new TreeMap<>(annotations));
        return metadata;
    }
}
