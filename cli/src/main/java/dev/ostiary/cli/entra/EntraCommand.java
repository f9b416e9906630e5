package dev.ostiary.cli.entra;

import dev.ostiary.cli.Terminal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "entra",
        description = "Makes, checks and explains the app registration of a gateway, over Microsoft Graph.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeOnInvalidInput = EntraExit.FAILED,
        footer = {
            "",
            "Examples:",
            "  ostiary entra plan -f resources/",
            "  ostiary entra apply -f resources/ --credential-file entra.credential --write",
            "  ostiary entra check -f resources/ --output json",
        })
public final class EntraCommand implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    private EntraCommand() {}

    /** The command and those below it. */
    public static CommandLine of(Terminal terminal) {
        return new CommandLine(new EntraCommand())
                .addSubcommand(new EntraPlanCommand(terminal))
                .addSubcommand(new EntraApplyCommand(terminal))
                .addSubcommand(new EntraCheckCommand(terminal))
                .addSubcommand(new EntraDeleteCommand(terminal));
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "a command is missing");
        }
    }
}
