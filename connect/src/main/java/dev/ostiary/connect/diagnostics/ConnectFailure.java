package dev.ostiary.connect.diagnostics;

/** Something that only a person can put right. Says what is wrong and what to do; never a token or any other secret. */
public final class ConnectFailure extends Exception {

    private static final long serialVersionUID = 1L;

    /** What kind of thing is wrong, for the exit code. */
    public enum Kind {
        /** Wrong arguments or variables. */
        USAGE,
        /** The machine lacks something. */
        ENVIRONMENT,
        /** The server, the tenant or the user said no. */
        REFUSED
    }

    private final Kind kind;
    private final String what;
    private final String fix;

    private ConnectFailure(Kind kind, String what, String fix) {
        super(what);
        this.kind = kind;
        this.what = what;
        this.fix = fix;
    }

    /** Wrong arguments or variables. */
    public static ConnectFailure usage(String what, String fix) {
        return new ConnectFailure(Kind.USAGE, what, fix);
    }

    /** The machine lacks something. */
    public static ConnectFailure environment(String what, String fix) {
        return new ConnectFailure(Kind.ENVIRONMENT, what, fix);
    }

    /** The server, the tenant or the user said no. */
    public static ConnectFailure refused(String what, String fix) {
        return new ConnectFailure(Kind.REFUSED, what, fix);
    }

    /** What is wrong, and what to do. */
    @Override
    public String getMessage() {
        return what + ". Fix: " + fix;
    }

    /** For the exit code. */
    public Kind kind() {
        return kind;
    }

    /** What is wrong, without a full stop. */
    public String what() {
        return what;
    }

    /** What to do about it, without a full stop. */
    public String fix() {
        return fix;
    }
}
