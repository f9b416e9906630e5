package dev.ostiary.cli.connect;

import dev.ostiary.cli.WrongArguments;
import java.io.IOException;
import picocli.CommandLine;

/** The process of {@code ostiary connect}, as the launcher starts it: the one command, without the classes of the others. */
public final class ConnectMain {

    private ConnectMain() {}

    public static void main(String[] arguments) {
        System.exit(run(ConnectCommand.ofProcess(System.getenv()), arguments));
    }

    /** A URL alone, or nothing but variables, needs no parser of options, which takes half of the time to the first message. */
    private static boolean isPlain(String... arguments) {
        return arguments.length == 0
                || (arguments.length == 1 && !arguments[0].startsWith("-") && !arguments[0].startsWith("@"));
    }

    static int run(ConnectCommand command, String... arguments) {
        if (isPlain(arguments)) {
            try {
                return command.connect(arguments.length == 0 ? null : arguments[0]);
            } catch (IOException | InterruptedException | RuntimeException e) {
                return defect(e);
            }
        }
        CommandLine commandLine = new CommandLine(command)
                .setCommandName("ostiary connect")
                .setUsageHelpAutoWidth(true)
                .setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.getCommandSpec().mixinStandardHelpOptions(true);
        return commandLine
                .setParameterExceptionHandler((e, _) -> {
                    System.err.println("ostiary: " + WrongArguments.sentence(e));
                    System.err.println("Try: ostiary connect --help");
                    return 2;
                })
                .setExecutionExceptionHandler((e, _, _) -> defect(e))
                .execute(arguments);
    }

    private static int defect(Exception e) {
        System.err.println(
                "ostiary: this should not have happened: " + e.getClass().getName());
        return 70;
    }
}
