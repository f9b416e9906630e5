package dev.ostiary.gateway.config;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** Where the facade keeps what users have granted. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = StoreSettings.Memory.class, name = "Memory"),
    @JsonSubTypes.Type(value = StoreSettings.File.class, name = "File"),
    @JsonSubTypes.Type(value = StoreSettings.Redis.class, name = "Redis"),
    @JsonSubTypes.Type(value = StoreSettings.Kubernetes.class, name = "Kubernetes")
})
public sealed interface StoreSettings {

    /** Nothing outlives the process; one replica. */
    record Memory() implements StoreSettings {}

    /** A file under the state directory of the host that runs the gateway; one replica. */
    record File() implements StoreSettings {}

    /**
     * Redis or Valkey.
     *
     * @param url the key of the connection URL in {@link Credentials}: it holds user and password
     */
    record Redis(String url) implements StoreSettings {}

    /** Objects in the gateway's namespace. */
    record Kubernetes() implements StoreSettings {}
}
