package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the gateway is published. */
@ValidationRule(
        value = "!(has(self.httpRoute) && has(self.ingress))",
        message = "has both httpRoute and ingress; keep one.")
@ValidationRule(
        value = "has(self.httpRoute) || has(self.ingress)",
        message = "has neither httpRoute nor ingress; add one, or leave expose out.")
public record Expose(
        @JsonPropertyDescription("An HTTPRoute of the Gateway API. At most one of httpRoute and ingress.") @Nullable
        HttpRoute httpRoute,

        @JsonPropertyDescription("An Ingress. At most one of httpRoute and ingress.") @Nullable
        Ingress ingress) {

    /** An HTTPRoute for the host of the public URL. */
    public record HttpRoute(
            @Required
            @ListKind(value = ListKind.Merge.ATOMIC, minItems = 1, maxItems = 8)
            @JsonPropertyDescription("The Gateways, or listeners of Gateways, that shall carry the route.")
            List<ParentRef> parentRefs,

            @MapBounds(maxEntries = 64) @JsonPropertyDescription("Annotations of the HTTPRoute.")
            Map<String, String> annotations) {

        public HttpRoute {
            parentRefs = Absent.list(parentRefs);
            annotations = Absent.map(annotations);
        }

        /** A listener of a Gateway. */
        public record ParentRef(
                @Required
                @Pattern(Api.DNS_SUBDOMAIN)
                @Size(max = 253)
                @JsonPropertyDescription("Name of a Gateway of gateway.networking.k8s.io.")
                String name,

                @Pattern(Api.DNS_LABEL)
                @Size(max = 63)
                @JsonPropertyDescription("Its namespace; left out, this one.")
                @Nullable
                String namespace,

                @Pattern(Api.DNS_SUBDOMAIN)
                @Size(max = 253)
                @JsonPropertyDescription("Name of one of its listeners; left out, all that fit.")
                @Nullable
                String sectionName) {}
    }

    /** An Ingress for the host of the public URL. */
    public record Ingress(
            @Pattern(Api.DNS_SUBDOMAIN)
            @Size(max = 253)
            @JsonPropertyDescription("Name of the IngressClass; left out, the cluster's default.")
            @Nullable
            String className,

            @Pattern(Api.DNS_SUBDOMAIN)
            @Size(max = 253)
            @JsonPropertyDescription("Secret with the certificate that the ingress controller serves.")
            @Nullable
            String tlsSecretName,

            @MapBounds(maxEntries = 64)
            @JsonPropertyDescription(
                    "Annotations of the Ingress. Responses are streams: switch buffering off and raise read timeouts.")
            Map<String, String> annotations) {

        public Ingress {
            annotations = Absent.map(annotations);
        }
    }
}
