package dev.ostiary.cli;

/** What scripts can rely on. A signal ends {@code up} with 128 plus its number, as shells have it. */
public final class ExitCode {

    /** All is well. */
    public static final int OK = 0;

    /** The input could be read and something in it is wrong, or what was asked for is refused. */
    public static final int FINDINGS = 1;

    /** Wrong arguments, or input that cannot be read. */
    public static final int USAGE = 2;

    /** The machine lacks something: a JDK, a free port, a running gateway. */
    public static final int ENVIRONMENT = 3;

    /** A defect of Ostiary itself; {@code EX_SOFTWARE} of sysexits.h. */
    public static final int DEFECT = 70;

    private ExitCode() {}
}
