package dev.ostiary.cli.entra;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.cli.Terminal;
import dev.ostiary.entra.check.RegistrationCheck;
import dev.ostiary.entra.check.RegistrationFinding;
import dev.ostiary.entra.graph.Exchange;
import dev.ostiary.entra.graph.GraphClient;
import dev.ostiary.entra.graph.GraphException;
import dev.ostiary.entra.output.AzScript;
import dev.ostiary.entra.output.Bicep;
import dev.ostiary.entra.output.PlanJson;
import dev.ostiary.entra.output.PlanText;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.plan.Plan;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.tenant.CredentialHolder;
import dev.ostiary.entra.tenant.CredentialKeeper;
import dev.ostiary.entra.tenant.RegistrationReader;
import dev.ostiary.entra.tenant.RegistrationWriter;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "plan",
        description = "Shows what apply would change, field by field, and why. Writes nothing.",
        exitCodeOnInvalidInput = EntraExit.FAILED,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:as desired", "1:failed", "2:differences"},
        footer = {
            "",
            "With --output AZ or BICEP nothing is asked of the tenant, and no login is needed: the whole registration is",
            "written for a pipeline.",
        })
final class EntraPlanCommand implements Callable<Integer> {

    /** How it is written. */
    enum Output {
        TEXT,
        JSON,
        BICEP,
        AZ
    }

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

    @Option(names = "--output", paramLabel = "TEXT|JSON|BICEP|AZ", description = "Default: TEXT.")
    private Output output = Output.TEXT;

    EntraPlanCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        DesiredRegistration desired = source.desired();
        switch (output) {
            case BICEP -> terminal.line(Bicep.of(desired).stripTrailing());
            case AZ -> terminal.line(AzScript.of(desired).stripTrailing());
            case TEXT, JSON -> {
                return compared(desired);
            }
        }
        return EntraExit.AS_DESIRED;
    }

    private int compared(DesiredRegistration desired) throws CommandFailure, InterruptedException {
        CredentialHolder holder = place.holder(desired.credential());
        try (Exchange exchange = new Exchange()) {
            GraphClient graph = login.graph(desired, exchange, terminal);
            RegistrationReader reader = new RegistrationReader(graph);
            ActualRegistration actual = reader.read(desired);
            Plan plan = new RegistrationWriter(
                            graph,
                            reader,
                            holder == null ? null : new CredentialKeeper(desired, holder, InstantSource.system()),
                            terminal::hint)
                    .plan(desired, actual, prune, !noConsent);
            for (RegistrationFinding more : RegistrationCheck.duplicates(desired, reader.others(desired, actual))) {
                terminal.warning("there are " + more.there() + " with the tag " + desired.tag() + ": " + more.breaks());
            }
            if (holder == null && desired.credential().isKept()) {
                terminal.warning(
                        "the gateway's credential is not part of this plan: name its place with --credential-file or"
                                + " --credential-secret to see whether one has to be made");
            }
            if (output == Output.JSON) {
                terminal.line(PlanJson.of(plan).toPrettyString());
            } else {
                PlanText.of(plan).forEach(terminal::line);
            }
            return plan.isDone() ? EntraExit.AS_DESIRED : EntraExit.DIFFERENT;
        } catch (GraphException | IOException e) {
            throw CommandFailure.refused(String.valueOf(e.getMessage()));
        }
    }
}
