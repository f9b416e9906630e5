package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a policy. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record McpPolicyStatus(
        @Min(0) @JsonPropertyDescription("metadata.generation that this status speaks of.") @Nullable
        Long observedGeneration,

        @ListKind(value = ListKind.Merge.MAP, keys = "type", maxItems = 8)
        @JsonPropertyDescription(
                "Accepted: the Cedar text parses and its groups are known. ResolvedRefs: every target exists. Programmed: the "
                        + "replicas of every target enforce this generation. Ready: the summary of them all.")
        List<Condition> conditions) {

    public McpPolicyStatus {
        conditions = Absent.list(conditions);
    }
}
