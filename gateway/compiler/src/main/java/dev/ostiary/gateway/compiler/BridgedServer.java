package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.McpWorkloadSpec;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.config.UpstreamAuth;
import java.net.URI;
import java.util.Map;

/**
 * A server that speaks over standard input and output: what the gateway reaches is the bridge in front of it, which answers
 * at a path of its own and only calls that bear the gateway's assertion.
 */
final class BridgedServer {

    /** Where bridges answer. */
    static final String PATH = "/mcp";

    /** Stands in the snapshot for a bridge that does not run; its route is closed, or nobody serves the snapshot. */
    private static final URI NOWHERE = URI.create("http://127.0.0.1:8080" + PATH);

    private BridgedServer() {}

    /** Whether the server is a program that is there already, rather than in an image: possible on one machine alone. */
    static boolean isProgram(McpWorkloadSpec spec) {
        return spec.transport() == McpWorkloadSpec.Transport.STDIO
                && spec.image() == null
                && spec.url() == null
                && !spec.command().isEmpty();
    }

    /** The assertion, which tells the bridge that it is the gateway who calls; nothing of it reaches the server. */
    static UpstreamAuth credential(Diagnosis diagnosis, McpWorkloadSpec spec) {
        McpWorkloadSpec.UpstreamAuthentication.Type type = spec.upstreamAuth().type();
        if (type != null && type != McpWorkloadSpec.UpstreamAuthentication.Type.NONE) {
            diagnosis.error(
                    "spec.upstreamAuth.type",
                    Reasons.NOT_SUPPORTED,
                    "must be None with transport Stdio: a server without HTTP has no headers to read a credential from. Give it"
                            + " what it needs with env.");
        }
        return new UpstreamAuth.IdentityAssertion();
    }

    /** The bridge that this host runs; its route is closed while it does not run. */
    static Upstream onOneMachine(Diagnosis diagnosis, Host.Overrides overrides) {
        Map<String, String> bridges = overrides.bridges();
        String url =
                bridges == null ? null : bridges.get(diagnosis.resource().name().toString());
        if (bridges != null && url == null) {
            diagnosis.error(
                    "spec.transport",
                    Reasons.NOT_STARTED,
                    "its bridge does not run, or is about to be started again; the log says why.");
        }
        return new Upstream(url == null ? NOWHERE : URI.create(url), Upstream.Transport.STDIO, true);
    }
}
