package dev.ostiary.cli;

import java.io.Console;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a command writes: results on standard output, everything said about them on standard error. Any thread may use
 * it; lines are never mixed.
 */
public final class Terminal {

    private static final String BOLD = "\u001b[1m";
    private static final String DIM = "\u001b[2m";
    private static final String RED = "\u001b[31m";
    private static final String YELLOW = "\u001b[33m";
    private static final String RESET = "\u001b[0m";

    private final PrintStream out;
    private final PrintStream err;
    private final boolean colour;

    /**
     * Writes to these streams.
     *
     * @param colour whether escape sequences are written
     */
    public Terminal(PrintStream out, PrintStream err, boolean colour) {
        this.out = out;
        this.err = err;
        this.colour = colour;
    }

    /** The process's own streams; in colour only when a person looks at them. */
    @SuppressWarnings("SystemConsoleNull") // JDK 25 has none where either stream is not a terminal
    public static Terminal ofProcess() {
        Console console = System.console();
        return new Terminal(
                System.out, System.err, wantsColour(console != null && console.isTerminal(), System.getenv()));
    }

    /** No colour on anything but a terminal, on a dumb one, or where {@code NO_COLOR} (no-color.org) is set. */
    static boolean wantsColour(boolean terminal, Map<String, String> environment) {
        return terminal
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !"dumb".equals(environment.get("TERM"));
    }

    /** For what is written by others, such as usage texts. */
    PrintStream out() {
        return out;
    }

    /** For what is written by others, such as usage texts. */
    PrintStream err() {
        return err;
    }

    /** Where results go, for what writes whole lines itself. */
    public OutputStream results() {
        return out;
    }

    /** A line of the result. */
    public void line(String text) {
        out.println(text);
    }

    /** A line of the result that stands out. */
    public void heading(String text) {
        out.println(paint(BOLD, text));
    }

    /** A line of the result that steps back. */
    public void aside(String text) {
        out.println(paint(DIM, text));
    }

    /** Something worth knowing, on standard error. */
    public void hint(String text) {
        err.println(paint(DIM, text));
    }

    /** What a server that runs here says for its log, on standard error. */
    public void log(String server, String line) {
        err.println(paint(DIM, server + ": ") + line);
    }

    /** Something that is not as it should be and stops nothing, on standard error. */
    public void warning(String text) {
        err.println(paint(YELLOW, text));
    }

    /** Why a command ends, on standard error. */
    public void error(@Nullable String text) {
        err.println(paint(RED, "ostiary: " + text));
    }

    private String paint(String code, String text) {
        return colour ? code + text + RESET : text;
    }
}
