package dev.ostiary.cli;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What is said of arguments that no command takes. Their values are not repeated: who writes {@code --token} to a command that has no
 * such option has a secret behind it, and pipelines keep what is printed.
 */
public final class WrongArguments {

    /** A command that was meant, perhaps; no token is that short and plain. */
    private static final Pattern WORD = Pattern.compile("[a-z][a-z-]{0,19}");

    private WrongArguments() {}

    /** One line, without values of unknown options. */
    public static String sentence(ParameterException e) {
        if (!(e instanceof UnmatchedArgumentException unmatched)) {
            return String.valueOf(e.getMessage());
        }
        List<String> options = unmatched.getUnmatched().stream()
                .filter(argument -> argument.startsWith("-"))
                .map(argument -> "'" + argument.replaceFirst("=.*", "") + "'")
                .toList();
        if (!options.isEmpty()) {
            return options.stream()
                    .collect(Collectors.joining(
                            ", ", options.size() == 1 ? "Unknown option: " : "Unknown options: ", ""));
        }
        return unmatched.getUnmatched().stream().allMatch(WORD.asMatchPredicate())
                ? String.valueOf(e.getMessage())
                : "there are more arguments than the command takes";
    }
}
