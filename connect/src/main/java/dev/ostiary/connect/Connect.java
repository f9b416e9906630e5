package dev.ostiary.connect;

import dev.ostiary.connect.az.AzTokens;
import dev.ostiary.connect.az.AzureCli;
import dev.ostiary.connect.az.SharedTokens;
import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.doctor.Doctor;
import dev.ostiary.connect.http.LazyTrust;
import dev.ostiary.connect.http.LegacySse;
import dev.ostiary.connect.http.McpHttp;
import dev.ostiary.connect.http.StreamableHttp;
import dev.ostiary.connect.metadata.Documents;
import dev.ostiary.connect.oauth.OAuthTokens;
import dev.ostiary.connect.oauth.SignInSettings;
import dev.ostiary.connect.relay.Output;
import dev.ostiary.connect.relay.Relay;
import dev.ostiary.connect.settings.ConnectOptions;
import dev.ostiary.connect.settings.ConnectSettings;
import dev.ostiary.connect.state.OwnFiles;
import dev.ostiary.connect.state.Secrets;
import dev.ostiary.connect.token.StaticToken;
import dev.ostiary.connect.token.TokenSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One connection, wired: from standard input and output to the server that the settings name. */
public final class Connect implements AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LOGIN_PATIENCE = Duration.ofMinutes(5);
    /** How long calls wait for a server that restarts. */
    private static final Duration RESTART_PATIENCE = Duration.ofSeconds(30);

    /** The longest pause before a server's own stream is opened again. */
    private static final Duration LISTEN_AGAIN = Duration.ofSeconds(30);

    private final HttpClient http;
    private final Relay relay;
    private final StreamableHttp streamable;
    private final LegacySse legacy;

    private Connect(HttpClient http, Relay relay, StreamableHttp streamable, LegacySse legacy) {
        this.http = http;
        this.relay = relay;
        this.streamable = streamable;
        this.legacy = legacy;
    }

    /**
     * Wires it; nothing is sent yet.
     *
     * @param out where answers go
     * @param onBroken called when the client no longer reads
     * @throws ConnectFailure when the token that was given is none
     */
    public static Connect of(
            ConnectSettings settings,
            Map<String, String> environment,
            OutputStream out,
            Runnable onBroken,
            InstantSource clock,
            Diagnostics diagnostics)
            throws ConnectFailure {
        HttpClient http = client(environment);
        TokenSource tokens = tokens(settings, environment, new Documents(http), clock, diagnostics);
        Relay relay = new Relay(new Output(out, onBroken), settings.toolTimeout(), clock, diagnostics);
        McpHttp mcp = new McpHttp(http, settings.url(), tokens, settings.headers(), RESTART_PATIENCE);
        return new Connect(
                http,
                relay,
                new StreamableHttp(mcp, relay, LISTEN_AGAIN, diagnostics),
                new LegacySse(mcp, relay, settings.toolTimeout(), diagnostics));
    }

    /** HTTP/1.1: event streams that stay open do not share a connection with calls, and it starts faster. */
    private static HttpClient client(Map<String, String> environment) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(LazyTrust.context())
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_TIMEOUT)
                .proxy(new EnvironmentProxies(environment))
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    /** Where the token comes from, by these settings. */
    private static TokenSource tokens(
            ConnectSettings settings,
            Map<String, String> environment,
            Documents documents,
            InstantSource clock,
            Diagnostics diagnostics)
            throws ConnectFailure {
        ConnectOptions options = settings.options();
        TokenSource given = givenToken(options, environment);
        if (given != null) {
            return given;
        }
        OwnFiles files = OwnFiles.ofThisUser(environment);
        Secrets secrets =
                Secrets.of(environment, System.getProperty("os.name", ""), options.keychain(), files, diagnostics);
        AzureCli az = new AzureCli(environment, LOGIN_PATIENCE, diagnostics);
        OAuthTokens browser = new OAuthTokens(
                settings.url(),
                new SignInSettings(
                        options.clientId(),
                        options.clientDocument(),
                        options.scopes(),
                        options.device(),
                        settings.margin(),
                        LOGIN_PATIENCE),
                documents,
                environment,
                secrets,
                files,
                clock,
                diagnostics);
        return new ChosenTokens(
                settings,
                documents,
                az,
                (request, tenantWasGiven) -> new AzTokens(
                        az,
                        request,
                        tenantWasGiven,
                        login(options, environment),
                        settings.margin(),
                        new SharedTokens(secrets, files, environment, diagnostics),
                        files,
                        clock,
                        diagnostics),
                browser);
    }

    /** A token of the user's own; null when there is none, or another source was chosen. */
    private static @Nullable TokenSource givenToken(ConnectOptions options, Map<String, String> environment)
            throws ConnectFailure {
        boolean chosen = options.auth() != ConnectOptions.Auth.AUTO;
        if (options.tokenFile() != null) {
            if (chosen) {
                throw ConnectFailure.usage("--token-file and --auth contradict each other", "leave one out");
            }
            return StaticToken.in(options.tokenFile());
        }
        String variable = environment.getOrDefault("MCP_ENTRA_TOKEN", "").strip();
        return chosen || variable.isEmpty() ? null : StaticToken.of(variable);
    }

    private static AzTokens.Login login(ConnectOptions options, Map<String, String> environment) {
        if (!options.login()) {
            return AzTokens.Login.NEVER;
        }
        boolean linux = System.getProperty("os.name", "").startsWith("Linux");
        boolean screen = !environment.getOrDefault("DISPLAY", "").isEmpty()
                || !environment.getOrDefault("WAYLAND_DISPLAY", "").isEmpty();
        return options.device() || (linux && !screen) ? AzTokens.Login.DEVICE_CODE : AzTokens.Login.BROWSER;
    }

    /** Runs until the client closes its end. */
    public void run(InputStream in) throws IOException, InterruptedException {
        relay.run(in, streamable, legacy);
    }

    /** Ends the session, within a second or so. */
    @Override
    public void close() {
        relay.close();
        http.shutdownNow();
    }

    /** Tries all that a connection needs and says of each whether it works; whether all is well. */
    public static boolean examine(
            ConnectSettings settings,
            Map<String, String> environment,
            InstantSource clock,
            Diagnostics diagnostics,
            Consumer<String> lines)
            throws ConnectFailure, InterruptedException {
        try (HttpClient http = client(environment)) {
            TokenSource tokens = tokens(settings, environment, new Documents(http), clock, diagnostics);
            AzureCli az = new AzureCli(environment, LOGIN_PATIENCE, diagnostics);
            return new Doctor(settings, az, http, tokens, clock, lines).examine();
        }
    }
}
