package dev.ostiary.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "keys",
        description = "Shows or rotates the keys that `ostiary up --state` keeps.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  ostiary keys show --state /var/lib/ostiary",
            "  ostiary keys rotate --state /var/lib/ostiary",
            "  ostiary keys rotate --state /var/lib/ostiary --emergency",
        })
final class KeysCommand implements Runnable {

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "a command is missing: show or rotate");
        }
    }
}
