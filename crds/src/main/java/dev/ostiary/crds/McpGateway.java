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

/** One public origin with one Entra registration, served by identical replicas. */
@JsonClassDescription(
        "A public origin with one Entra registration, in front of MCP servers. Employees add <publicUrl>/<route> to their MCP client, sign in with the company account, and see and call what McpPolicies grant to them; without a policy, nothing.")
@Group(Api.GROUP)
@Version(Api.VERSION)
@ShortNames("mcpgw")
@Categories("ostiary")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "URL", jsonPath = ".status.url")
@AdditionalPrinterColumn(name = "Revision", jsonPath = ".status.shortRevision")
@AdditionalPrinterColumn(name = "Enforced-By", jsonPath = ".status.enforcedBy")
@AdditionalPrinterColumn(
        name = "Workloads",
        jsonPath = ".status.workloads",
        type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Draining",
        jsonPath = ".status.drainingReplicas",
        type = AdditionalPrinterColumn.Type.INTEGER,
        priority = 1)
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason", priority = 1)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@ValidationRule(
        value = "self.metadata.name.matches('^[a-z]([-a-z0-9]{0,48}[a-z0-9])?$')",
        message =
                "the name becomes that of a Service: it must be at most 50 lower-case letters, digits and hyphens, begin with a letter and not end with a hyphen.")
public class McpGateway extends CustomResource<McpGatewaySpec, McpGatewayStatus> implements Namespaced {

    private static final long serialVersionUID = 1L;

    @Override
    protected @Nullable McpGatewaySpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable McpGatewayStatus initStatus() {
        return null;
    }

    @Override
    @Required
    @JsonPropertyDescription("What the gateway shall be.")
    public McpGatewaySpec getSpec() {
        return super.getSpec();
    }

    @Override
    @JsonPropertyDescription("What the gateway is, as the operator sees it.")
    public McpGatewayStatus getStatus() {
        return super.getStatus();
    }
}
