package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a gateway is. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record McpGatewayStatus(
        @Min(0) @JsonPropertyDescription("metadata.generation that this status speaks of.") @Nullable
        Long observedGeneration,

        @ListKind(value = ListKind.Merge.MAP, keys = "type", maxItems = 8)
        @JsonPropertyDescription(
                "Accepted: the spec makes sense. ResolvedRefs: everything it refers to exists and may be used. "
                        + "EntraReady: Entra knows the registration and it is set up as it must be. StoreReady: the grant store answers, "
                        + "so that people can sign in and the end of a grant takes effect at once. Programmed: every counted "
                        + "replica enforces the current revision. Ready: the summary of them all.")
        List<Condition> conditions,

        @Size(max = 263) @JsonPropertyDescription("The public origin under which routes are served.") @Nullable
        String url,

        @Size(max = 64)
        @JsonPropertyDescription("SHA-256 of the configuration that the operator last published, in hexadecimal.")
        @Nullable
        String revision,

        @Size(max = 12) @JsonPropertyDescription("The first twelve characters of the revision.") @Nullable
        String shortRevision,

        @Size(max = 16)
        @Pattern("^[0-9]+/[0-9]+$")
        @JsonPropertyDescription(
                "How many of the counted replicas enforce the revision, for example 2/2. Counted are the pods that are ready and "
                        + "not terminating.")
        @Nullable
        String enforcedBy,

        @Min(0)
        @JsonPropertyDescription(
                "Number of replicas that are terminating: they finish what they have begun and take nothing new.")
        @Nullable
        Integer drainingReplicas,

        @ListKind(value = ListKind.Merge.MAP, keys = "name", maxItems = 4)
        @JsonPropertyDescription("Where the gateway listens inside the cluster.")
        List<Listener> listeners,

        @Min(0)
        @JsonPropertyDescription("Number of workloads with a route on this gateway, closed routes included.")
        @Nullable
        Integer workloads,

        @Min(0) @StatusReplicas @JsonPropertyDescription("Number of replicas that exist.") @Nullable
        Integer replicas,

        @LabelSelector
        @Size(max = 1024)
        @JsonPropertyDescription("Selects the gateway's pods, for the scale subresource.")
        @Nullable
        String selector) {

    public McpGatewayStatus {
        conditions = Absent.list(conditions);
        listeners = Absent.list(listeners);
    }

    /** A port of the gateway's Service. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Listener(
            @Required @Pattern(Api.DNS_LABEL) @Size(max = 15) @JsonPropertyDescription("Name of the Service's port.")
            String name,

            @Required @JsonPropertyDescription("HTTP, or HTTPS where the gateway itself terminates TLS.")
            Protocol protocol,

            @Required @Min(1) @Max(65535) @JsonPropertyDescription("The Service's port.")
            Integer port,

            @Size(max = 263)
            @JsonPropertyDescription(
                    "Host and port inside the cluster, for example engineering-gateway.mcp.svc:80. What brings traffic from "
                            + "outside leads here.")
            @Nullable
            String address) {

        /** What is spoken. */
        public enum Protocol {
            @JsonProperty("HTTP")
            HTTP,
            @JsonProperty("HTTPS")
            HTTPS
        }
    }
}
