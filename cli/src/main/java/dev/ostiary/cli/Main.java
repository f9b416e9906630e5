package dev.ostiary.cli;

import dev.ostiary.cli.connect.ConnectCommand;
import dev.ostiary.cli.entra.EntraCommand;
import dev.ostiary.cli.up.Installation;
import dev.ostiary.cli.up.RunningGateways;
import dev.ostiary.connect.diagnostics.Diagnostics;
import java.io.PrintWriter;
import java.security.Security;
import java.time.InstantSource;
import java.util.Map;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** The process: wires the commands and turns their outcome into an exit code. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        // The gateway keeps addresses of workloads for 5 s; the JDK's own cache below it must not be the longer one.
        Security.setProperty("networkaddress.cache.ttl", "5");
        Security.setProperty("networkaddress.cache.negative.ttl", "1");
        System.exit(run(Terminal.ofProcess(), System.getenv(), arguments));
    }

    /** Runs one command; see {@link ExitCode}. */
    static int run(Terminal terminal, Map<String, String> environment, String... arguments) {
        Installation installation = Installation.of(System.getProperties());
        RunningGateways gateways = RunningGateways.ofThisUser(environment);
        CommandLine commandLine = new CommandLine(new OstiaryCommand())
                .addSubcommand(new UpCommand(terminal, installation, gateways))
                .addSubcommand(new CheckCommand(terminal))
                .addSubcommand(new TokenCommand(terminal, gateways))
                .addSubcommand(
                        new ConnectCommand(terminal.results(), new Diagnostics(terminal.err()::println), environment))
                .addSubcommand(keys(terminal))
                .addSubcommand(EntraCommand.of(terminal))
                .addSubcommand(new EmulatorCommand(terminal))
                .addSubcommand(new RehearseCommand(terminal, installation))
                .setCommandName("ostiary")
                .setUsageHelpAutoWidth(true)
                .setUsageHelpWidth(100);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        addStandardHelp(commandLine);
        return commandLine
                .setOut(new PrintWriter(terminal.out(), true, terminal.out().charset()))
                .setErr(new PrintWriter(terminal.err(), true, terminal.err().charset()))
                .setParameterExceptionHandler((e, _) -> {
                    terminal.error(WrongArguments.sentence(e));
                    terminal.hint("Try: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
                    return e.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
                })
                .setExecutionExceptionHandler((e, _, _) -> failed(e, terminal))
                .execute(arguments);
    }

    private static int failed(Exception e, Terminal terminal) {
        if (e instanceof CommandFailure failure) {
            terminal.error(failure.getMessage());
            return failure.exitCode();
        }
        terminal.error("this should not have happened: " + e);
        LoggerFactory.getLogger(Main.class).atDebug().setCause(e).log("defect");
        return ExitCode.DEFECT;
    }

    private static CommandLine keys(Terminal terminal) {
        InstantSource clock = InstantSource.system();
        return new CommandLine(new KeysCommand())
                .addSubcommand(new KeysShowCommand(terminal, clock))
                .addSubcommand(new KeysRotateCommand(terminal, clock));
    }

    private static void addStandardHelp(CommandLine commandLine) {
        commandLine.getSubcommands().values().forEach(Main::addStandardHelp);
        commandLine.getCommandSpec().mixinStandardHelpOptions(true).version("ostiary " + version());
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
