package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/**
 * A value in a Secret of the same namespace as the resource that names it.
 *
 * @param name the Secret
 * @param key the key in it; null: what the referring field says
 */
public record SecretKeyRef(
        @Required
        @Pattern(Api.DNS_SUBDOMAIN)
        @Size(max = 253)
        @JsonPropertyDescription("Name of a Secret in this resource's own namespace.")
        String name,

        @Pattern(Api.SECRET_KEY)
        @Size(max = 253)
        @JsonPropertyDescription(
                "Key in the Secret's data. May be left out where the referring field names a usual key.")
        @Nullable
        String key) {}
