package dev.ostiary.gateway.bridge.message;

/** Bytes that are not one JSON-RPC message; the text says what is wrong and repeats nothing of them. */
public final class BadMessage extends Exception {

    private final int code;
    private final String why;

    BadMessage(int code, String message) {
        super(message, null, false, false);
        this.code = code;
        this.why = message;
    }

    /** What is wrong. */
    public String why() {
        return why;
    }

    /** The JSON-RPC error code: -32700, -32600 or -32602. */
    public int code() {
        return code;
    }
}
