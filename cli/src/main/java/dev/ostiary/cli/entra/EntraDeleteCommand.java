package dev.ostiary.cli.entra;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.cli.CommandFailure;
import dev.ostiary.cli.Terminal;
import dev.ostiary.entra.graph.Exchange;
import dev.ostiary.entra.graph.GraphClient;
import dev.ostiary.entra.graph.GraphException;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.tenant.RegistrationReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "delete",
        description = "Deletes a registration that apply has made, after asking. One made by hand is left alone.",
        exitCodeOnInvalidInput = EntraExit.FAILED,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:there is none any more", "1:failed, or not allowed", "2:you said no"})
final class EntraDeleteCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin
    private RegistrationSource source = new RegistrationSource();

    @Mixin
    private GraphLogin login = new GraphLogin();

    @Option(names = "--yes", description = "Does not ask.")
    private boolean yes;

    EntraDeleteCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        DesiredRegistration desired = source.desired();
        try (Exchange exchange = new Exchange()) {
            GraphClient graph = login.graph(desired, exchange, terminal);
            ActualRegistration actual = new RegistrationReader(graph).read(desired);
            ObjectNode application = actual.application();
            if (application == null) {
                terminal.line("There is no registration for " + desired.publicUrl() + ".");
                return EntraExit.AS_DESIRED;
            }
            String name = application.path("displayName").asText() + " ("
                    + application.path("appId").asText() + ")";
            if (!actual.texts("tags").contains(desired.tag())) {
                throw CommandFailure.refused(name + " was not made by `ostiary entra apply` (it has no tag "
                        + desired.tag() + "); delete it in the portal if you mean it");
            }
            if (!yes && !agreed(name)) {
                terminal.line("Nothing was deleted.");
                return EntraExit.DIFFERENT;
            }
            graph.delete("/applications/" + application.path("id").asText());
            terminal.line("Deleted " + name
                    + ". It can be restored for 30 days under App registrations > Deleted applications.");
            return EntraExit.AS_DESIRED;
        } catch (GraphException | IOException e) {
            throw CommandFailure.refused(String.valueOf(e.getMessage()));
        }
    }

    private boolean agreed(String name) throws IOException {
        terminal.hint(
                "Nobody can sign in through the gateway any more when " + name + " is gone. Type yes to delete it:");
        String answer = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
        return answer != null && answer.strip().equals("yes");
    }
}
