package dev.ostiary.operator.objects;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.util.List;

/**
 * The kinds that are made, in the order in which they are best applied: what pods need comes before them. An object of such a
 * kind that a gateway or workload owns and that is no longer desired is to be deleted; the Secrets of a gateway are none of
 * them.
 */
public final class ObjectKinds {

    /** Of a gateway. */
    public static final List<Class<? extends HasMetadata>> OF_GATEWAY = List.of(
            ServiceAccount.class,
            Role.class,
            RoleBinding.class,
            NetworkPolicy.class,
            Service.class,
            Deployment.class,
            PodDisruptionBudget.class,
            HorizontalPodAutoscaler.class,
            Ingress.class,
            HTTPRoute.class);

    /** Of a workload. */
    public static final List<Class<? extends HasMetadata>> OF_WORKLOAD = List.of(
            ConfigMap.class,
            ServiceAccount.class,
            NetworkPolicy.class,
            Service.class,
            Deployment.class,
            StatefulSet.class);

    /** Kinds that a cluster may not have. */
    public static final List<Class<? extends HasMetadata>> OPTIONAL = List.of(HTTPRoute.class);

    private ObjectKinds() {}
}
