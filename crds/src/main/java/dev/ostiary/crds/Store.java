package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** The grant store. */
@ValidationRule(
        value = "self.type != 'Redis' || has(self.secretRef)",
        message = "is missing; name a Secret of this namespace.",
        fieldPath = ".secretRef")
@ValidationRule(
        value = "self.type == 'Redis' || !has(self.secretRef)",
        message = "belongs to the type Redis; remove it or change the type.",
        fieldPath = ".secretRef")
public record Store(
        @Default("Kubernetes")
        @JsonPropertyDescription(
                "Kubernetes: objects in this namespace, for small installations without anything else; on one machine it "
                        + "is read as File. Redis: a Redis or Valkey of yours. File: a local file, one replica only. Memory: nothing outlives "
                        + "the process, one replica only.")
        Type type,

        @JsonPropertyDescription(
                "With type Redis: the connection URL, redis:// or rediss:// with user and password, in a Secret. "
                        + "Usual key: url.")
        @Nullable
        SecretKeyRef secretRef) {

    static final Store DEFAULT = new Store(Type.KUBERNETES, null);

    public Store {
        type = Absent.or(type, Type.KUBERNETES);
    }

    /** Where grants are kept. */
    public enum Type {
        @JsonProperty("Kubernetes")
        KUBERNETES,
        @JsonProperty("Redis")
        REDIS,
        @JsonProperty("File")
        FILE,
        @JsonProperty("Memory")
        MEMORY
    }
}
