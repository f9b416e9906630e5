package dev.ostiary.connect.http;

import dev.ostiary.connect.message.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a client has told its session to be like, so that a new one can be made the same: log level and subscriptions. */
final class SessionMemory {

    private static final int MOST = 1000;

    private final Map<String, Message> told = new LinkedHashMap<>();

    /** Of a request that was answered with a result. */
    synchronized void remember(Message request) {
        String uri = request.params().path("uri").asText();
        if (request.is("logging/setLevel")) {
            told.put("level", request);
        } else if (request.is("resources/subscribe") && told.size() < MOST) {
            told.put("uri " + uri, request);
        } else if (request.is("resources/unsubscribe")) {
            told.remove("uri " + uri);
        }
    }

    /** Under ids that no client has. */
    synchronized List<Message> toRepeat() {
        List<Message> messages = new ArrayList<>();
        for (Message message : told.values()) {
            messages.add(message.withId("ostiary-connect-repeat-" + messages.size()));
        }
        return messages;
    }

    synchronized void forget() {
        told.clear();
    }
}
