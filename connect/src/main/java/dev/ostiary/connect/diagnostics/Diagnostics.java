package dev.ostiary.connect.diagnostics;

import java.util.function.Consumer;

/** What is said to people, on standard error: standard output belongs to the protocol. Any thread may use it. */
public final class Diagnostics {

    /** Nobody listens. */
    public static final Diagnostics NONE = new Diagnostics(line -> {});

    /** Room for a URL of a sign-in, which has to be whole to be of use. */
    private static final int LONGEST = 8000;

    private final Consumer<String> lines;

    /** Writes to this, a line a call; it must be safe for any thread. */
    public Diagnostics(Consumer<String> lines) {
        this.lines = lines;
    }

    /** One line, without control characters whatever others put in it. */
    public void say(String text) {
        lines.accept("ostiary connect: " + clean(text));
    }

    /** One line that moves no cursor and turns no text around: what servers say ends up in terminals. */
    public static String clean(String text) {
        String clean = text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ").strip();
        return clean.length() > LONGEST ? clean.substring(0, LONGEST) + " …" : clean;
    }

    /** What is wrong, and what to do. */
    public void say(ConnectFailure failure) {
        say(failure.getMessage());
    }
}
