package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The Service in front of the gateway. */
@ValidationRule(
        value = "self.type == 'LoadBalancer' || !has(self.loadBalancerClass)",
        message = "belongs to the type LoadBalancer; remove it or change the type.",
        fieldPath = ".loadBalancerClass")
@ValidationRule(
        value = "self.type != 'ClusterIP' || !has(self.externalTrafficPolicy)",
        message = "belongs to the types NodePort and LoadBalancer; remove it or change the type.",
        fieldPath = ".externalTrafficPolicy")
public record GatewayService(
        @Default("ClusterIP") @JsonPropertyDescription("Kind of the Service.")
        Type type,

        @MapBounds(maxEntries = 64) @JsonPropertyDescription("Annotations of the Service.")
        Map<String, String> annotations,

        @Size(max = 253) @JsonPropertyDescription("With type LoadBalancer: which implementation.") @Nullable
        String loadBalancerClass,

        @JsonPropertyDescription("Cluster or Local. Local keeps the client's address.") @Nullable
        ExternalTrafficPolicy externalTrafficPolicy) {

    public GatewayService {
        type = Absent.or(type, Type.CLUSTER_IP);
        annotations = Absent.map(annotations);
    }

    /** Kinds of Services. */
    public enum Type {
        @JsonProperty("ClusterIP")
        CLUSTER_IP,
        @JsonProperty("NodePort")
        NODE_PORT,
        @JsonProperty("LoadBalancer")
        LOAD_BALANCER
    }

    /** Where external traffic may go. */
    public enum ExternalTrafficPolicy {
        @JsonProperty("Cluster")
        CLUSTER,
        @JsonProperty("Local")
        LOCAL
    }
}
