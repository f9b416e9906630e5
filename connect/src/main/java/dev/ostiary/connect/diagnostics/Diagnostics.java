package dev.ostiary.connect.diagnostics;

import java.util.function.Consumer;

/** What is said to people, on standard error: standard output belongs to the protocol. Any thread may use it. */
public final class Diagnostics {

    /** Nobody listens. */
    public static final Diagnostics NONE = new Diagnostics(line -> {});

    private static final int LONGEST = 2000;

    private final Consumer<String> lines;

    /** Writes to this, a line a call; it must be safe for any thread. */
    public Diagnostics(Consumer<String> lines) {
        this.lines = lines;
    }

    /** One line, without control characters whatever others put in it. */
    public void say(String text) {
        String clean = text.replaceAll("\\p{Cntrl}+", " ").strip();
        lines.accept("ostiary connect: " + (clean.length() > LONGEST ? clean.substring(0, LONGEST) + " …" : clean));
    }

    /** What is wrong, and what to do. */
    public void say(ConnectFailure failure) {
        say(failure.what() + ". Fix: " + failure.fix());
    }
}
