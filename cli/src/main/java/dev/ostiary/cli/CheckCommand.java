package dev.ostiary.cli;

import dev.ostiary.cli.up.DemoRegistration;
import dev.ostiary.gateway.compiler.Host;
import dev.ostiary.gateway.compiler.files.Check;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "check",
        description = "Says what is wrong with resource files: one line per finding, with file, line and column.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:nothing is wrong", "1:findings", "2:a file that cannot be read"},
        footer = {
            "",
            "Examples:",
            "  ostiary check -f resources/",
            "  ostiary check -f gateway.yaml -f policies/ --strict",
            "  ostiary check -f examples/demo --one-machine",
        })
final class CheckCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE|DIR",
            required = true,
            description = "Resource files; may be given several times.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--strict", description = "Warnings and lints, too, make the exit code 1.")
    private boolean strict;

    @Option(
            names = "--one-machine",
            description = "Checks for `ostiary up`, where there are no containers, instead of for a cluster.")
    private boolean oneMachine;

    CheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Host host = oneMachine
                ? Host.oneMachine(new Host.Overrides(
                        null, Map.of(), Collections.emptyNavigableSet(), DemoRegistration.anywhere(), null, true))
                : Host.cluster();
        Check check = Check.of(files, host, strict);
        check.lines().forEach(terminal::line);
        return check.result();
    }
}
