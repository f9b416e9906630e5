package dev.ostiary.operator.objects;

import dev.ostiary.crds.McpGateway;
import dev.ostiary.crds.McpGatewaySpec;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who owns {@code spec.replicas} of a gateway's Deployment.
 *
 * <p>Under server-side apply a field that its only owner no longer applies is removed, and an absent number means one pod. So
 * the operator may leave the number out only when somebody else owns it as well: {@link HandOver} makes another field
 * manager the owner of the number that is there, and then {@link LeftAlone} lets the HorizontalPodAutoscaler change it
 * (Kubernetes documentation, Server-Side Apply, "Transferring ownership").
 */
public sealed interface Replicas {

    /** The operator's number, applied with everything else. */
    record Stated(int count) implements Replicas {}

    /**
     * The operator owns the number and is to give it up: {@link GatewayObjects#handOver} is applied first under {@link
     * GatewayObjects#HAND_OVER_MANAGER}, then the objects, which leave it out. Doing it twice is harmless.
     */
    record HandOver(int count) implements Replicas {}

    /** Another one owns the number. */
    record LeftAlone() implements Replicas {}

    /**
     * The next step.
     *
     * @param live the Deployment as the API server has it, with {@code metadata.managedFields}; null: there is none
     */
    static Replicas of(McpGateway gateway, @Nullable Deployment live) {
        McpGatewaySpec.Autoscaling autoscaling = gateway.getSpec().autoscaling();
        if (autoscaling == null) {
            return new Stated(gateway.getSpec().replicas());
        }
        Integer count =
                live == null || live.getSpec() == null ? null : live.getSpec().getReplicas();
        GatewayScaling.Bounds bounds = GatewayScaling.Bounds.of(autoscaling);
        // From 0 an autoscaler never moves: that is how one is switched off.
        if (live == null || count == null || (count == 0 && ownedByOperator(live))) {
            return new Stated(bounds.least());
        }
        // The number as it is, or the two owners would not agree; the autoscaler brings it within its bounds.
        return ownedByOperator(live) ? new HandOver(count) : new LeftAlone();
    }

    private static boolean ownedByOperator(Deployment live) {
        return live.getMetadata().getManagedFields().stream()
                .filter(entry -> Metadata.FIELD_MANAGER.equals(entry.getManager()))
                .filter(entry -> "Apply".equals(entry.getOperation()))
                .anyMatch(Replicas::ownsReplicas);
    }

    private static boolean ownsReplicas(ManagedFieldsEntry entry) {
        return entry.getFieldsV1() != null
                && entry.getFieldsV1().getAdditionalProperties().get("f:spec") instanceof Map<?, ?> spec
                && spec.containsKey("f:replicas");
    }
}
