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
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a workload shall be. */
@ValidationRule(
        value = "has(self.image) || has(self.url)",
        message = "has neither image nor url; name a container image, or the URL of a server that runs elsewhere.")
@ValidationRule(
        value = "!(has(self.image) && has(self.url))",
        message = "excludes image; keep one of them.",
        fieldPath = ".url")
@ValidationRule(
        value = "self.transport != 'Stdio' || !has(self.url)",
        message = "Stdio needs an image: a URL speaks HTTP.",
        fieldPath = ".transport")
public record McpWorkloadSpec(
        @Required @JsonPropertyDescription("The gateway that serves this workload.")
        GatewayRef gatewayRef,

        @Pattern(Api.DNS_LABEL)
        @Size(max = 40)
        @ValidationRule(
                value = "!(self in " + Rules.RESERVED_ROUTES + ")",
                message = "is a path of the gateway itself; choose another name.")
        @JsonPropertyDescription(
                "Path on the gateway: the MCP endpoint is <publicUrl>/<route>. Left out, the workload's name. When two "
                        + "workloads of a gateway ask for the same route, the older one has it.")
        @Nullable
        String route,

        @Size(max = 128)
        @ValidationRule(value = Rules.PLAIN_TEXT, message = "has control characters.")
        @JsonPropertyDescription("Name for people, on the consent page and in messages. Left out, the workload's name.")
        @Nullable
        String displayName,

        @Default("StreamableHttp")
        @JsonPropertyDescription(
                "What the server speaks. StreamableHttp: the HTTP transport. Stdio: standard input and output; Ostiary runs one "
                        + "process per session. Sse: the older HTTP+SSE transport.")
        Transport transport,

        @JsonPropertyDescription("Where in the container an HTTP server listens, and whether it keeps sessions.")
        HttpEndpoint http,

        @Size(min = 1, max = 512)
        @Pattern(Api.NO_SPACES)
        @JsonPropertyDescription("Container image of the server, which Ostiary runs. Exactly one of image and url.")
        @Nullable
        String image,

        @Pattern(Api.HTTP_URL)
        @Size(max = 2048)
        @ValidationRule(
                value = "!" + Rules.USER_OR_UNDERSCORE,
                message =
                        "must be an absolute http or https URL without user, password and fragment, and without underscores in the host name; credentials belong into upstreamAuth.")
        @JsonPropertyDescription(
                "MCP endpoint of a server that runs elsewhere, path included. Exactly one of image and url.")
        @Nullable
        String url,

        @ListKind(value = ListKind.Merge.ATOMIC, maxItems = 64, itemMaxLength = 8192)
        @JsonPropertyDescription(
                "Command instead of the image's entry point. Of a Stdio server without it, the image's own is looked up at its registry.")
        List<String> command,

        @ListKind(value = ListKind.Merge.ATOMIC, maxItems = 256, itemMaxLength = 8192)
        @JsonPropertyDescription("Arguments of the command.")
        List<String> args,

        @ListKind(value = ListKind.Merge.MAP, keys = "name", maxItems = 256)
        @JsonPropertyDescription("Environment variables of the server.")
        List<Env> env,

        @Min(0) @Max(100) @Default("1") @JsonPropertyDescription("Number of pods. Cluster only.")
        Integer replicas,

        @JsonPropertyDescription("How MCP sessions are kept.")
        Sessions sessions,

        @Default("true")
        @JsonPropertyDescription(
                "Whether pods are replaced when the content of a referenced Secret or ConfigMap changes. Cluster only.")
        Boolean rollOnContentChange,

        @JsonPropertyDescription("What the server is shown in place of the caller's token, which never reaches it.")
        UpstreamAuthentication upstreamAuth,

        @ListKind(value = ListKind.Merge.MAP, keys = "name", maxItems = 1000)
        @JsonPropertyDescription("Facts about single tools that you state and the server cannot change.")
        List<Tool> tools,

        @JsonPropertyDescription(
                "Where the server's pods may connect to. Left out, anywhere. Cluster only, and only where the network plugin "
                        + "enforces NetworkPolicies.")
        @Nullable
        Egress egress,

        @JsonPropertyDescription("Additions to the server's pods. Cluster only.") @Nullable
        PodTemplate podTemplate,

        @JsonPropertyDescription("CPU and memory of the server's container. Cluster only.") @Nullable
        ResourceNeeds resources,

        @ListKind(value = ListKind.Merge.MAP, keys = "name", maxItems = 16)
        @JsonPropertyDescription("Secrets for pulling the image. Cluster only.")
        List<ObjectRef> imagePullSecrets) {

    public McpWorkloadSpec {
        transport = Absent.or(transport, Transport.STREAMABLE_HTTP);
        http = Absent.or(http, HttpEndpoint.DEFAULT);
        command = Absent.list(command);
        args = Absent.list(args);
        env = Absent.list(env);
        replicas = Absent.or(replicas, 1);
        sessions = Absent.or(sessions, Sessions.DEFAULT);
        rollOnContentChange = Absent.or(rollOnContentChange, true);
        upstreamAuth = Absent.or(upstreamAuth, UpstreamAuthentication.NONE);
        tools = Absent.list(tools);
        imagePullSecrets = Absent.list(imagePullSecrets);
    }

    /** MCP transports of servers. */
    public enum Transport {
        @JsonProperty("StreamableHttp")
        STREAMABLE_HTTP,
        @JsonProperty("Stdio")
        STDIO,
        @JsonProperty("Sse")
        SSE
    }

    /** A gateway. */
    public record GatewayRef(
            @Required @Pattern(Api.DNS_SUBDOMAIN) @Size(max = 253) @JsonPropertyDescription("Name of an McpGateway.")
            String name,

            @Pattern(Api.DNS_LABEL)
            @Size(max = 63)
            @JsonPropertyDescription(
                    "Its namespace, when it is not this one. The gateway must allow it: spec.allowedWorkloads.")
            @Nullable
            String namespace) {}

    /** Where an HTTP server listens. */
    public record HttpEndpoint(
            @Min(1) @Max(65535) @Default("8080") @JsonPropertyDescription("Port in the container. Not used with url.")
            Integer port,

            @Pattern("^/[^?#\\s]*$")
            @Size(max = 512)
            @Default("/mcp")
            @JsonPropertyDescription("Path of the MCP endpoint. Not used with url, which has its own.")
            String path,

            @Default("true")
            @JsonPropertyDescription(
                    "Whether the server keeps sessions, so that a session must stay with one pod. With false any pod may "
                            + "answer any request.")
            Boolean stateful) {

        static final HttpEndpoint DEFAULT = new HttpEndpoint(8080, "/mcp", true);

        public HttpEndpoint {
            port = Absent.or(port, 8080);
            path = Absent.or(path, "/mcp");
            stateful = Absent.or(stateful, true);
        }
    }

    /** An environment variable. */
    @ValidationRule(
            value = "!(has(self.value) && has(self.valueFrom))",
            message = "has both value and valueFrom; keep one.")
    public record Env(
            @Required
            @Pattern("^[-._a-zA-Z][-._a-zA-Z0-9]*$")
            @Size(max = 256)
            @JsonPropertyDescription("Name of the variable.")
            String name,

            @Size(max = 32768) @JsonPropertyDescription("Its value. At most one of value and valueFrom.") @Nullable
            String value,

            @JsonPropertyDescription("Takes the value from a Secret or ConfigMap. At most one of value and valueFrom.")
            @Nullable
            Source valueFrom) {

        /** Where a value comes from. */
        @ValidationRule(
                value = "has(self.secretKeyRef) != has(self.configMapKeyRef)",
                message = "needs exactly one of secretKeyRef and configMapKeyRef.")
        public record Source(
                @JsonPropertyDescription("A key of a Secret. Exactly one of secretKeyRef and configMapKeyRef.")
                @Nullable
                KeyRef secretKeyRef,

                @JsonPropertyDescription("A key of a ConfigMap. Exactly one of secretKeyRef and configMapKeyRef.")
                @Nullable
                KeyRef configMapKeyRef) {}

        /** A key of a Secret or ConfigMap of the same namespace. */
        public record KeyRef(
                @Required
                @Pattern(Api.DNS_SUBDOMAIN)
                @Size(max = 253)
                @JsonPropertyDescription("Name of the object, in this resource's own namespace.")
                String name,

                @Required @Pattern(Api.SECRET_KEY) @Size(max = 253) @JsonPropertyDescription("Key in its data.")
                String key,

                @Default("false")
                @JsonPropertyDescription("Whether the variable is left unset when the object or key does not exist.")
                Boolean optional) {

            public KeyRef {
                optional = Absent.or(optional, false);
            }
        }
    }

    /** How MCP sessions are kept. */
    public record Sessions(
            @Min(1)
            @Max(10000)
            @Default("200")
            @JsonPropertyDescription("The most sessions that one pod serves at a time.")
            Integer maxPerPod,

            @Pattern(Api.DURATION)
            @Size(max = Api.DURATION_LENGTH)
            @Within(least = "1m", most = "1d")
            @Default("30m")
            @JsonPropertyDescription("A session without a message for this long ends; 1m to 1d.")
            String idleTimeout,

            @Default("Client")
            @JsonPropertyDescription(
                    "Who starts a new session when one is lost, for example because a pod went away. Client: the gateway says so and "
                            + "the client starts again. Gateway: it does so itself; only for servers that keep nothing in a session.")
            Reinitialize reinitialize) {

        static final Sessions DEFAULT = new Sessions(200, "30m", Reinitialize.CLIENT);

        public Sessions {
            maxPerPod = Absent.or(maxPerPod, 200);
            idleTimeout = Absent.or(idleTimeout, "30m");
            reinitialize = Absent.or(reinitialize, Reinitialize.CLIENT);
        }

        /** Who starts again. */
        public enum Reinitialize {
            @JsonProperty("Client")
            CLIENT,
            @JsonProperty("Gateway")
            GATEWAY
        }
    }

    /** What the server is shown. */
    @ValidationRule(
            value = "self.type == 'Secret' || !has(self.header)",
            message = "belongs to the type Secret; remove it or change the type.",
            fieldPath = ".header")
    @ValidationRule(
            value = "self.type == 'Secret' || !has(self.secretRef)",
            message = "belongs to the type Secret; remove it or change the type.",
            fieldPath = ".secretRef")
    @ValidationRule(
            value = "self.type != 'Secret' || has(self.secretRef)",
            message = "is missing; name a Secret of this namespace.",
            fieldPath = ".secretRef")
    @ValidationRule(
            value = "self.type == 'OnBehalfOf' || !has(self.scopes) || self.scopes.size() == 0",
            message = "belongs to the type OnBehalfOf; remove it or change the type.",
            fieldPath = ".scopes")
    @ValidationRule(
            value = "self.type != 'OnBehalfOf' || (has(self.scopes) && self.scopes.size() > 0)",
            message = "is empty; name scopes of the server's API.",
            fieldPath = ".scopes")
    public record UpstreamAuthentication(
            @Required
            @JsonPropertyDescription(
                    "None: nothing. IdentityAssertion: a short-lived JWT of the gateway about the caller, in the header "
                            + "Ostiary-Assertion. OnBehalfOf: an Entra token of the caller for the server's own API. Secret: a header with a fixed "
                            + "value.")
            Type type,

            @ListKind(value = ListKind.Merge.SET, maxItems = 20, itemMaxLength = 512)
            @ValidationRule(
                    value = "self.all(scope, scope.matches(r'^[!#-\\[\\]-~]+/[!#-.0-\\[\\]-~]+$'))",
                    message = "must be scopes with their API, such as api://notes/Notes.Read or api://notes/.default.")
            @ValidationRule(
                    value =
                            "self.all(scope, scope.lastIndexOf('/') < 1 || self[0].lastIndexOf('/') < 1 || scope.substring(0, scope.lastIndexOf('/')) == self[0].substring(0, self[0].lastIndexOf('/')))",
                    message = "must be of one API: a token is for one.")
            @ValidationRule(
                    value = "self.size() < 2 || !self.exists(scope, scope.endsWith('/.default'))",
                    message = "has .default beside others; it stands for all of them, alone.")
            @JsonPropertyDescription("With OnBehalfOf: scopes of one API, for example api://notes/Notes.Read.")
            List<String> scopes,

            @Pattern(Api.HEADER_NAME)
            @Size(max = 64)
            @ValidationRule(
                    value = "!(self.lowerAscii() in " + Rules.USED_HEADERS + ") && !" + Rules.USED_HEADER_PREFIXES
                            + ".exists(prefix, self.lowerAscii().startsWith(prefix))",
                    message =
                            "cannot carry a credential: it is one that HTTP, MCP or the gateway uses itself; usual ones are Authorization and X-Api-Key.")
            @JsonPropertyDescription("With Secret: name of the header, usually Authorization. Left out: Authorization.")
            @Nullable
            String header,

            @JsonPropertyDescription(
                    "With Secret: the header's whole value, for example \"Bearer ...\". Usual key: value.")
            @Nullable
            SecretKeyRef secretRef) {

        static final UpstreamAuthentication NONE = new UpstreamAuthentication(Type.NONE, List.of(), null, null);

        public UpstreamAuthentication {
            scopes = Absent.list(scopes);
        }

        /** Kinds of credentials for servers. */
        public enum Type {
            @JsonProperty("None")
            NONE,
            @JsonProperty("IdentityAssertion")
            IDENTITY_ASSERTION,
            @JsonProperty("OnBehalfOf")
            ON_BEHALF_OF,
            @JsonProperty("Secret")
            SECRET
        }
    }

    /** Facts about one tool. */
    public record Tool(
            @Required @Size(min = 1, max = 128) @JsonPropertyDescription("Name of the tool.")
            String name,

            @JsonPropertyDescription(
                    "Hints that replace what the server says about the tool. Policies read them as resource.readOnlyHint and so on.")
            @Nullable
            Annotations annotations,

            @Pattern("^sha256:[0-9a-f]{64}$")
            @JsonPropertyDescription(
                    "Pins the tool's definition: while the server's differs, the tool is closed. sha256:<hex> of its canonical JSON "
                            + "(RFC 8785).")
            @Nullable
            String definitionHash) {

        /** MCP's tool annotations. */
        public record Annotations(
                @JsonPropertyDescription("The tool changes nothing.") @Nullable
                Boolean readOnlyHint,

                @JsonPropertyDescription("The tool may destroy something.") @Nullable
                Boolean destructiveHint,

                @JsonPropertyDescription("Calling the tool twice does no more than calling it once.") @Nullable
                Boolean idempotentHint,

                @JsonPropertyDescription("The tool reaches beyond a closed set of things, for example the web.")
                @Nullable
                Boolean openWorldHint) {}
    }

    /** Outgoing connections of the server's pods. */
    public record Egress(
            @Required
            @ListKind(value = ListKind.Merge.ATOMIC, maxItems = 100)
            @JsonPropertyDescription("Allowed destinations; an empty list allows none. DNS is always allowed.")
            List<Destination> allow) {

        public Egress {
            allow = Absent.list(allow);
        }

        /** One destination. */
        public record Destination(
                @Required
                @Size(max = 43)
                @Pattern("^[0-9a-fA-F.:]+/[0-9]{1,3}$")
                @JsonPropertyDescription("Address range, for example 140.82.112.0/20.")
                String cidr,

                @Min(1) @Max(65535) @JsonPropertyDescription("TCP port; left out, every port.") @Nullable
                Integer port) {}
    }
}
