package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** Cedar text attached to a gateway or to workloads. */
@JsonClassDescription(
        "Cedar policies attached to a gateway or to workloads. What no permit allows is denied, and a forbid wins over every permit.")
@Group(Api.GROUP)
@Version(Api.VERSION)
@Plural("mcppolicies")
@ShortNames("mcpp")
@Categories("ostiary")
@AdditionalPrinterColumn(name = "Accepted", jsonPath = ".status.conditions[?(@.type==\"Accepted\")].status")
@AdditionalPrinterColumn(name = "Programmed", jsonPath = ".status.conditions[?(@.type==\"Programmed\")].status")
@AdditionalPrinterColumn(name = "Enforcement", jsonPath = ".spec.enforcement")
@AdditionalPrinterColumn(name = "First-Target", jsonPath = ".spec.targetRefs[0].name")
@AdditionalPrinterColumn(
        name = "Enforced-Generation",
        jsonPath = ".status.enforcedGeneration",
        type = AdditionalPrinterColumn.Type.INTEGER,
        priority = 1)
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Accepted\")].reason", priority = 1)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class McpPolicy extends CustomResource<McpPolicySpec, McpPolicyStatus> implements Namespaced {

    private static final long serialVersionUID = 1L;

    @Override
    protected @Nullable McpPolicySpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable McpPolicyStatus initStatus() {
        return null;
    }

    @Override
    @Required
    @JsonPropertyDescription("What the policy says.")
    public McpPolicySpec getSpec() {
        return super.getSpec();
    }

    @Override
    @JsonPropertyDescription("Whether the policy is enforced, as the operator sees it.")
    public McpPolicyStatus getStatus() {
        return super.getStatus();
    }
}
