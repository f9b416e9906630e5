package dev.ostiary.gateway.bridge.session;

import dev.ostiary.gateway.bridge.message.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the client of one exchange has been asked for and has not brought yet, under names that no two rounds share. Guarded by the
 * exchange's lock.
 */
final class Asked {

    /**
     * One request of the server's.
     *
     * @param rawId its id as it is written
     * @param request null when it was too long to be kept
     * @param hold room that it takes while it is on its way; null afterwards, when it takes what each request may
     */
    record Ask(String rawId, @Nullable Message request, Memory.@Nullable Hold hold) {

        /** Gives back its room. */
        void drop() {
            if (hold != null) {
                hold.close();
            }
        }

        /** As it may be kept for long: without room, and without text where that is long. */
        Ask kept() {
            drop();
            return new Ask(rawId, isShort(request) ? request : null, null);
        }
    }

    /** Whether a request may be kept for a client who is away. */
    static boolean isShort(@Nullable Message request) {
        return request != null && request.bytes().length <= Limits.KEPT_ASK_BYTES;
    }

    /**
     * What a round has brought.
     *
     * @param answered names, with the ids of the server's requests as they are written
     * @param unanswered ids of those that are not answered and cannot be put again
     */
    record Round(Map<String, String> answered, List<String> unanswered) {}

    private final LinkedHashMap<String, Ask> asked = new LinkedHashMap<>(2);
    private int names;

    /** The client is about to be asked; returns the requests under the names that it answers to. */
    Map<String, Message> put(List<Ask> asks) {
        Map<String, Message> requests = new LinkedHashMap<>();
        for (Ask ask : asks) {
            Message request = ask.request;
            if (request != null) {
                String name = "ask-" + ++names;
                asked.put(name, ask);
                requests.put(name, request);
            }
        }
        return requests;
    }

    /** The server no longer wants to know. */
    void withdraw(String rawId) {
        asked.values().removeIf(ask -> {
            boolean meant = ask.rawId.equals(rawId);
            if (meant) {
                ask.drop();
            }
            return meant;
        });
    }

    /** The client has been told, and may take long: what is long is not kept for it. */
    void keep() {
        asked.replaceAll((_, ask) -> ask.kept());
    }

    /**
     * The client has brought answers of these names.
     *
     * @param again given what is to be put once more, in order
     */
    Round settle(Set<String> brought, List<Ask> again) {
        Map<String, String> answered = new LinkedHashMap<>();
        List<String> unanswered = new ArrayList<>();
        asked.forEach((name, ask) -> {
            if (brought.contains(name)) {
                answered.put(name, ask.rawId);
                ask.drop();
            } else if (ask.request == null) {
                unanswered.add(ask.rawId);
            } else {
                again.add(ask);
            }
        });
        asked.clear();
        return new Round(answered, unanswered);
    }

    /** Nothing is asked any more; returns the ids of the server's requests as they are written. */
    List<String> takeAll() {
        List<String> ids = new ArrayList<>();
        for (Ask ask : asked.values()) {
            ask.drop();
            ids.add(ask.rawId);
        }
        asked.clear();
        return ids;
    }
}
