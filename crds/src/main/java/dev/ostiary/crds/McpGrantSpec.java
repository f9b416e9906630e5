package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A record of the grant store. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record McpGrantSpec(
        @Required
        @Pattern(Api.DNS_SUBDOMAIN)
        @Size(max = 253)
        @ValidationRule(value = "self == oldSelf", message = "cannot change: a record stays with its gateway.")
        @JsonPropertyDescription("Name of the McpGateway, in this namespace, whose record this is.")
        String gateway,

        @Required
        @Pattern("^[A-Z]{1,16}$")
        @Size(max = 16)
        @ValidationRule(value = "self == oldSelf", message = "cannot change: another record is another object.")
        @JsonPropertyDescription("What kind of record it is.")
        String type,

        @Required
        @Pattern("^[A-Za-z0-9_-]+$")
        @Size(min = 1, max = 128)
        @ValidationRule(value = "self == oldSelf", message = "cannot change: another record is another object.")
        @JsonPropertyDescription("Id of the record within its type.")
        String id,

        @Pattern("^[A-Za-z0-9_-]+$")
        @Size(min = 1, max = 128)
        @JsonPropertyDescription("Whose it is, as a hash; left out where it is nobody's.")
        @Nullable
        String owner,

        @Size(max = 65536)
        @JsonPropertyDescription("The sealed value; left out where the record says all by being there.")
        @Nullable
        String value,

        @Required @Min(0) @JsonPropertyDescription("When it is over, in milliseconds since 1970-01-01T00:00:00Z.")
        Long expiresAt) {

    /** Never the value: it is sealed, but a log is no place for it all the same. */
    @Override
    public String toString() {
        return "McpGrantSpec[" + gateway + " " + type + "]";
    }
}
