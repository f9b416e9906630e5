package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A replica's report. Written when it changes, never periodically. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record McpGatewayReplicaSpec(
        @Required
        @Pattern(Api.DNS_SUBDOMAIN)
        @Size(max = 253)
        @ValidationRule(value = "self == oldSelf", message = "cannot change: a pod stays with its gateway.")
        @JsonPropertyDescription("Name of the McpGateway, in this namespace, that the pod is a replica of.")
        String gateway,

        @Required
        @Size(min = 1, max = 64)
        @JsonPropertyDescription("UID of the pod: a pod of the same name that comes later is another replica.")
        String podUid,

        @Required @Size(min = 1, max = 64) @JsonPropertyDescription("Release of the gateway program.")
        String version,

        @Required
        @ListKind(value = ListKind.Merge.ATOMIC, minItems = 1, maxItems = 16)
        @JsonPropertyDescription("Formats of the configuration that the pod can read.")
        List<Integer> formats,

        @Pattern(Api.SHA_256)
        @Size(max = 64)
        @JsonPropertyDescription("Revision that it enforces; left out until it enforces any.")
        @Nullable
        String revision,

        @Pattern(Api.SHA_256)
        @Size(max = 64)
        @JsonPropertyDescription(
                "SHA-256 of everything that it enforces, keys and credentials included; left out until it enforces any.")
        @Nullable
        String runtimeHash,

        @Min(0) @JsonPropertyDescription("Version of the key ring that it uses.") @Nullable
        Long keyRingVersion,

        @Size(max = 1024)
        @JsonPropertyDescription(
                "Why the newest configuration is not enforced, where it is not: it cannot be read or is incomplete. "
                        + "Names no secret value.")
        @Nullable
        String problem,

        // Written whole by its one writer: what is told route by route would make the API server's books larger than
        // the report.
        @ListKind(value = ListKind.Merge.ATOMIC, maxItems = 2000)
        @JsonPropertyDescription(
                "Routes that the pod had to close itself, and what it saw of the workloads behind routes.")
        List<SeenRoute> routes,

        @JsonPropertyDescription(
                "Stale while the grant store cannot be asked which grants have ended: until then the end of a grant is "
                        + "bounded by the lifetime of access tokens only.")
        @Nullable
        GrantFeed grantFeed,

        @JsonPropertyDescription(
                "What the pod knows of the app registration in Entra; left out by releases that do not look at it.")
        @Nullable
        EntraCheck entra) {

    /** The longest {@link SeenRoute#error}, in characters: a thousand routes fit into one object. */
    public static final int MAX_ERROR = 512;

    /** Most {@link EntraCheck#findings}. */
    public static final int MAX_FINDINGS = 8;

    /** One that says nothing of the app registration. */
    public McpGatewayReplicaSpec(
            String gateway,
            String podUid,
            String version,
            List<Integer> formats,
            @Nullable String revision,
            @Nullable String runtimeHash,
            @Nullable Long keyRingVersion,
            @Nullable String problem,
            List<SeenRoute> routes,
            @Nullable GrantFeed grantFeed) {
        this(
                gateway,
                podUid,
                version,
                formats,
                revision,
                runtimeHash,
                keyRingVersion,
                problem,
                routes,
                grantFeed,
                null);
    }

    public McpGatewayReplicaSpec {
        formats = Absent.list(formats);
        routes = Absent.list(routes);
    }

    /** Whether the ends of grants are known. */
    public enum GrantFeed {
        @JsonProperty("Fresh")
        FRESH,
        @JsonProperty("Stale")
        STALE
    }

    /** What a replica knows of the app registration. Changes when something else is known, never with time alone. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record EntraCheck(
            @Required
            @JsonPropertyDescription(
                    "Ready: the credential works and everything that the gateway needs is there. Broken: something is certainly "
                            + "wrong; see findings. NotAllowedToRead: nothing that may be seen is wrong, and the registration itself may "
                            + "not be read. EntraUnavailable: Entra or Graph does not answer; see note. NotChecked: nobody has looked yet.")
            EntraOutcome outcome,

            @ListKind(value = ListKind.Merge.ATOMIC, maxItems = MAX_FINDINGS)
            @JsonPropertyDescription(
                    "What is wrong; where nothing is, what works, but not for ever or not for everybody. Worst first.")
            List<EntraFinding> findings,

            @Size(max = 1024) @JsonPropertyDescription("Why not everything is known, for people.") @Nullable
            String note) {

        public EntraCheck {
            findings = Absent.list(findings);
        }
    }

    /** One field that is not as it must be. */
    public record EntraFinding(
            @Required
            @Size(min = 1, max = 128)
            @JsonPropertyDescription("The field, as Microsoft Graph or the McpGateway names it.")
            String field,

            @Required
            @Size(min = 1, max = 512)
            @JsonPropertyDescription(
                    "What is there, what is needed, what breaks, and where it is mended. Names no secret value.")
            String message) {}

    /** What is known of the registration. */
    public enum EntraOutcome {
        @JsonProperty("Ready")
        READY,
        @JsonProperty("Broken")
        BROKEN,
        @JsonProperty("NotAllowedToRead")
        NOT_ALLOWED_TO_READ,
        @JsonProperty("EntraUnavailable")
        ENTRA_UNAVAILABLE,
        @JsonProperty("NotChecked")
        NOT_CHECKED
    }

    /** One route, as the replica sees it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record SeenRoute(
            @Required @Pattern(Api.DNS_LABEL) @Size(max = 40) @JsonPropertyDescription("The route.")
            String route,

            @Required @Size(min = 1, max = 64) @JsonPropertyDescription("UID of the McpWorkload that was looked at.")
            String workloadUid,

            @Required
            @JsonPropertyDescription(
                    "Answered: the server answered an MCP initialize and listed its tools. Failed: it did not; see error. "
                            + "NeedsUser: it can be looked at only with a user's credential. Closed: the pod closed the route itself; see "
                            + "error. Pending: it has not been looked at yet.")
            Outcome outcome,

            @Size(max = MAX_ERROR)
            @JsonPropertyDescription("What went wrong, for people, in at most 512 characters. Names no secret value.")
            @Nullable
            String error,

            @JsonPropertyDescription("The server's own words, where it answered.")
            McpWorkloadStatus.@Nullable Server server) {}

    /** What came of looking at a workload. */
    public enum Outcome {
        @JsonProperty("Answered")
        ANSWERED,
        @JsonProperty("Failed")
        FAILED,
        @JsonProperty("NeedsUser")
        NEEDS_USER,
        @JsonProperty("Closed")
        CLOSED,
        @JsonProperty("Pending")
        PENDING
    }
}
