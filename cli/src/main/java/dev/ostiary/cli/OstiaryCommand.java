package dev.ostiary.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "ostiary",
        description = "Authenticated gateways in front of MCP servers, for organisations that sign in with Entra ID.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all is well",
            "1:findings, or refused",
            "2:wrong arguments, or input that cannot be read",
            "3:the machine lacks something: a JDK, a free port, a running gateway",
            "128+n:ended by signal n (130: Ctrl-C)"
        },
        footer = {
            "",
            "Examples:",
            "  ostiary up                        a complete demo on http://localhost:8080",
            "  ostiary up -f resources/          your own resources",
            "  ostiary check -f resources/       findings, with file and line",
            "  ostiary COMMAND --help            more about one command",
        })
final class OstiaryCommand implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "a command is missing");
        }
    }
}
