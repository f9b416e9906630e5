package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a policy. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record McpPolicyStatus(
        @Min(0) @JsonPropertyDescription("metadata.generation that this status speaks of.") @Nullable
        Long observedGeneration,

        @ListKind(value = ListKind.Merge.MAP, keys = "type", maxItems = 8)
        @JsonPropertyDescription(
                "Accepted: the Cedar text parses and its groups are known. ResolvedRefs: every target exists. Programmed: the "
                        + "replicas of every target enforce this generation. Ready: the summary of them all.")
        List<Condition> conditions,

        @Min(0)
        @JsonPropertyDescription(
                "metadata.generation that the replicas of every target enforce; left out while none is. Older than "
                        + "metadata.generation: the text before the last edit still decides.")
        @Nullable
        Long enforcedGeneration,

        @ListKind(
                value = ListKind.Merge.MAP,
                keys = {"kind", "name"},
                maxItems = 16)
        @JsonPropertyDescription("What the policy is attached to: the targets that exist and have a route.")
        List<Attachment> attachedTo,

        @ListKind(value = ListKind.Merge.ATOMIC, maxItems = MAX_FINDINGS)
        @JsonPropertyDescription(
                "What there is to say about the policy, errors first; at most 32, the condition Accepted says how many there are.")
        List<Finding> findings) {

    /** The most findings that a status holds. */
    public static final int MAX_FINDINGS = 32;

    public McpPolicyStatus {
        conditions = Absent.list(conditions);
        attachedTo = Absent.list(attachedTo);
        findings = Absent.list(findings);
    }

    /** A target that the policy reaches. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Attachment(
            @Required @JsonPropertyDescription("Kind of the target.")
            McpPolicySpec.TargetRef.Kind kind,

            @Required @Pattern(Api.DNS_SUBDOMAIN) @Size(max = 253) @JsonPropertyDescription("Name of the target.")
            String name,

            @Required
            @Size(max = 317)
            @JsonPropertyDescription("The gateway that enforces the policy for this target, as namespace/name.")
            String gateway,

            @Pattern(Api.DNS_LABEL)
            @Size(max = 40)
            @JsonPropertyDescription(
                    "The route that the policy holds for; left out for a gateway, where it holds for every route.")
            @Nullable
            String route) {}

    /** Something that the policy's author should know. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Finding(
            @Required
            @JsonPropertyDescription(
                    "Error: it does not work, and a route is closed or the policy has no effect. Warning: it works, and something "
                            + "that was asked for is not done. Lint: it works, and probably does not mean what it seems to say.")
            Severity severity,

            @Required @Size(min = 1, max = 128) @JsonPropertyDescription("Why, for programs: one CamelCase word.")
            String reason,

            @Size(max = 256)
            @JsonPropertyDescription(
                    "The field that it is about, for example spec.cedar; left out for the policy as a whole.")
            @Nullable
            String field,

            @Min(1)
            @JsonPropertyDescription("Line of spec.cedar, from 1; left out where it is not about the text.")
            @Nullable
            Integer line,

            @Min(1) @JsonPropertyDescription("Column in that line, from 1, in characters.") @Nullable
            Integer column,

            @Required @Size(max = 1024) @JsonPropertyDescription("What is wrong and what to do.")
            String message) {

        /** How bad it is. */
        public enum Severity {
            @JsonProperty("Error")
            ERROR,
            @JsonProperty("Warning")
            WARNING,
            @JsonProperty("Lint")
            LINT
        }
    }
}
