package dev.ostiary.gateway.server.mcp;

import java.io.Serial;

/** Bytes that are not the JSON we accept. Carries no input, only what is wrong and where. */
final class JsonRefused extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    JsonRefused(String what, int offset) {
        // Thrown on hostile input only and never looked at beyond its message: a stack trace would be paid for nothing.
        super(what + " at byte " + offset, null, false, false);
    }

    /** What is wrong and where, in ASCII. */
    String reason() {
        String message = getMessage();
        return message == null ? "not acceptable" : message;
    }
}
