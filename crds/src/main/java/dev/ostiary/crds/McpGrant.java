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

/** One record of the grant store {@code Kubernetes}. Internal; its value is sealed by the gateway. */
@JsonClassDescription(
        "Internal. One record of a gateway's grant store: a sign-in, a consent, a remembered decision or an ended grant. Its value is encrypted with the gateway's own keys.")
@Group(Api.GROUP)
@Version(Api.VERSION)
@AdditionalPrinterColumn(name = "Gateway", jsonPath = ".spec.gateway")
@AdditionalPrinterColumn(name = "Type", jsonPath = ".spec.type")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class McpGrant extends CustomResource<McpGrantSpec, Void> implements Namespaced {

    private static final long serialVersionUID = 1L;

    @Override
    protected @Nullable McpGrantSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable Void initStatus() {
        return null;
    }

    @Override
    @Required
    @JsonPropertyDescription("The record.")
    public McpGrantSpec getSpec() {
        return super.getSpec();
    }
}
