package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The way out. */
public record GatewayEgress(
        @JsonPropertyDescription("Forward proxies.") @Nullable
        Proxy proxy,

        @JsonPropertyDescription(
                "A ConfigMap of this namespace with PEM certificates that are trusted beside the usual public ones.")
        @Nullable
        ConfigMapKeyRef caBundleRef) {

    /** Forward proxies. */
    public record Proxy(
            @Pattern(Api.ORIGIN)
            @ValidationRule(
                    value = "self.startsWith('http://')",
                    message =
                            "must be the http origin of a forward proxy, such as http://proxy:3128, without user and password.")
            @Size(max = 263)
            @JsonPropertyDescription("Proxy for https destinations, asked to CONNECT, for example http://proxy:3128.")
            @Nullable
            String https,

            @Pattern(Api.ORIGIN)
            @ValidationRule(
                    value = "self.startsWith('http://')",
                    message =
                            "must be the http origin of a forward proxy, such as http://proxy:3128, without user and password.")
            @Size(max = 263)
            @JsonPropertyDescription("Proxy for http destinations.")
            @Nullable
            String http,

            @ListKind(value = ListKind.Merge.SET, maxItems = 200, itemMaxLength = 253)
            @JsonPropertyDescription(
                    "Hosts that are reached directly: a host name, or a suffix with a leading dot such as .svc.")
            List<String> noProxy) {

        public Proxy {
            noProxy = Absent.list(noProxy);
        }
    }

    /** A value in a ConfigMap. */
    public record ConfigMapKeyRef(
            @Required @Pattern(Api.DNS_SUBDOMAIN) @Size(max = 253) @JsonPropertyDescription("Name of the ConfigMap.")
            String name,

            @Pattern(Api.SECRET_KEY) @Size(max = 253) @Default("ca.crt") @JsonPropertyDescription("Key in its data.")
            String key) {

        public ConfigMapKeyRef {
            key = Absent.or(key, "ca.crt");
        }
    }
}
