package dev.ostiary.gateway.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** What a workload is shown in place of the caller's token, which never reaches it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = UpstreamAuth.None.class, name = "None"),
    @JsonSubTypes.Type(value = UpstreamAuth.Secret.class, name = "Secret"),
    @JsonSubTypes.Type(value = UpstreamAuth.IdentityAssertion.class, name = "IdentityAssertion"),
    @JsonSubTypes.Type(value = UpstreamAuth.OnBehalfOf.class, name = "OnBehalfOf")
})
public sealed interface UpstreamAuth {

    /** Whether every caller appears to the workload as the same one, so that what it lists may be shared. */
    default boolean sharedByAllCallers() {
        return this instanceof None || this instanceof Secret;
    }

    /** Nothing. */
    record None() implements UpstreamAuth {}

    /**
     * A header with a fixed value.
     *
     * @param header the header's name
     * @param credential the key of its whole value in {@link Credentials}
     */
    record Secret(String header, String credential) implements UpstreamAuth {}

    /** A short-lived JWT of the gateway about the caller, in {@code Ostiary-Assertion}. */
    record IdentityAssertion() implements UpstreamAuth {}

    /** An Entra token for the workload's own API. */
    record OnBehalfOf(List<String> scopes) implements UpstreamAuth {
        public OnBehalfOf {
            scopes = List.copyOf(scopes);
        }
    }
}
