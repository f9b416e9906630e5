package dev.ostiary.operator.objects;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpGatewaySpec;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How many pods of a gateway there are, and how many of them may go at once. */
final class GatewayScaling {

    private static final int DRAINED_PODS = 1;
    private static final int DRAIN_EVERY_SECONDS = 60;
    private static final int SCALE_DOWN_AFTER_SECONDS = 300;

    private final McpGateway gateway;
    private final McpGatewaySpec spec;
    private final String name;
    private final Map<String, String> selector;

    GatewayScaling(McpGateway gateway) {
        this.gateway = gateway;
        this.spec = gateway.getSpec();
        this.name = Metadata.ofGateway(gateway.getMetadata().getName());
        this.selector = Metadata.gatewaySelector(gateway.getMetadata().getName());
    }

    /** The least and the most pods that an autoscaler may ask for. */
    record Bounds(int least, int most) {

        /** The bounds; what contradicts itself is said by the compiler and is one number here. */
        static Bounds of(McpGatewaySpec.Autoscaling autoscaling) {
            int least = autoscaling.minReplicas();
            Integer most = autoscaling.maxReplicas();
            return new Bounds(least, most == null ? least : Math.max(least, most));
        }
    }

    /**
     * With one pod there is nothing to budget: a budget could only stop a node from being emptied. Pods that are not ready
     * serve nobody and may always go.
     */
    @Nullable
    PodDisruptionBudget disruptionBudget() {
        McpGatewaySpec.Autoscaling autoscaling = spec.autoscaling();
        int most =
                autoscaling == null ? spec.replicas() : Bounds.of(autoscaling).most();
        if (most < 2) {
            return null;
        }
        return new PodDisruptionBudgetBuilder()
                .withMetadata(metadata())
                .withNewSpec()
                .withMaxUnavailable(new IntOrString(1))
                .withUnhealthyPodEvictionPolicy("AlwaysAllow")
                .withNewSelector()
                .withMatchLabels(selector)
                .endSelector()
                .endSpec()
                .build();
    }

    /** By the CPU of the gateway's own container, and down one pod at a time, since each has streams to hand over. */
    @Nullable
    HorizontalPodAutoscaler autoscaler() {
        McpGatewaySpec.Autoscaling autoscaling = spec.autoscaling();
        if (autoscaling == null) {
            return null;
        }
        Bounds bounds = Bounds.of(autoscaling);
        return new HorizontalPodAutoscalerBuilder()
                .withMetadata(metadata())
                .withNewSpec()
                .withNewScaleTargetRef()
                .withApiVersion("apps/v1")
                .withKind("Deployment")
                .withName(name)
                .endScaleTargetRef()
                .withMinReplicas(bounds.least())
                .withMaxReplicas(bounds.most())
                .addNewMetric()
                .withType("ContainerResource")
                .withNewContainerResource()
                .withContainer(GatewayPods.CONTAINER)
                .withName("cpu")
                .withNewTarget()
                .withType("Utilization")
                .withAverageUtilization(autoscaling.targetCPUUtilization())
                .endTarget()
                .endContainerResource()
                .endMetric()
                .withNewBehavior()
                .withNewScaleDown()
                .withStabilizationWindowSeconds(SCALE_DOWN_AFTER_SECONDS)
                .withSelectPolicy("Max")
                .addNewPolicy()
                .withType("Pods")
                .withValue(DRAINED_PODS)
                .withPeriodSeconds(DRAIN_EVERY_SECONDS)
                .endPolicy()
                .endScaleDown()
                .endBehavior()
                .endSpec()
                .build();
    }

    private ObjectMeta metadata() {
        return Metadata.owned(gateway, name, Metadata.labels(selector, "gateway"));
    }
}
