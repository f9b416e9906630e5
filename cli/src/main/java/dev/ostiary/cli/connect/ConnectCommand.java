package dev.ostiary.cli.connect;

import dev.ostiary.connect.Connect;
import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.install.Installation;
import dev.ostiary.connect.install.McpClient;
import dev.ostiary.connect.settings.ConnectOptions;
import dev.ostiary.connect.settings.ConnectSettings;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Standard output is the protocol's; everything for people goes to standard error. */
@Command(
        name = "connect",
        description = "A local stdio MCP server that forwards to a remote one, with the token that it wants.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the client has closed its end; all is well (--doctor); the entry is there (--install)",
            "1:refused, or something to fix (--doctor)",
            "2:wrong arguments or variables",
            "3:the machine lacks something",
            "70:a defect of this program",
            "130, 143:ended by SIGINT or SIGTERM"
        },
        footer = {
            "",
            "Environment: MCP_ENTRA_SERVER_URL, MCP_ENTRA_RESOURCE, MCP_ENTRA_TOKEN, MCP_ENTRA_TENANT,",
            "MCP_ENTRA_REFRESH_MARGIN (minutes), MCP_ENTRA_TOOL_TIMEOUT (seconds), MCP_ENTRA_HEADERS (JSON);",
            "HTTPS_PROXY, HTTP_PROXY, NO_PROXY; XDG_STATE_HOME. Options win. Tokens are never given as arguments.",
            "",
            "Examples:",
            "  ostiary connect https://mcp.example.com/notes",
            "  ostiary connect --install claude https://mcp.example.com/notes",
            "  ostiary connect --doctor https://mcp.example.com/notes",
            "  ostiary connect --auth az --tenant contoso.onmicrosoft.com https://mcp.example.com/notes",
        })
public final class ConnectCommand implements Callable<Integer> {

    private final OutputStream out;
    private final Diagnostics diagnostics;
    private final Map<String, String> environment;

    @Parameters(arity = "0..1", paramLabel = "URL", description = "The remote server's MCP endpoint.")
    private @Nullable String url;

    @Option(
            names = "--auth",
            paramLabel = "HOW",
            description = "auto, az, browser or none. auto: a given token; else az for Entra; else the browser.")
    private ConnectOptions.Auth auth = ConnectOptions.Auth.AUTO;

    @Option(names = "--token-file", paramLabel = "FILE", description = "A file that holds the access token alone.")
    private @Nullable Path tokenFile;

    @Option(names = "--headers-file", paramLabel = "FILE", description = "Further headers, as a JSON object.")
    private @Nullable Path headersFile;

    @Option(names = "--tenant", paramLabel = "T", description = "Where az signs in. Default: by the server's metadata.")
    private @Nullable String tenant;

    @Option(names = "--resource", paramLabel = "URI", description = "What az asks a token for, such as api://...")
    private @Nullable String resource;

    @Option(
            names = "--scope",
            paramLabel = "S",
            description = "A scope to ask for, instead of the server's own; repeatable.")
    private @Nullable List<String> scopes;

    @Option(
            names = "--client-id",
            paramLabel = "ID",
            description = "A public OAuth client that was registered by hand.")
    private @Nullable String clientId;

    @Option(
            names = "--client-metadata-url",
            paramLabel = "URL",
            description = "A client-id metadata document, for servers that accept them.")
    private @Nullable String clientDocument;

    @Option(
            names = "--refresh-margin",
            paramLabel = "MIN",
            description = "Minutes before its expiry a token is replaced: 5.")
    private @Nullable Integer refreshMargin;

    @Option(names = "--tool-timeout", paramLabel = "S", description = "Seconds that a call may be silent: 120.")
    private @Nullable Integer toolTimeout;

    @Option(names = "--doctor", description = "Try everything a connection needs and say what to fix.")
    private boolean doctor;

    @Option(
            names = "--install",
            paramLabel = "CLIENT",
            description = "Write this connection into a client's configuration: ${COMPLETION-CANDIDATES}.")
    private @Nullable McpClient install;

    @Option(names = "--name", paramLabel = "NAME", description = "With --install: its name there. Default: by the URL.")
    private @Nullable String name;

    @Option(names = "--dry-run", description = "With --install: only show what would change.")
    private boolean dryRun;

    @Option(names = "--device", description = "Sign in with a code on another device.")
    private boolean device;

    @Option(names = "--no-login", description = "Never start a login of az; only say how.")
    private boolean noLogin;

    @Option(names = "--no-keychain", description = "Keep tokens in a file even where there is a keychain.")
    private boolean noKeychain;

    @Option(names = "--allow-http", description = "Let tokens travel over plain http to another machine.")
    private boolean allowHttp;

    /**
     * Makes the command.
     *
     * @param out the protocol's
     */
    public ConnectCommand(OutputStream out, Diagnostics diagnostics, Map<String, String> environment) {
        this.out = out;
        this.diagnostics = diagnostics;
        this.environment = environment;
    }

    /** For a process of its own: writes are not buffered twice. */
    public static ConnectCommand ofProcess(Map<String, String> environment) {
        return new ConnectCommand(
                new FileOutputStream(FileDescriptor.out), new Diagnostics(System.err::println), environment);
    }

    /** Without options. */
    int connect(@Nullable String server) throws InterruptedException, IOException {
        url = server;
        return call();
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        ConnectOptions options = new ConnectOptions(
                url,
                auth,
                tokenFile,
                headersFile,
                tenant,
                resource,
                scopes,
                clientId,
                clientDocument,
                refreshMargin,
                toolTimeout,
                !noLogin,
                device,
                !noKeychain,
                allowHttp);
        try {
            ConnectSettings settings = ConnectSettings.of(options, environment);
            if (doctor) {
                PrintStream report = new PrintStream(out, true, StandardCharsets.UTF_8);
                return Connect.examine(settings, environment, InstantSource.system(), diagnostics, report::println)
                        ? 0
                        : 1;
            }
            if (install != null) {
                install(install, settings);
                return 0;
            }
            return serve(settings, System.in);
        } catch (ConnectFailure e) {
            diagnostics.say(e);
            return exitCode(e);
        }
    }

    private int serve(ConnectSettings settings, InputStream in)
            throws ConnectFailure, InterruptedException, IOException {
        try (Connect connect =
                Connect.of(settings, environment, out, () -> System.exit(0), InstantSource.system(), diagnostics)) {
            Thread goodbye = new Thread(connect::close, "goodbye");
            Runtime.getRuntime().addShutdownHook(goodbye);
            connect.run(in);
            return 0;
        }
    }

    /** The entry has what was said here; variables are the client's to set, since they may be secret. */
    private void install(McpClient client, ConnectSettings settings) throws ConnectFailure {
        PrintStream report = new PrintStream(out, true, StandardCharsets.UTF_8);
        List<String> arguments =
                new ArrayList<>(List.of("connect", settings.url().toString()));
        if (auth != ConnectOptions.Auth.AUTO) {
            add(arguments, "--auth", auth.name().toLowerCase(Locale.ROOT));
        }
        add(
                arguments,
                "--token-file",
                tokenFile == null ? null : tokenFile.toAbsolutePath().toString());
        add(
                arguments,
                "--headers-file",
                headersFile == null ? null : headersFile.toAbsolutePath().toString());
        add(arguments, "--tenant", tenant);
        add(arguments, "--resource", resource);
        for (String scope : scopes == null ? List.<String>of() : scopes) {
            add(arguments, "--scope", scope);
        }
        add(arguments, "--client-id", clientId);
        add(arguments, "--client-metadata-url", clientDocument);
        add(arguments, "--refresh-margin", refreshMargin == null ? null : refreshMargin.toString());
        add(arguments, "--tool-timeout", toolTimeout == null ? null : toolTimeout.toString());
        addFlag(arguments, "--device", device);
        addFlag(arguments, "--no-login", noLogin);
        addFlag(arguments, "--no-keychain", noKeychain);
        addFlag(arguments, "--allow-http", allowHttp);
        new Installation(environment, System.getProperty("os.name", ""), report::println)
                .install(
                        client,
                        name == null ? Installation.nameOf(settings.url()) : name,
                        Path.of(System.getProperty("ostiary.command", "ostiary"))
                                .toAbsolutePath()
                                .normalize()
                                .toString(),
                        arguments,
                        dryRun,
                        Instant.now());
    }

    private static void add(List<String> arguments, String option, @Nullable String value) {
        if (value != null) {
            arguments.add(option + "=" + value);
        }
    }

    private static void addFlag(List<String> arguments, String flag, boolean set) {
        if (set) {
            arguments.add(flag);
        }
    }

    private static int exitCode(ConnectFailure failure) {
        return switch (failure.kind()) {
            case REFUSED -> 1;
            case USAGE -> 2;
            case ENVIRONMENT -> 3;
        };
    }
}
