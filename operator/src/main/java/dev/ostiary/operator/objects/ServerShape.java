package dev.ostiary.operator.objects;

import dev.ostiary.crds.McpWorkloadSpec;

/**
 * What the transport of a workload means for its objects.
 *
 * @param bridged whether the bridge stands in front of the server, which then speaks over standard input and output
 * @param stateful whether a session lives in one pod, which has to be found again
 */
record ServerShape(boolean bridged, boolean stateful) {

    static ServerShape of(McpWorkloadSpec spec) {
        return switch (spec.transport()) {
            case STREAMABLE_HTTP -> new ServerShape(false, spec.http().stateful());
            // A session is a stream that is open at one pod, whatever the server keeps.
            case SSE -> new ServerShape(false, true);
            case STDIO -> new ServerShape(true, true);
        };
    }

    /** Whether the pods are shown the gateway's assertions, and so need the keys to check them with. */
    static boolean showsAssertions(McpWorkloadSpec spec) {
        return of(spec).bridged()
                || spec.upstreamAuth().type() == McpWorkloadSpec.UpstreamAuthentication.Type.IDENTITY_ASSERTION;
    }
}
