package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** An object of the same namespace, its kind given by the referring field. */
public record ObjectRef(
        @Required
        @Pattern(Api.DNS_SUBDOMAIN)
        @Size(max = 253)
        @JsonPropertyDescription("Name of the object, in this resource's own namespace.")
        String name) {}
