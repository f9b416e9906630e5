package dev.ostiary.cli.entra;

import dev.ostiary.cli.CommandFailure;
import dev.ostiary.cli.Terminal;
import dev.ostiary.entra.graph.Exchange;
import dev.ostiary.entra.graph.GraphException;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.tenant.RegistrationReader;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "check",
        description = "Says what is wrong with the registration, what breaks, and where to mend it. Writes nothing.",
        exitCodeOnInvalidInput = EntraExit.FAILED,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:as desired", "1:failed", "2:findings"})
final class EntraCheckCommand implements Callable<Integer> {

    /** How it is written. */
    enum Output {
        TEXT,
        JSON
    }

    private final Terminal terminal;

    @Mixin
    private RegistrationSource source = new RegistrationSource();

    @Mixin
    private GraphLogin login = new GraphLogin();

    @Mixin
    private CredentialPlace place = new CredentialPlace();

    @Option(names = "--output", paramLabel = "TEXT|JSON", description = "Default: TEXT.")
    private Output output = Output.TEXT;

    EntraCheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException {
        DesiredRegistration desired = source.desired();
        try (Exchange exchange = new Exchange()) {
            CheckedRegistration checked = CheckedRegistration.of(
                    desired,
                    new RegistrationReader(login.graph(desired, exchange, terminal)),
                    place.holder(desired.credential()),
                    exchange,
                    InstantSource.system());
            checked.print(terminal, output == Output.JSON);
            return checked.exitCode();
        } catch (GraphException | IOException e) {
            throw CommandFailure.refused(String.valueOf(e.getMessage()));
        }
    }
}
