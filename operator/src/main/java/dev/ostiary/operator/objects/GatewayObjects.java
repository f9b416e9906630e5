package dev.ostiary.operator.objects;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The objects of a gateway, all in its namespace and owned by it. */
public final class GatewayObjects {

    /** The field manager that keeps the number of pods until an autoscaler changes it; see {@link Replicas}. */
    public static final String HAND_OVER_MANAGER = "ostiary-replicas";

    private GatewayObjects() {}

    /**
     * All objects but the Secrets {@code <gateway>-runtime} and {@code <gateway>-keys}, in the order in which they are best
     * applied.
     *
     * @throws InvalidPodTemplateException when {@code spec.podTemplate} cannot be merged; the objects are to stay as they are
     */
    public static List<HasMetadata> of(GatewayPlan plan) {
        GatewayAccess access = new GatewayAccess(plan.gateway());
        GatewayTraffic traffic = new GatewayTraffic(plan);
        GatewayScaling scaling = new GatewayScaling(plan.gateway());
        return Stream.of(
                        access.serviceAccount(),
                        access.role(),
                        access.roleBinding(),
                        access.networkPolicy(plan.metricsFrom()),
                        traffic.service(),
                        traffic.metricsService(),
                        new GatewayPods(plan).deployment(),
                        scaling.disruptionBudget(),
                        scaling.autoscaler(),
                        traffic.ingress(),
                        traffic.httpRoute())
                .<HasMetadata>mapMulti((object, objects) -> {
                    if (object != null) {
                        objects.accept(object);
                    }
                })
                .toList();
    }

    /**
     * What is to be applied before the objects under {@link #HAND_OVER_MANAGER}; null: nothing. A conflict means that somebody
     * changed the number meanwhile: force it not, read the Deployment again.
     */
    public static @Nullable Deployment handOver(GatewayPlan plan) {
        if (!(plan.replicas() instanceof Replicas.HandOver handOver)) {
            return null;
        }
        return new DeploymentBuilder()
                .withNewMetadata()
                .withName(Metadata.ofGateway(plan.gateway().getMetadata().getName()))
                .withNamespace(plan.gateway().getMetadata().getNamespace())
                .endMetadata()
                .withNewSpec()
                .withReplicas(handOver.count())
                .endSpec()
                .build();
    }
}
