package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a workload is. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record McpWorkloadStatus(
        @Min(0) @JsonPropertyDescription("metadata.generation that this status speaks of.") @Nullable
        Long observedGeneration,

        @ListKind(value = ListKind.Merge.MAP, keys = "type", maxItems = 8)
        @JsonPropertyDescription(
                "Accepted: the spec makes sense and the gateway lets it attach. ResolvedRefs: everything it refers to exists. "
                        + "Programmed: the gateway's replicas serve this generation. Verified: the server answered an MCP initialize. Ready: the "
                        + "summary of them all.")
        List<Condition> conditions,

        @Min(0)
        @JsonPropertyDescription(
                "metadata.generation that every counted replica of the gateway enforces; left out while none is.")
        @Nullable
        Long enforcedGeneration,

        @Size(max = 304) @JsonPropertyDescription("The URL that MCP clients use.") @Nullable
        String url,

        @Size(max = 16)
        @Pattern("^[0-9]+/[0-9]+$")
        @JsonPropertyDescription(
                "How many of the pods that were asked for are ready, for example 1/2; left out for a server that runs elsewhere.")
        @Nullable
        String pods,

        @JsonPropertyDescription("What the server says about itself, as last seen.") @Nullable
        Server server,

        @Size(max = 1024)
        @JsonPropertyDescription(
                "What went wrong when the gateway last looked at the server; left out when it answered. The condition Verified "
                        + "says since when.")
        @Nullable
        String lastError) {

    public McpWorkloadStatus {
        conditions = Absent.list(conditions);
    }

    /** The server's own words. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Server(
            @Size(max = 256) @JsonPropertyDescription("Name that the server gives itself.") @Nullable
            String name,

            @Size(max = 256) @JsonPropertyDescription("Version that the server gives itself.") @Nullable
            String version,

            @ListKind(value = ListKind.Merge.SET, maxItems = 16, itemMaxLength = 32)
            @JsonPropertyDescription("MCP protocol versions that it was seen to speak, for example 2025-11-25.")
            List<String> protocolVersions,

            @Min(0)
            @JsonPropertyDescription("Number of tools that it lists; left out where that differs from user to user.")
            @Nullable
            Integer tools) {

        public Server {
            protocolVersions = Absent.list(protocolVersions);
        }
    }
}
