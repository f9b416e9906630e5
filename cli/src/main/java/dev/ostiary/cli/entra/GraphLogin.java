package dev.ostiary.cli.entra;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.cli.Terminal;
import dev.ostiary.entra.graph.AccessToken;
import dev.ostiary.entra.graph.AzureCliLogin;
import dev.ostiary.entra.graph.DeviceCodeLogin;
import dev.ostiary.entra.graph.Exchange;
import dev.ostiary.entra.graph.GraphClient;
import dev.ostiary.entra.graph.Login;
import dev.ostiary.entra.graph.LoginException;
import dev.ostiary.entra.graph.Pause;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.KnownApps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say whose login is used. A token is never an argument: process lists and shell histories show those. */
final class GraphLogin {

    /** The variable that may hold a token. */
    static final String VARIABLE = AccessToken.VARIABLE;

    /** Where a login comes from. */
    enum Kind {
        AZURE_CLI,
        DEVICE_CODE,
        ENVIRONMENT
    }

    @Option(
            names = "--login",
            paramLabel = "AZURE_CLI|DEVICE_CODE|ENVIRONMENT",
            description = "Whose token for Graph: that of az, of a sign-in in a browser, or of the variable " + VARIABLE
                    + ". Default: AZURE_CLI.")
    private Kind login = Kind.AZURE_CLI;

    @Option(names = "--token-file", paramLabel = "FILE", description = "A file with a token for Graph instead.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--device-client",
            paramLabel = "ID",
            description = "With DEVICE_CODE: the public client that signs in. Default: the Azure CLI's.")
    private String deviceClient = KnownApps.AZURE_CLI;

    /** Graph for this caller. */
    GraphClient graph(DesiredRegistration desired, Exchange exchange, Terminal terminal)
            throws CommandFailure, InterruptedException {
        try {
            return new GraphClient(
                    exchange,
                    desired.graph(),
                    source(desired, exchange, terminal).token(),
                    Pause.REAL,
                    terminal::hint);
        } catch (LoginException e) {
            throw CommandFailure.refused(String.valueOf(e.getMessage()));
        }
    }

    private Login source(DesiredRegistration desired, Exchange exchange, Terminal terminal) {
        Path file = tokenFile;
        if (file != null) {
            return () -> AccessToken.of(read(file), file.toString());
        }
        return switch (login) {
            case AZURE_CLI -> AzureCliLogin.ofPath(desired.tenantId(), desired.graph());
            case DEVICE_CODE ->
                new DeviceCodeLogin(
                        exchange,
                        desired.authority(),
                        desired.tenantId(),
                        deviceClient,
                        desired.graph(),
                        terminal::hint,
                        Pause.REAL,
                        InstantSource.system());
            case ENVIRONMENT ->
                () -> {
                    String token = System.getenv(VARIABLE);
                    return AccessToken.of(token == null ? "" : token, "the variable " + VARIABLE);
                };
        };
    }

    private static String read(Path file) throws LoginException {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new LoginException(file + " cannot be read");
        }
    }
}
