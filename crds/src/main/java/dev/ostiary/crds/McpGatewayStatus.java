package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a gateway is. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record McpGatewayStatus(
        @Min(0) @JsonPropertyDescription("metadata.generation that this status speaks of.") @Nullable
        Long observedGeneration,

        @ListKind(value = ListKind.Merge.MAP, keys = "type", maxItems = 8)
        @JsonPropertyDescription(
                "Accepted: the spec makes sense. ResolvedRefs: everything it refers to exists and may be used. "
                        + "EntraReady: Entra knows the registration and it is set up as it must be. Programmed: every counted replica "
                        + "enforces the current revision. Ready: the summary of them all.")
        List<Condition> conditions,

        @JsonPropertyDescription("The public origin under which routes are served.") @Nullable
        String url,

        @JsonPropertyDescription("SHA-256 of the configuration that the operator last published, in hexadecimal.")
        @Nullable
        String revision,

        @JsonPropertyDescription("The first twelve characters of the revision.") @Nullable
        String shortRevision,

        @JsonPropertyDescription("How many of the counted replicas enforce the revision, for example 2/2.") @Nullable
        String enforcedBy,

        @Min(0)
        @JsonPropertyDescription("Number of workloads with a route on this gateway, closed routes included.")
        @Nullable
        Integer workloads,

        @Min(0) @StatusReplicas @JsonPropertyDescription("Number of replicas that exist.") @Nullable
        Integer replicas,

        @LabelSelector @JsonPropertyDescription("Selects the gateway's pods, for the scale subresource.") @Nullable
        String selector) {

    public McpGatewayStatus {
        conditions = Absent.list(conditions);
    }
}
