package dev.ostiary.operator.objects;

import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.McpWorkloadSpec;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The objects of a workload, all in its namespace and owned by it. */
public final class WorkloadObjects {

    static final String JWKS = "jwks.json";

    private WorkloadObjects() {}

    /**
     * All objects, in the order in which they are best applied. For a workload that runs elsewhere there is the
     * ConfigMap of the keys that it checks assertions with at most.
     *
     * @throws NoBridgeImageException when the workload needs the bridge, and nobody has said which image has it
     * @throws InvalidPodTemplateException when {@code spec.podTemplate} cannot be merged; the objects are to stay as they are
     */
    public static List<HasMetadata> of(WorkloadPlan plan) {
        McpWorkloadSpec spec = plan.workload().getSpec();
        List<HasMetadata> objects = new ArrayList<>();
        String jwks = plan.assertionJwks();
        if (ServerShape.showsAssertions(spec) && jwks != null) {
            objects.add(assertionKeys(plan.workload(), jwks));
        }
        if (spec.image() == null || spec.url() != null) {
            return objects;
        }
        objects.add(serviceAccount(plan.workload()));
        WorkloadNetwork network = new WorkloadNetwork(plan);
        objects.add(network.networkPolicy());
        objects.add(network.service());
        Service pods = network.podsService();
        if (pods != null) {
            objects.add(pods);
        }
        objects.add(new WorkloadPods(plan).controller());
        return objects;
    }

    static String assertionKeysName(McpWorkload workload) {
        return Metadata.ofWorkload(workload.getMetadata().getName()) + "-keys";
    }

    /** Mounted, and read again by the kubelet when it changes: no pod is replaced for a new key. */
    private static ConfigMap assertionKeys(McpWorkload workload, String jwks) {
        return new ConfigMapBuilder()
                .withMetadata(metadata(workload, assertionKeysName(workload)))
                .withData(Map.of(JWKS, jwks))
                .build();
    }

    /** An identity of its own, without a token: rights given to it are given to this server alone. */
    private static ServiceAccount serviceAccount(McpWorkload workload) {
        return new ServiceAccountBuilder()
                .withMetadata(metadata(
                        workload, Metadata.ofWorkload(workload.getMetadata().getName())))
                .withAutomountServiceAccountToken(false)
                .build();
    }

    private static ObjectMeta metadata(McpWorkload workload, String name) {
        return Metadata.owned(
                workload,
                name,
                Metadata.labels(Metadata.workloadSelector(workload.getMetadata().getName()), "workload"));
    }
}
