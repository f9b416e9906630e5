package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A switch with room for further positions, which a boolean has not. */
public enum Toggle {
    @JsonProperty("Enabled")
    ENABLED,
    @JsonProperty("Disabled")
    DISABLED
}
