package dev.ostiary.cli.entra;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.cli.Terminal;
import dev.ostiary.entra.graph.Exchange;
import dev.ostiary.entra.graph.GraphClient;
import dev.ostiary.entra.graph.GraphException;
import dev.ostiary.entra.output.OutcomeJson;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.Credential;
import dev.ostiary.entra.tenant.CredentialHolder;
import dev.ostiary.entra.tenant.CredentialKeeper;
import dev.ostiary.entra.tenant.RegistrationReader;
import dev.ostiary.entra.tenant.RegistrationWriter;
import dev.ostiary.entra.tenant.RegistrationWriter.Refused;
import dev.ostiary.gateway.config.EntraField;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "apply",
        description =
                "Makes the registration what the resources need: changes what differs, removes nothing unless told to, then checks.",
        exitCodeOnInvalidInput = EntraExit.FAILED,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:as desired",
            "1:failed; run it again, it goes on where it was",
            "2:done, and findings are left"
        })
final class EntraApplyCommand implements Callable<Integer> {

    /** How it is written. */
    enum Output {
        TEXT,
        JSON
    }

    private static final Set<EntraField> CONSENTS = Set.of(EntraField.PERMISSIONS, EntraField.GRAPH_PERMISSIONS);

    private final Terminal terminal;

    @Mixin
    private RegistrationSource source = new RegistrationSource();

    @Mixin
    private GraphLogin login = new GraphLogin();

    @Mixin
    private CredentialPlace place = new CredentialPlace();

    @Option(names = "--prune", description = "Removes what these resources do not need.")
    private boolean prune;

    @Option(names = "--no-consent", description = "Leaves admin consent to others.")
    private boolean noConsent;

    @Option(names = "--output", paramLabel = "TEXT|JSON", description = "Default: TEXT.")
    private Output output = Output.TEXT;

    @Option(names = "--write", description = "Writes a new client id into the gateway's file, in place of the zeros.")
    private boolean write;

    EntraApplyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        DesiredRegistration desired = source.desired();
        CredentialHolder holder = place.holder(desired.credential());
        needsPlace(desired.credential(), holder);
        InstantSource clock = InstantSource.system();
        try (Exchange exchange = new Exchange()) {
            GraphClient graph = login.graph(desired, exchange, terminal);
            RegistrationReader reader = new RegistrationReader(graph);
            RegistrationWriter.Outcome outcome = new RegistrationWriter(
                            graph,
                            reader,
                            holder == null ? null : new CredentialKeeper(desired, holder, clock),
                            terminal::hint)
                    .apply(desired, prune, !noConsent);
            tell(desired, outcome);
            CheckedRegistration checked = CheckedRegistration.of(outcome.desired(), reader, holder, exchange, clock);
            if (output == Output.JSON) {
                terminal.line(OutcomeJson.of(outcome, checked.findings()).toPrettyString());
            } else {
                checked.print(terminal, false);
            }
            return checked.exitCode();
        } catch (GraphException | IOException e) {
            throw CommandFailure.refused(String.valueOf(e.getMessage()) + "; run it again, it goes on where it was");
        }
    }

    private static void needsPlace(Credential credential, @Nullable CredentialHolder holder) throws CommandFailure {
        if (holder == null && credential.isKept()) {
            throw CommandFailure.refused("the gateway's credential needs a place: name one with --credential-file or"
                    + " --credential-secret, or use --credential NONE and make it yourself");
        }
    }

    private void tell(DesiredRegistration before, RegistrationWriter.Outcome outcome) throws CommandFailure {
        String clientId = String.valueOf(outcome.desired().clientId());
        for (Refused refused : outcome.refused()) {
            terminal.warning("not done: " + refused.change().path() + ": " + refused.reason());
        }
        if (outcome.refused().stream()
                .anyMatch(one -> CONSENTS.contains(one.change().field()))) {
            terminal.warning("an administrator can consent here: " + before.authority() + "/" + before.tenantId()
                    + "/adminconsent?client_id=" + clientId);
        }
        if (outcome.refused().stream()
                .anyMatch(one ->
                        one.isForbidden() && !CONSENTS.contains(one.change().field()))) {
            terminal.warning(
                    "whoever owns the registration may change it, and an Application Administrator; the rights of this"
                            + " login are not enough");
        }
        outcome.desired().notes().forEach(terminal::warning);
        say(outcome.writes() == 1 ? "1 write." : outcome.writes() + " writes.");
        if (before.clientId() == null) {
            if (write) {
                say("spec.entra.clientId is now " + clientId + " in " + ClientIdInFile.write(source.files(), clientId));
            } else {
                say("Set spec.entra.clientId to " + clientId);
            }
        }
    }

    /** For people: not among what programs read. */
    private void say(String line) {
        if (output == Output.JSON) {
            terminal.hint(line);
        } else {
            terminal.line(line);
        }
    }
}
