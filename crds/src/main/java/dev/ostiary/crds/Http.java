package dev.ostiary.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** How requests are received. */
public record Http(
        @ListKind(value = ListKind.Merge.SET, maxItems = 100, itemPattern = Api.ORIGIN, itemMaxLength = 263)
        @JsonPropertyDescription(
                "Origins whose web pages may call the gateway, beside the gateway's own: scheme, host and port, no path, no "
                        + "wildcard. Requests that name another Origin are refused.")
        List<String> allowedOrigins,

        @ListKind(
                value = ListKind.Merge.SET,
                maxItems = 100,
                itemPattern = "^[0-9a-fA-F.:]+(/[0-9]{1,3})?$",
                itemMaxLength = 43)
        @JsonPropertyDescription(
                "Addresses of the proxies in front, in CIDR form, whose X-Forwarded-* headers are believed.")
        List<String> trustedProxies,

        @JsonPropertyDescription("Bounds on what one peer may make the gateway hold.")
        Limits limits,

        @JsonPropertyDescription("Bounds on how long one peer may take.")
        Timeouts timeouts) {

    static final Http DEFAULT = new Http(List.of(), List.of(), Limits.DEFAULT, Timeouts.DEFAULT);

    public Http {
        allowedOrigins = Absent.list(allowedOrigins);
        trustedProxies = Absent.list(trustedProxies);
        limits = Absent.or(limits, Limits.DEFAULT);
        timeouts = Absent.or(timeouts, Timeouts.DEFAULT);
    }

    /** Sizes and counts. */
    public record Limits(
            @Min(1024) @Max(65536) @Default("8192") @JsonPropertyDescription("Request line, in bytes.")
            Integer initialLineBytes,

            @Min(4096)
            @Max(262144)
            @Default("65536")
            @JsonPropertyDescription(
                    "All headers of a request together, in bytes. Entra tokens with many groups are big.")
            Integer headerBytes,

            @Min(1024) @Max(67108864) @Default("4194304") @JsonPropertyDescription("Body of a request, in bytes.")
            Integer bodyBytes,

            @Min(8) @Max(512) @Default("64") @JsonPropertyDescription("Nesting of one JSON message.")
            Integer jsonDepth,

            @Min(1) @Max(1000) @Default("100") @JsonPropertyDescription("Messages in one JSON-RPC batch.")
            Integer batchMessages,

            @Min(1) @Max(1000000) @Default("20000") @JsonPropertyDescription("Open client connections of one replica.")
            Integer connections,

            @Min(1)
            @Max(1000000)
            @Default("10000")
            @JsonPropertyDescription("Requests in progress at one replica, event streams included.")
            Integer concurrentRequests,

            @Min(1) @Max(10000) @Default("100") @JsonPropertyDescription("Concurrent HTTP/2 streams of one connection.")
            Integer streamsPerConnection,

            @Min(1024)
            @Max(268435456)
            @Default("16777216")
            @JsonPropertyDescription(
                    "One message of a workload that must be read whole before it is passed on (lists), in bytes.")
            Integer responseBytes,

            @Min(1) @Max(10000) @Default("64") @JsonPropertyDescription("Open event streams of one user on one route.")
            Integer streamsPerPrincipal) {

        static final Limits DEFAULT = new Limits(8192, 65536, 4194304, 64, 100, 20000, 10000, 100, 16777216, 64);

        public Limits {
            initialLineBytes = Absent.or(initialLineBytes, 8192);
            headerBytes = Absent.or(headerBytes, 65536);
            bodyBytes = Absent.or(bodyBytes, 4194304);
            jsonDepth = Absent.or(jsonDepth, 64);
            batchMessages = Absent.or(batchMessages, 100);
            connections = Absent.or(connections, 20000);
            concurrentRequests = Absent.or(concurrentRequests, 10000);
            streamsPerConnection = Absent.or(streamsPerConnection, 100);
            responseBytes = Absent.or(responseBytes, 16777216);
            streamsPerPrincipal = Absent.or(streamsPerPrincipal, 64);
        }
    }

    /** Durations. */
    public record Timeouts(
            @Pattern(Api.DURATION)
            @Size(max = Api.DURATION_LENGTH)
            @Within(least = "1s", most = "5m")
            @Default("10s")
            @JsonPropertyDescription("From the first byte of a request to the end of its headers; 1s to 5m.")
            String headerRead,

            @Pattern(Api.DURATION)
            @Size(max = Api.DURATION_LENGTH)
            @Within(least = "1s", most = "1h")
            @Default("30s")
            @JsonPropertyDescription("From the end of the headers to the end of the body; 1s to 1h.")
            String requestRead,

            @Pattern(Api.DURATION)
            @Size(max = Api.DURATION_LENGTH)
            @Within(least = "1s", most = "1h")
            @Default("75s")
            @JsonPropertyDescription(
                    "Between two requests of one connection; 1s to 1h. Must be longer than that of a load balancer in front.")
            String keepAliveIdle,

            @Pattern(Api.DURATION)
            @Size(max = Api.DURATION_LENGTH)
            @Within(least = "100ms", most = "5m")
            @Default("5s")
            @JsonPropertyDescription("For connecting to a workload, TLS included; 100ms to 5m.")
            String connect,

            @Pattern(Api.DURATION)
            @Size(max = Api.DURATION_LENGTH)
            @Within(least = "100ms", most = "1d")
            @Default("120s")
            @JsonPropertyDescription(
                    "From the last byte of a request to the first byte of the workload's answer; 100ms to 1d. Tools may be slow.")
            String upstreamFirstByte,

            @Pattern(Api.DURATION)
            @Size(max = Api.DURATION_LENGTH)
            @Within(least = "1s", most = "1d")
            @Default("5m")
            @JsonPropertyDescription("Between two bytes of a workload's answer, event streams included; 1s to 1d.")
            String upstreamStreamIdle) {

        static final Timeouts DEFAULT = new Timeouts("10s", "30s", "75s", "5s", "120s", "5m");

        public Timeouts {
            headerRead = Absent.or(headerRead, "10s");
            requestRead = Absent.or(requestRead, "30s");
            keepAliveIdle = Absent.or(keepAliveIdle, "75s");
            connect = Absent.or(connect, "5s");
            upstreamFirstByte = Absent.or(upstreamFirstByte, "120s");
            upstreamStreamIdle = Absent.or(upstreamStreamIdle, "5m");
        }
    }
}
