package dev.ostiary.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {

    @TempDir
    private Path runtime;

    @ParameterizedTest
    @ValueSource(strings = {"up", "check", "token", "connect", "keys"})
    void everyCommandHasHelpWithExamples(String command) {
        Invocation help = run(command, "--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("Usage: ostiary " + command).contains("Examples:");
        assertThat(help.err()).isEmpty();
    }

    @Test
    void theHelpOfTheProgramListsExitCodes() {
        assertThat(run("--help").out()).contains("Exit codes:").contains("3").contains("a free port");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''            | a command is missing
            fly           | Unmatched argument
            token         | Missing required parameter: 'USER'
            token a --pot | Unknown option: '--pot'
            token a --po=hidden | Unknown option: '--po'
            up --token hidden | Unknown option: '--token'
            up --token hidden --key=hidden | Unknown options: '--token', '--key'
            token a hidden.by.dots | there are more arguments than the command takes
            token a --port x | Invalid value for option '--port'
            up --admin-port x | Invalid value for option '--admin-port'
            """)
    void wrongArgumentsAreOneLineAndExitCode2(String arguments, String message) {
        Invocation wrong = run(arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err())
                .startsWith("ostiary: " + message)
                .doesNotContain("hidden")
                .contains("--help")
                .hasLineCount(2);
    }

    @Test
    void aTokenWithoutARunningDemoSaysHowToStartOne() {
        Invocation none = run("token", "anna");

        assertThat(none.exitCode()).isEqualTo(3);
        assertThat(none.out()).isEmpty();
        assertThat(none.err()).contains("ostiary up").hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({"true,,xterm,true", "false,,xterm,false", "true,1,xterm,false", "true,,dumb,false", "true,'',xterm,true"
    })
    void colourIsForTerminalsThatWantIt(boolean terminal, String noColor, String term, boolean expected) {
        Map<String, String> environment =
                noColor == null ? Map.of("TERM", term) : Map.of("TERM", term, "NO_COLOR", noColor);

        assertThat(Terminal.wantsColour(terminal, environment)).isEqualTo(expected);
    }

    private Invocation run(String... arguments) {
        return Invocation.of(Map.of("XDG_RUNTIME_DIR", runtime.toString()), arguments);
    }
}
