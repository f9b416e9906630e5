package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/**
 * What one replica of a gateway enforces, in its own words. Internal: named after the replica's pod, owned by it, and
 * written by it alone.
 */
@JsonClassDescription(
        "Internal. What one gateway pod reports about itself: which configuration it enforces and what it saw of the workloads. The pod of the same name writes it and owns it; the operator reads it.")
@Group(Api.GROUP)
@Version(Api.VERSION)
@AdditionalPrinterColumn(name = "Gateway", jsonPath = ".spec.gateway")
@AdditionalPrinterColumn(name = "Revision", jsonPath = ".spec.revision")
@AdditionalPrinterColumn(name = "Version", jsonPath = ".spec.version")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class McpGatewayReplica extends CustomResource<McpGatewayReplicaSpec, Void> implements Namespaced {

    private static final long serialVersionUID = 1L;

    @Override
    protected @Nullable McpGatewayReplicaSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable Void initStatus() {
        return null;
    }

    @Override
    @Required
    @JsonPropertyDescription("The report.")
    public McpGatewayReplicaSpec getSpec() {
        return super.getSpec();
    }
}
