package dev.ostiary.connect.message;

/** A line or an answer that is no JSON-RPC message. Quotes nothing of it. */
public final class MalformedMessage extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedMessage(String why) {
        super(why);
    }
}
