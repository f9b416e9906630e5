package dev.ostiary.cli;

import dev.ostiary.cli.up.CodeSignIn;
import dev.ostiary.cli.up.RunningGateway;
import dev.ostiary.cli.up.RunningGateways;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "token",
        description = "Prints an access token for a user of the demo that is running.",
        footer = {
            "",
            "Examples:",
            "  curl -H \"Authorization: Bearer $$(./ostiary token anna)\" …",
            "  ostiary token ben --route notes --port 9000",
        })
final class TokenCommand implements Callable<Integer> {

    private final Terminal terminal;
    private final RunningGateways gateways;

    @Parameters(paramLabel = "USER", description = "Who signs in: anna, ben or carl in the demo.")
    private String user = "";

    @Option(names = "--route", paramLabel = "R", description = "For which route. Default: the only one.")
    private @Nullable String route;

    @Option(names = "--port", paramLabel = "PORT", description = "Which gateway, where several are running.")
    private @Nullable Integer port;

    TokenCommand(Terminal terminal, RunningGateways gateways) {
        this.terminal = terminal;
        this.gateways = gateways;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        RunningGateway gateway = gateways.find(port);
        RunningGateway.Emulator emulator = gateway.emulator();
        if (emulator == null) {
            throw CommandFailure.refused("the gateway at " + gateway.publicUrl()
                    + " uses a real tenant; get a token from it, for example with: az account get-access-token");
        }
        String name = user.contains("@") ? user.substring(0, user.indexOf('@')) : user;
        if (!emulator.users().contains(name)) {
            throw CommandFailure.usage(
                    "there is no user " + user + "; there are " + String.join(", ", emulator.users()));
        }
        String chosen = routeOf(gateway);
        String scope = gateway.publicUrl() + "/" + chosen + "/mcp." + chosen;
        String token = new CodeSignIn(
                        emulator.authority(), emulator.tenantId(), FirstPartyApps.AZURE_CLI_ID, new SecureRandom())
                .accessToken(name + "@" + emulator.domain(), scope);
        terminal.line(token);
        return ExitCode.OK;
    }

    private String routeOf(RunningGateway gateway) throws CommandFailure {
        if (route != null) {
            if (!gateway.routes().contains(route)) {
                throw CommandFailure.usage(
                        "there is no route " + route + "; there are " + String.join(", ", gateway.routes()));
            }
            return route;
        }
        if (gateway.routes().size() != 1) {
            throw CommandFailure.usage("choose a route with --route: " + String.join(", ", gateway.routes()));
        }
        return gateway.routes().getFirst();
    }
}
