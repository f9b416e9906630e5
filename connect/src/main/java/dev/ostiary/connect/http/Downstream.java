package dev.ostiary.connect.http;

import dev.ostiary.connect.message.Message;

/** The local client: takes what the server says, in order for each stream. Safe for any thread. */
@FunctionalInterface
public interface Downstream {

    void deliver(Message message);
}
