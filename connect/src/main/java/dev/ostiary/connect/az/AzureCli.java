package dev.ostiary.connect.az;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.program.Finished;
import dev.ostiary.connect.token.AccessToken;
import java.io.File;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The Azure CLI, started as a program: never through a shell, nothing secret among its arguments. Safe for any thread. */
public final class AzureCli {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration TOKEN_TIMEOUT = Duration.ofSeconds(60);

    private final Map<String, String> environment;
    private final Duration loginTimeout;
    private final Diagnostics diagnostics;

    /**
     * Finds it in this environment.
     *
     * @param loginTimeout how long a person may take to sign in
     */
    public AzureCli(Map<String, String> environment, Duration loginTimeout, Diagnostics diagnostics) {
        this.environment = Map.copyOf(environment);
        this.loginTimeout = loginTimeout;
        this.diagnostics = diagnostics;
    }

    /** A token, or why there is none. */
    sealed interface Outcome {}

    record Token(AccessToken token) implements Outcome {}

    record Problem(AzProblem problem, String err) implements Outcome {}

    /** Whether it is installed. */
    public boolean isInstalled() {
        return program() != null;
    }

    /** Its version, or another one-line answer of {@code az version}; for a person to read. */
    public String version() throws ConnectFailure, InterruptedException {
        Finished run = run(List.of("version", "--output", "json"), TOKEN_TIMEOUT, line -> {});
        try {
            return JSON.readTree(run.out()).path("azure-cli").asText("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** Asks for a token. */
    Outcome token(AzRequest request) throws ConnectFailure, InterruptedException {
        Finished run = run(request.tokenArguments(), TOKEN_TIMEOUT, line -> {});
        if (run.timedOut()) {
            throw ConnectFailure.environment(
                    "az did not answer within " + TOKEN_TIMEOUT.toSeconds() + " s",
                    "run it yourself: az " + String.join(" ", request.tokenArguments()));
        }
        if (run.exitCode() == 127) {
            throw missing();
        }
        if (run.exitCode() != 0) {
            return new Problem(AzProblem.of(run.err()), run.err());
        }
        AccessToken token = read(run.out());
        if (token == null) {
            throw ConnectFailure.environment(
                    "az answered, but not with a token",
                    "run it yourself: az " + String.join(" ", request.tokenArguments())
                            + "; if it prints warnings, set AZURE_CORE_ONLY_SHOW_ERRORS=true");
        }
        return new Token(token);
    }

    /**
     * Has the user sign in: in a browser, or with a code where there is none.
     *
     * @throws ConnectFailure when the user did not
     */
    void login(AzRequest request, boolean deviceCode) throws ConnectFailure, InterruptedException {
        diagnostics.say("signing in with az" + (deviceCode ? "; follow what it says:" : ": see your browser"));
        Finished run = run(request.loginArguments(deviceCode), loginTimeout, diagnostics::say);
        String login = "az " + String.join(" ", request.loginArguments(deviceCode));
        if (run.timedOut()) {
            throw ConnectFailure.refused(
                    "the sign-in with az was not finished within " + loginTimeout.toSeconds() + " s",
                    "sign in, then start again: " + login);
        }
        if (run.exitCode() == 127) {
            throw missing();
        }
        if (run.exitCode() != 0) {
            throw ConnectFailure.refused("the sign-in with az failed or was cancelled", "run it yourself: " + login);
        }
    }

    private Finished run(List<String> arguments, Duration timeout, Consumer<String> errors)
            throws ConnectFailure, InterruptedException {
        List<String> program = program();
        if (program == null) {
            throw missing();
        }
        List<String> command = new ArrayList<>(program);
        command.addAll(arguments);
        Map<String, String> quiet = new HashMap<>(environment);
        quiet.put("AZURE_CORE_NO_COLOR", "true");
        quiet.put("AZURE_CORE_LOGIN_EXPERIENCE_V2", "off");
        // It is started in another folder.
        quiet.computeIfPresent(
                "AZURE_CONFIG_DIR", (_, folder) -> folder.isEmpty() ? folder : new File(folder).getAbsolutePath());
        try {
            return Finished.run(command, quiet, null, timeout, errors);
        } catch (IOException e) {
            throw missing();
        }
    }

    private @Nullable List<String> program() {
        return AzProgram.find(environment, System.getProperty("os.name", ""));
    }

    private static ConnectFailure missing() {
        return ConnectFailure.environment(
                "az, the Azure CLI, is not in PATH",
                "install it (https://learn.microsoft.com/cli/azure/install-azure-cli); MCP clients may start programs with a"
                        + " shorter PATH than your shell: set PATH in the client's entry. Or sign in with --auth browser, or"
                        + " give a token in MCP_ENTRA_TOKEN");
    }

    private static @Nullable AccessToken read(String out) {
        try {
            JsonNode json = JSON.readTree(out);
            String value = json.path("accessToken").asText();
            return AccessToken.fits(value) ? new AccessToken(value, expiry(json)) : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** {@code expires_on} in seconds; older versions have local time without a zone alone. */
    private static @Nullable Instant expiry(JsonNode json) {
        if (json.path("expires_on").isIntegralNumber()) {
            return AccessToken.expiry(json.path("expires_on").asLong());
        }
        try {
            return LocalDateTime.parse(json.path("expiresOn").asText().replace(' ', 'T'))
                    .atZone(ZoneId.systemDefault())
                    .toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }
}
