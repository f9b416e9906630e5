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
        exitCodeList = {"0:there is none any more", "1:failed, or not allowed", "2:you did not say yes"})
final class EntraDeleteCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin
    private RegistrationSource source = new RegistrationSource();

    @Mixin
    private GraphLogin login = new GraphLogin();

    @Option(names = "--yes", description = "Does not ask; pipelines need it.")
    private boolean yes;

    @Option(
            names = "--permanently",
            description =
                    "For good, also one that was deleted before: otherwise it can be restored for 30 days, and apply can"
                            + " make no other until then. Administrators alone may do this.")
    private boolean permanently;

    EntraDeleteCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        DesiredRegistration desired = source.withoutCredential();
        try (Exchange exchange = new Exchange()) {
            GraphClient graph = login.graph(desired, exchange, terminal);
            RegistrationReader reader = new RegistrationReader(graph);
            ActualRegistration actual = reader.read(desired);
            ObjectNode application = actual.application();
            if (application == null) {
                return deletedBefore(desired, graph, reader);
            }
            String name = name(application);
            if (!actual.texts("tags").contains(desired.tag())) {
                throw CommandFailure.refused(name + " was not made by `ostiary entra apply` (it has no tag "
                        + desired.tag() + "); delete it in the portal if you mean it");
            }
            if (!yes && !agreed(name)) {
                terminal.line("Nothing was deleted.");
                return EntraExit.DIFFERENT;
            }
            String id = application.path("id").asText();
            graph.delete("/applications/" + id);
            if (permanently) {
                graph.onceReplicated(
                        "that " + name + " is deleted", () -> graph.get(RegistrationReader.deletedItem(id)));
                graph.delete(RegistrationReader.deletedItem(id));
                terminal.line("Deleted " + name + " for good.");
            } else {
                terminal.line("Deleted " + name
                        + ". It can be restored for 30 days under App registrations > Deleted applications; to make another for"
                        + " this gateway before, delete it for good there or with --permanently.");
            }
            others(desired, reader, actual);
            return EntraExit.AS_DESIRED;
        } catch (GraphException | IOException e) {
            throw CommandFailure.refused(String.valueOf(e.getMessage()));
        }
    }

    private int deletedBefore(DesiredRegistration desired, GraphClient graph, RegistrationReader reader)
            throws GraphException, IOException, InterruptedException {
        ObjectNode before = permanently ? reader.deleted(desired) : null;
        if (before == null) {
            terminal.line("There is no registration for " + desired.publicUrl() + ".");
            return EntraExit.AS_DESIRED;
        }
        if (!yes && !agreed(name(before))) {
            terminal.line("Nothing was deleted.");
            return EntraExit.DIFFERENT;
        }
        graph.delete(RegistrationReader.deletedItem(before.path("id").asText()));
        terminal.line("Deleted " + name(before) + ", which had been deleted before, for good.");
        return EntraExit.AS_DESIRED;
    }

    private void others(DesiredRegistration desired, RegistrationReader reader, ActualRegistration actual)
            throws GraphException, InterruptedException {
        for (String appId : reader.others(desired, actual)) {
            terminal.warning("there is another registration with the tag " + desired.tag() + ": " + appId);
        }
    }

    private static String name(ObjectNode application) {
        return application.path("displayName").asText() + " ("
                + application.path("appId").asText() + ")";
    }

    private boolean agreed(String name) throws IOException {
        terminal.hint(
                "Nobody can sign in through the gateway any more when " + name + " is gone. Type yes to delete it:");
        String answer = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
        if (answer == null) {
            terminal.hint("Nobody answered. A pipeline says --yes.");
        }
        return answer != null && answer.strip().equals("yes");
    }
}
