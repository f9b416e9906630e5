package dev.ostiary.gateway.compiler;

import dev.ostiary.crds.McpWorkload;
import dev.ostiary.crds.McpWorkloadSpec;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.SessionSettings;
import dev.ostiary.gateway.config.ToolPin;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.config.UpstreamAuth;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads everything of a workload but its policies. */
final class WorkloadReader {

    private static final Pattern SERVICE_NAME = Pattern.compile("[a-z]([-a-z0-9]{0,46}[a-z0-9])?");

    private final References references;
    private final Host host;
    private final Diagnosis diagnosis;
    private final boolean credential;
    private final ResourceName name;
    private final TreeSet<SecretKey> secrets = new TreeSet<>();

    /**
     * @param credential whether the gateway can prove itself to Entra
     */
    WorkloadReader(References references, Host host, Diagnosis diagnosis, boolean credential) {
        this.references = references;
        this.host = host;
        this.diagnosis = diagnosis;
        this.credential = credential;
        this.name = diagnosis.resource().name();
    }

    /** A workload without its policies; what is wrong is in the diagnosis. */
    record Workload(
            String uid,
            String displayName,
            @Nullable Upstream upstream,
            UpstreamAuth upstreamAuth,
            List<ToolPin> tools,
            SessionSettings sessions,
            NavigableSet<SecretKey> secrets) {}

    Workload read(McpWorkload resource, McpWorkloadSpec spec) {
        Upstream upstream = upstream(spec);
        UpstreamAuth auth =
                new UpstreamAuthReader(references, host, diagnosis, credential, secrets).read(spec.upstreamAuth());
        if (upstream != null && upstream.transport() == Upstream.Transport.STDIO) {
            auth = BridgedServer.credential(diagnosis, spec);
        }
        environment(spec);
        if (upstream != null
                && auth instanceof UpstreamAuth.Secret
                && upstream.url().getScheme().equals("http")
                && host instanceof Host.OneMachine
                && !WebAddress.isLoopback(upstream.url())) {
            diagnosis.lint(
                    "spec.url", "PlainHttp", "the credential goes over the network unencrypted; use https.", null);
        }
        if (host instanceof Host.OneMachine) {
            GatewayReader.ClusterOnly.of(spec).nameIn(diagnosis);
        }
        return new Workload(
                Names.uid(resource), displayName(spec), upstream, auth, tools(spec), sessions(spec), secrets);
    }

    private String displayName(McpWorkloadSpec spec) {
        String stated = spec.displayName();
        if (stated == null || stated.isBlank()) {
            return name.name();
        }
        if (Names.hasControls(stated)) {
            diagnosis.error("spec.displayName", Reasons.INVALID, "has control characters.");
            return name.name();
        }
        return stated.strip();
    }

    private @Nullable Upstream upstream(McpWorkloadSpec spec) {
        McpWorkloadSpec.Transport transport = spec.transport();
        boolean stateful = spec.http().stateful();
        boolean bridged = transport == McpWorkloadSpec.Transport.STDIO;
        boolean ofThisMachine = host instanceof Host.OneMachine && BridgedServer.isProgram(spec);
        if ((spec.image() == null) == (spec.url() == null) && !ofThisMachine) {
            diagnosis.error(
                    spec.image() == null ? "spec" : "spec.url",
                    Reasons.INVALID,
                    spec.image() == null
                            ? "has neither image nor url; name a container image, or the URL of a server that runs elsewhere."
                            : "excludes image; keep one of them.");
            return null;
        }
        // What the host was told stands in for the image whatever that speaks: a URL is Streamable HTTP.
        if (host instanceof Host.OneMachine machine) {
            String url = named(machine.overrides().urls()::get);
            if (url != null) {
                return at(ResourceRef.HOST, url, Upstream.Transport.STREAMABLE_HTTP, stateful);
            }
        }
        if (bridged && spec.url() != null) {
            diagnosis.error("spec.transport", Reasons.INVALID, "Stdio needs an image: a URL speaks HTTP.");
            return null;
        }
        if (spec.url() != null) {
            return at(diagnosis.resource(), spec.url(), speaks(transport), stateful || !isStreamable(transport));
        }
        if (host instanceof Host.Cluster && !SERVICE_NAME.matcher(name.name()).matches()) {
            diagnosis.error(
                    "metadata.name",
                    Reasons.INVALID,
                    "with an image the name becomes that of Services: it must be at most 48 lower-case letters, digits and hyphens,"
                            + " begin with a letter and not end with a hyphen.");
            return null;
        }
        String address;
        Upstream.Pods pods = null;
        if (host instanceof Host.OneMachine machine) {
            if (!ofThisMachine && named(key -> machine.overrides().commands().contains(key) ? key : null) == null) {
                diagnosis.error(
                        "spec.image",
                        Reasons.NEEDS_CLUSTER,
                        "needs a container, and this host runs none; say how to reach or start the server with --url "
                                + name.name() + "=URL or --command " + name.name() + "=COMMAND.");
                return null;
            }
            if (bridged) {
                return BridgedServer.onOneMachine(diagnosis, machine.overrides());
            }
            address = "127.0.0.1";
        } else {
            address = name.name() + "-mcp." + name.namespace() + ".svc";
            if (stateful || !isStreamable(transport)) {
                pods = new Upstream.Pods(
                        Math.max(0, spec.replicas()),
                        name.name() + "-mcp-" + Upstream.Pods.ORDINAL + "." + name.name() + "-mcp-pods."
                                + name.namespace() + ".svc");
            }
        }
        int port = spec.http().port();
        String path = bridged ? BridgedServer.PATH : spec.http().path();
        URI url = port < 1 || port > 65535 || !path.startsWith("/")
                ? null
                : WebAddress.url("http://" + address + ":" + port + path);
        if (url == null || url.getRawQuery() != null) {
            diagnosis.error(
                    "spec.http", Reasons.INVALID, "needs a port from 1 to 65535 and a path that begins with a slash.");
            return null;
        }
        return new Upstream(url, speaks(transport), stateful || !isStreamable(transport), pods);
    }

    /** The other transports have a process or a stream per session, so that a session is always somewhere. */
    private static boolean isStreamable(McpWorkloadSpec.Transport transport) {
        return transport == McpWorkloadSpec.Transport.STREAMABLE_HTTP;
    }

    private static Upstream.Transport speaks(McpWorkloadSpec.Transport transport) {
        return switch (transport) {
            case STREAMABLE_HTTP -> Upstream.Transport.STREAMABLE_HTTP;
            case SSE -> Upstream.Transport.SSE;
            case STDIO -> Upstream.Transport.STDIO;
        };
    }

    private @Nullable String named(java.util.function.Function<String, @Nullable String> lookup) {
        String byFullName = lookup.apply(name.toString());
        return byFullName != null ? byFullName : lookup.apply(name.name());
    }

    private @Nullable Upstream at(ResourceRef said, String text, Upstream.Transport transport, boolean stateful) {
        URI url = WebAddress.url(text);
        if (url == null) {
            boolean override = said.equals(ResourceRef.HOST);
            diagnosis.error(
                    override ? "" : "spec.url",
                    Reasons.INVALID_URL,
                    (override ? "the URL given to this host for the workload " : "")
                            + "must be an absolute http or https URL without user, password and fragment, and without underscores"
                            + " in the host name; credentials belong into"
                            + " upstreamAuth.");
            return null;
        }
        return new Upstream(url, transport, stateful);
    }

    /** Variables of a server that runs elsewhere have no effect; of others, their sources must exist. */
    private void environment(McpWorkloadSpec spec) {
        for (int i = 0; i < spec.env().size(); i++) {
            McpWorkloadSpec.Env variable = spec.env().get(i);
            String field = "spec.env[" + i + "]";
            McpWorkloadSpec.Env.Source source = variable.valueFrom();
            if (source == null) {
                continue;
            }
            if (variable.value() != null) {
                diagnosis.error(field, Reasons.INVALID, "has both value and valueFrom; keep one.");
            }
            McpWorkloadSpec.Env.KeyRef secret = source.secretKeyRef();
            McpWorkloadSpec.Env.KeyRef configMap = source.configMapKeyRef();
            if ((secret == null) == (configMap == null)) {
                diagnosis.error(
                        field + ".valueFrom",
                        Reasons.INVALID,
                        "needs exactly one of secretKeyRef and configMapKeyRef.");
            } else if (secret != null && !secret.optional()) {
                references.secret(
                        diagnosis, name.namespace(), field + ".valueFrom.secretKeyRef", secret.name(), secret.key());
            } else if (configMap != null && !configMap.optional()) {
                references.configMap(
                        diagnosis,
                        name.namespace(),
                        field + ".valueFrom.configMapKeyRef",
                        configMap.name(),
                        configMap.key());
            }
        }
        if (spec.url() != null && !spec.env().isEmpty()) {
            diagnosis.warning("spec.env", Reasons.IGNORED, "has no effect with url: the server runs elsewhere.");
        }
        if (spec.egress() != null) {
            List<McpWorkloadSpec.Egress.Destination> allow = spec.egress().allow();
            for (int i = 0; i < allow.size(); i++) {
                if (allow.get(i).cidr() == null || Cidr.normalize(allow.get(i).cidr()) == null) {
                    diagnosis.error(
                            "spec.egress.allow[" + i + "].cidr",
                            Reasons.INVALID,
                            "must be an address range, such as 140.82.112.0/20.");
                }
            }
        }
    }

    private static List<ToolPin> tools(McpWorkloadSpec spec) {
        return spec.tools().stream()
                .map(tool -> {
                    McpWorkloadSpec.Tool.Annotations stated = tool.annotations() != null
                            ? tool.annotations()
                            : new McpWorkloadSpec.Tool.Annotations(null, null, null, null);
                    return new ToolPin(
                            tool.name(),
                            stated.readOnlyHint(),
                            stated.destructiveHint(),
                            stated.idempotentHint(),
                            stated.openWorldHint(),
                            tool.definitionHash());
                })
                .sorted(Comparator.comparing(ToolPin::name))
                .toList();
    }

    private SessionSettings sessions(McpWorkloadSpec spec) {
        McpWorkloadSpec.Sessions sessions = spec.sessions();
        int maxPerPod = sessions.maxPerPod();
        if (maxPerPod < 1 || maxPerPod > 10_000) {
            diagnosis.error("spec.sessions.maxPerPod", Reasons.INVALID, "must be from 1 to 10000.");
            maxPerPod = 1;
        }
        return new SessionSettings(
                maxPerPod,
                Durations.within(
                        diagnosis,
                        "spec.sessions.idleTimeout",
                        sessions.idleTimeout(),
                        "1m",
                        "1d",
                        SessionSettings.DEFAULT.idleTimeout()),
                sessions.reinitialize() == McpWorkloadSpec.Sessions.Reinitialize.GATEWAY);
    }
}
