package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/**
 * {@code metav1.Condition}, with its exact schema.
 *
 * @param lastTransitionTime RFC 3339
 * @param observedGeneration the generation that the condition speaks of
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Condition(
        @Required
        @Size(max = 316)
        @Pattern(
                "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$")
        @JsonPropertyDescription("Type of the condition, in CamelCase.")
        String type,

        @Required @JsonPropertyDescription("Status of the condition.")
        Status status,

        @Min(0)
        @JsonPropertyDescription(
                "metadata.generation that the condition was set for. When it is older than the object's, the "
                        + "condition is out of date.")
        @Nullable
        Long observedGeneration,

        @Required @JsonPropertyDescription("When the status of the condition last changed.")
        String lastTransitionTime,

        @Required
        @Size(min = 1, max = 1024)
        @Pattern("^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$")
        @JsonPropertyDescription("Why, for programs: one CamelCase word.")
        String reason,

        @Required
        @Size(max = 32768)
        @JsonPropertyDescription("Why, for people: what is wrong and what to do. May be empty.")
        String message) {

    /** Three-valued, as every condition. */
    public enum Status {
        @JsonProperty("True")
        TRUE,
        @JsonProperty("False")
        FALSE,
        @JsonProperty("Unknown")
        UNKNOWN
    }
}
