package dev.ostiary.operator.objects;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.Map;
import java.util.TreeMap;

/** Names, labels and owners, which outlive releases: a selector cannot be changed, and an owner decides what is deleted. */
public final class Metadata {

    /** The field manager of everything that the operator applies. */
    public static final String FIELD_MANAGER = "ostiary";

    /** {@code app.kubernetes.io/name} of gateway pods. */
    public static final String GATEWAY = "ostiary-gateway";

    /** {@code app.kubernetes.io/name} of workload pods. */
    public static final String WORKLOAD = "ostiary-workload";

    static final String NAME_LABEL = "app.kubernetes.io/name";
    static final String INSTANCE_LABEL = "app.kubernetes.io/instance";

    private Metadata() {}

    /** Name of a gateway's Deployment, Service, ServiceAccount, Role, RoleBinding and so on. */
    public static String ofGateway(String gateway) {
        return gateway + "-gateway";
    }

    /** Name of a workload's Deployment or StatefulSet, Service and NetworkPolicy. */
    public static String ofWorkload(String workload) {
        return workload + "-mcp";
    }

    /** What selects the pods of a gateway; never to be changed. */
    public static Map<String, String> gatewaySelector(String gateway) {
        return selector(GATEWAY, gateway);
    }

    /** What selects the pods of a workload; never to be changed. */
    public static Map<String, String> workloadSelector(String workload) {
        return selector(WORKLOAD, workload);
    }

    private static Map<String, String> selector(String name, String instance) {
        return new TreeMap<>(Map.of(NAME_LABEL, name, INSTANCE_LABEL, instance));
    }

    /** All labels of an object. */
    static Map<String, String> labels(Map<String, String> selector, String component) {
        Map<String, String> labels = new TreeMap<>(selector);
        labels.put("app.kubernetes.io/component", component);
        labels.put("app.kubernetes.io/managed-by", "ostiary");
        labels.put("app.kubernetes.io/part-of", "ostiary");
        return labels;
    }

    /** Metadata of an object that {@code owner} owns, in its namespace. */
    static ObjectMeta owned(HasMetadata owner, String name, Map<String, String> labels) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(owner.getMetadata().getNamespace())
                .withLabels(labels)
                .withOwnerReferences(ownerReference(owner))
                .build();
    }

    /** The reference that lets what {@code owner} owns be found, and be deleted with it. */
    public static OwnerReference ownerReference(HasMetadata owner) {
        return new OwnerReferenceBuilder()
                .withApiVersion(owner.getApiVersion())
                .withKind(owner.getKind())
                .withName(owner.getMetadata().getName())
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(false)
                .build();
    }
}
