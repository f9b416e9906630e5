package dev.ostiary.cli;

import dev.ostiary.cli.up.Installation;
import dev.ostiary.cli.up.OneMachine;
import dev.ostiary.cli.up.RunningGateways;
import dev.ostiary.cli.up.SecondSignal;
import dev.ostiary.cli.up.UpOptions;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "up",
        description = {
            "Runs a gateway on this machine, without a cluster and without containers.",
            "With no arguments: a complete demo with its own users, MCP server and policies."
        },
        footer = {
            "",
            "Examples:",
            "  ostiary up",
            "  ostiary up --port 9000",
            "  ostiary up -f resources/ --url github=https://api.githubcopilot.com/mcp/",
            "  ostiary up -f resources/ --command files='npx my-server --port 3000'",
            "  ostiary up -f resources/ --public-url https://mcp.example.com --state /var/lib/ostiary",
            "",
            "It ends with Ctrl-C, once requests in progress are done; with a second Ctrl-C at once.",
        })
final class UpCommand implements Callable<Integer> {

    private final Terminal terminal;
    private final Installation installation;
    private final RunningGateways gateways;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE|DIR",
            description = "Resources: McpGateway, McpWorkload, McpPolicy, Secret, ConfigMap. Watched for changes.")
    private @Nullable Path files;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Where to listen; 0: a free one. Default: as the public URL says, else 8080.")
    private @Nullable Integer port;

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            description = "Serves probes and metrics on 127.0.0.1 at this port; 0: a free one. Default: nowhere.")
    private @Nullable Integer adminPort;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description =
                    "The address to listen on. Default: 127.0.0.1, or every address when spec.tls gives the gateway a"
                            + " certificate of its own.")
    private @Nullable InetAddress listen;

    @Option(names = "--public-url", paramLabel = "URL", description = "Replaces spec.publicUrl of the gateway.")
    private @Nullable String publicUrl;

    @Option(names = "--gateway", paramLabel = "NAME", description = "Which McpGateway, where there are several.")
    private @Nullable String gateway;

    @Option(
            names = "--command",
            paramLabel = "NAME=COMMAND",
            description =
                    "Serves a workload with this command, which must listen on 127.0.0.1 at spec.http.port, or with transport: "
                            + "Stdio speak over standard input and output; it is started again when it ends.")
    private Map<String, String> commands = new LinkedHashMap<>();

    @Option(
            names = "--url",
            paramLabel = "NAME=URL",
            description = "The MCP endpoint that stands in for a workload's container or URL.")
    private Map<String, String> urls = new LinkedHashMap<>();

    @Option(
            names = "--credential",
            paramLabel = "FILE",
            description = "Replaces spec.entra.credential: a client secret, or a certificate with its key (PEM).")
    private @Nullable Path credential;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "Keeps keys and grants here, so that they outlive the process. Created with mode 0700; see `ostiary keys`.")
    private @Nullable Path state;

    UpCommand(Terminal terminal, Installation installation, RunningGateways gateways) {
        this.terminal = terminal;
        this.installation = installation;
        this.gateways = gateways;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        OneMachine machine = new OneMachine(options(), installation, terminal, gateways);
        Thread end = Thread.ofPlatform().name("ostiary-end").unstarted(() -> {
            if (!machine.isIdle()) {
                SecondSignal.endsAtOnce();
                terminal.hint("Ending; requests in progress may finish. Ctrl-C again ends at once.");
                machine.close();
            }
        });
        Runtime.getRuntime().addShutdownHook(end);
        machine.start(false);
        new CountDownLatch(1).await();
        return ExitCode.OK;
    }

    private UpOptions options() throws CommandFailure {
        requirePort("--port", port);
        requirePort("--admin-port", adminPort);
        if (files == null && (gateway != null || !commands.isEmpty())) {
            throw CommandFailure.usage("--gateway and --command are about resources of yours: name them with -f");
        }
        return new UpOptions(files, port, origin(), gateway, commands, urls, credential, state, adminPort, listen);
    }

    private static void requirePort(String option, @Nullable Integer port) throws CommandFailure {
        if (port != null && (port < 0 || port > 65_535)) {
            throw CommandFailure.usage(option + " must be 0 to 65535, not " + port);
        }
    }

    private @Nullable URI origin() throws CommandFailure {
        if (publicUrl == null) {
            return null;
        }
        try {
            URI url = URI.create(publicUrl.endsWith("/") ? publicUrl.substring(0, publicUrl.length() - 1) : publicUrl);
            if (("https".equals(url.getScheme()) || "http".equals(url.getScheme()))
                    && url.getHost() != null
                    && url.getRawPath().isEmpty()
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null
                    && url.getRawUserInfo() == null) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw CommandFailure.usage(
                "--public-url must be scheme, host and optional port, as in https://mcp.example.com");
    }
}
