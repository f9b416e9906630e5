package dev.ostiary.connect.http;

/** The first request was answered as servers answer that know only the older transport: 400, 404 or 405. */
public final class NotStreamable extends Exception {

    private static final long serialVersionUID = 1L;

    private final int status;

    NotStreamable(int status) {
        super("the server answered " + status);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
