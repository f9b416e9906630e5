package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** One MCP server: run by us as a container, or running elsewhere. */
@JsonClassDescription(
        "One MCP server behind a gateway: run by Ostiary as a container (image) or running elsewhere (url).")
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("mcpw")
@Categories("ostiary")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "URL", jsonPath = ".status.url")
@AdditionalPrinterColumn(name = "Gateway", jsonPath = ".spec.gatewayRef.name")
@AdditionalPrinterColumn(name = "Transport", jsonPath = ".spec.transport")
@AdditionalPrinterColumn(name = "Verified", jsonPath = ".status.conditions[?(@.type==\"Verified\")].status")
@AdditionalPrinterColumn(name = "Pods", jsonPath = ".status.pods", priority = 1)
@AdditionalPrinterColumn(
        name = "Tools",
        jsonPath = ".status.server.tools",
        type = AdditionalPrinterColumn.Type.INTEGER,
        priority = 1)
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason", priority = 1)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@ValidationRule(
        value =
                "has(self.spec.route) || (self.metadata.name.matches('^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$') && !(self.metadata.name in "
                        + Rules.RESERVED_ROUTES + "))",
        message =
                "the name is the route where spec.route is not set, and a route is at most 40 lower-case letters, digits and hyphens and no path of the gateway itself; set spec.route.")
@ValidationRule(
        value = "!has(self.spec.image) || self.metadata.name.matches('^[a-z]([-a-z0-9]{0,46}[a-z0-9])?$')",
        message =
                "with an image the name becomes that of Services: it must be at most 48 lower-case letters, digits and hyphens, begin with a letter and not end with a hyphen.")
public class McpWorkload extends CustomResource<McpWorkloadSpec, McpWorkloadStatus> implements Namespaced {

    private static final long serialVersionUID = 1L;

    @Override
    protected @Nullable McpWorkloadSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable McpWorkloadStatus initStatus() {
        return null;
    }

    @Override
    @Required
    @JsonPropertyDescription("What the workload shall be.")
    public McpWorkloadSpec getSpec() {
        return super.getSpec();
    }

    @Override
    @JsonPropertyDescription("What the workload is, as the operator sees it.")
    public McpWorkloadStatus getStatus() {
        return super.getStatus();
    }
}
