package dev.ostiary.cli;

import dev.ostiary.cli.up.Installation;
import dev.ostiary.cli.up.Rehearsal;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** What the launcher runs once after a build, so that the JVM can keep what it has loaded. */
@Command(name = "rehearse", hidden = true, description = "Runs the demo for a moment, to make later starts faster.")
final class RehearseCommand implements Callable<Integer> {

    private final Terminal terminal;
    private final Installation installation;

    RehearseCommand(Terminal terminal, Installation installation) {
        this.terminal = terminal;
        this.installation = installation;
    }

    @Override
    public Integer call() throws CommandFailure, InterruptedException, IOException {
        new Rehearsal(terminal, installation).run();
        return ExitCode.OK;
    }
}
