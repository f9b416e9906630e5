package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a gateway shall be. */
@ValidationRule(
        value =
                "!" + Rules.FACADE_ENABLED
                        + " || !has(self.store) || !(self.store.type in ['Memory', 'File']) || (self.replicas <= 1 && !has(self.autoscaling))",
        message =
                "keeps sign-ins in one replica, and there are several; set replicas to 1 or choose Kubernetes or Redis.",
        fieldPath = ".store.type")
@ValidationRule(
        value = "!" + Rules.FACADE_ENABLED
                + " || !has(self.entra) || !has(self.entra.credential) || self.entra.credential.type != 'None'",
        message =
                "is None, and the facade signs users in as the registration, which has to prove itself; set spec.entra.credential.type to WorkloadIdentity, ManagedIdentity, Certificate or ClientSecret.",
        fieldPath = ".entra.credential")
public record McpGatewaySpec(
        @Required
        @Pattern(Api.ORIGIN)
        @Size(max = 263)
        @ValidationRule(
                value = Rules.SAFE_ORIGIN,
                message =
                        "must be an https origin without a path, such as https://mcp.example.com; http is accepted for localhost, 127.0.0.1 and [::1] only.")
        @JsonPropertyDescription(
                "The origin that MCP clients use: scheme, host and, where it is not the usual one, port; no path. "
                        + "Every route is a path below it: https://mcp.example.com/github. It must be https; http is accepted for "
                        + "localhost, 127.0.0.1 and [::1] only. Entra and every client that signed in know this URL, so changing it "
                        + "signs everybody out.")
        String publicUrl,

        @SpecReplicas
        @Min(0)
        @Max(100)
        @Default("2")
        @JsonPropertyDescription("Number of identical gateway pods. Ignored while autoscaling is set. Cluster only.")
        Integer replicas,

        @JsonPropertyDescription("Lets the number of pods follow their load instead of replicas. Cluster only.")
        @Nullable
        Autoscaling autoscaling,

        @JsonPropertyDescription(
                "The Entra registration whose users may sign in. Without it every route is closed; on one machine, "
                        + "the built-in emulator stands in for it.")
        @Nullable
        Entra entra,

        @JsonPropertyDescription(
                "Who may sign in, and with what. It does not say what they may do: that is an McpPolicy's part.")
        Authorization authorization,

        @Default("Disabled")
        @JsonPropertyDescription(
                "Enabled also serves the HTTP+SSE transport of protocol version 2024-11-05, at /<route>/sse, to "
                        + "clients that know nothing newer.")
        Toggle legacySse,

        @JsonPropertyDescription("What the audit log holds beyond who, what, when and why.")
        Audit audit,

        @Pattern(Api.DURATION)
        @Size(max = Api.DURATION_LENGTH)
        @Within(least = "1m", most = "365d")
        @JsonPropertyDescription(
                "After this long without contact to the Kubernetes API server a replica stops being ready, for example "
                        + "24h. Left out, it goes on with the configuration that it has. Cluster only.")
        @Nullable
        String maxStaleness,

        @JsonPropertyDescription("Which workloads may attach to this gateway.")
        AllowedWorkloads allowedWorkloads,

        @JsonPropertyDescription("How requests are received: origins, proxies, limits and timeouts.")
        Http http,

        @JsonPropertyDescription("Makes the gateway itself terminate TLS. Leave it out where something in front does.")
        @Nullable
        Tls tls,

        @JsonPropertyDescription(
                "Creates what brings traffic from outside to the gateway's Service: an HTTPRoute or an Ingress. Cluster "
                        + "only.")
        @Nullable
        Expose expose,

        @JsonPropertyDescription("How the gateway reaches Entra, Microsoft Graph and remote workloads.") @Nullable
        GatewayEgress egress,

        @JsonPropertyDescription("Where sign-ins and consents are kept. Access tokens need no store.")
        Store store,

        @JsonPropertyDescription("The gateway's own keys.") Keys keys,

        @Default("Retain")
        @JsonPropertyDescription(
                "What happens to keys, sign-ins and consents when this object is deleted. Retain keeps them, so that a "
                        + "gateway of the same name goes on where this one ended.")
        DeletionPolicy deletionPolicy,

        @JsonPropertyDescription("Additions to the gateway's pods. Cluster only.") @Nullable
        PodTemplate podTemplate,

        @JsonPropertyDescription("CPU and memory of the gateway's container. Cluster only.") @Nullable
        ResourceNeeds resources,

        @JsonPropertyDescription("The Service in front of the gateway's pods. Cluster only.") @Nullable
        GatewayService service) {

    public McpGatewaySpec {
        replicas = Absent.or(replicas, 2);
        authorization = Absent.or(authorization, Authorization.DEFAULT);
        legacySse = Absent.or(legacySse, Toggle.DISABLED);
        audit = Absent.or(audit, Audit.DEFAULT);
        allowedWorkloads = Absent.or(allowedWorkloads, AllowedWorkloads.DEFAULT);
        http = Absent.or(http, Http.DEFAULT);
        store = Absent.or(store, Store.DEFAULT);
        keys = Absent.or(keys, Keys.DEFAULT);
        deletionPolicy = Absent.or(deletionPolicy, DeletionPolicy.RETAIN);
    }

    /** What deletion leaves behind. */
    public enum DeletionPolicy {
        @JsonProperty("Retain")
        RETAIN,
        @JsonProperty("Delete")
        DELETE
    }

    /** A HorizontalPodAutoscaler on the gateway. */
    @ValidationRule(
            value = "self.minReplicas <= self.maxReplicas",
            message = "must be at least minReplicas, which is 2 where it is left out.",
            fieldPath = ".maxReplicas")
    public record Autoscaling(
            @Min(1) @Max(100) @Default("2") @JsonPropertyDescription("The least pods.")
            Integer minReplicas,

            @Required @Min(1) @Max(100) @JsonPropertyDescription("The most pods; at least minReplicas.")
            Integer maxReplicas,

            @Min(1)
            @Max(100)
            @Default("75")
            @JsonPropertyDescription("Average CPU use of the pods to aim at, in percent of what they request.")
            Integer targetCPUUtilization) {

        public Autoscaling {
            minReplicas = Absent.or(minReplicas, 2);
            targetCPUUtilization = Absent.or(targetCPUUtilization, 75);
        }
    }

    /** Audit settings. */
    public record Audit(
            @Default("None")
            @JsonPropertyDescription(
                    "What of a call's arguments is written: None, their Names, or names and Values. Values may be personal "
                            + "or secret; they are cut at 256 characters.")
            Arguments arguments) {

        static final Audit DEFAULT = new Audit(Arguments.NONE);

        public Audit {
            arguments = Absent.or(arguments, Arguments.NONE);
        }

        /** How much of the arguments. */
        public enum Arguments {
            @JsonProperty("None")
            NONE,
            @JsonProperty("Names")
            NAMES,
            @JsonProperty("Values")
            VALUES
        }
    }

    /** Who may attach. */
    public record AllowedWorkloads(
            @JsonPropertyDescription(
                    "The namespaces whose workloads may attach. Taking one away closes their routes at once.")
            Namespaces namespaces) {

        static final AllowedWorkloads DEFAULT = new AllowedWorkloads(Namespaces.SAME);

        public AllowedWorkloads {
            namespaces = Absent.or(namespaces, Namespaces.SAME);
        }

        /** A set of namespaces. */
        @ValidationRule(
                value = "self.from != 'List' || (has(self.list) && self.list.size() > 0)",
                message = "is empty, and from is List; name the namespaces.",
                fieldPath = ".list")
        @ValidationRule(
                value = "self.from == 'List' || !has(self.list) || self.list.size() == 0",
                message = "counts with from: List only; remove it, or set from to List.",
                fieldPath = ".list")
        public record Namespaces(
                @Default("Same")
                @JsonPropertyDescription(
                        "Same: the gateway's own namespace. List: the namespaces in list. All: every namespace.")
                From from,

                @ListKind(value = ListKind.Merge.SET, maxItems = 100, itemPattern = Api.DNS_LABEL, itemMaxLength = 63)
                @JsonPropertyDescription(
                        "The namespaces, with from: List. The gateway's own is included only when it is listed.")
                List<String> list) {

            static final Namespaces SAME = new Namespaces(From.SAME, List.of());

            public Namespaces {
                from = Absent.or(from, From.SAME);
                list = Absent.list(list);
            }

            /** Which namespaces. */
            public enum From {
                @JsonProperty("Same")
                SAME,
                @JsonProperty("List")
                LIST,
                @JsonProperty("All")
                ALL
            }
        }
    }

    /** TLS of the gateway's own listener. */
    public record Tls(
            @Required
            @JsonPropertyDescription(
                    "A Secret of type kubernetes.io/tls in this namespace. Its renewal is picked up without a restart.")
            ObjectRef secretRef) {}

    /** Key rotation. */
    public record Keys(
            @Pattern(Api.DURATION)
            @Size(max = Api.DURATION_LENGTH)
            @Within(least = "1d", most = "365d")
            @Default("30d")
            @JsonPropertyDescription(
                    "How often each key is replaced by a new one; at least 1d. Old keys stay readable as long as anything "
                            + "they sealed or signed is valid.")
            String rotateEvery) {

        static final Keys DEFAULT = new Keys("30d");

        public Keys {
            rotateEvery = Absent.or(rotateEvery, "30d");
        }
    }
}
