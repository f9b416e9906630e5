package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a workload is. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record McpWorkloadStatus(
        @Min(0) @JsonPropertyDescription("metadata.generation that this status speaks of.") @Nullable
        Long observedGeneration,

        @ListKind(value = ListKind.Merge.MAP, keys = "type", maxItems = 8)
        @JsonPropertyDescription(
                "Accepted: the spec makes sense and the gateway lets it attach. ResolvedRefs: everything it refers to exists. "
                        + "Programmed: the gateway's replicas serve this generation. Verified: the server answered an MCP initialize. Ready: the "
                        + "summary of them all.")
        List<Condition> conditions,

        @JsonPropertyDescription("The URL that MCP clients use.") @Nullable
        String url,

        @JsonPropertyDescription("What the server says about itself, as last seen.") @Nullable
        Server server) {

    public McpWorkloadStatus {
        conditions = Absent.list(conditions);
    }

    /** The server's own words. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Server(
            @JsonPropertyDescription("Name that the server gives itself.") @Nullable
            String name,

            @JsonPropertyDescription("Version that the server gives itself.") @Nullable
            String version,

            @JsonPropertyDescription("MCP protocol version that it speaks.") @Nullable
            String protocolVersion,

            @Min(0)
            @JsonPropertyDescription("Number of tools that it lists; left out where that differs from user to user.")
            @Nullable
            Integer tools) {}
}
