package dev.ostiary.gateway.bridge.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The requests that a session's server has open at its client: at most so many, each answered once. Any thread. */
final class ServerRequests {

    /** @param on the exchange whose client was asked, null for the session's stream */
    record Open(@Nullable Exchange on) {}

    private final ConcurrentHashMap<String, Open> open = new ConcurrentHashMap<>();

    /** Notes a request by its id as it is written; false when there is one of this id, or there are too many. */
    boolean add(String rawId, @Nullable Exchange on) {
        return open.size() < Limits.OPEN_REQUESTS && open.putIfAbsent(rawId, new Open(on)) == null;
    }

    /** Whoever takes it answers it, or need not; empty when it was taken before. */
    Optional<Open> take(String rawId) {
        return Optional.ofNullable(open.remove(rawId));
    }

    /** All that the client of an exchange was asked. */
    List<String> takeAll(Exchange on) {
        List<String> ids = new ArrayList<>();
        open.forEach((rawId, request) -> {
            if (on.equals(request.on) && open.remove(rawId, request)) {
                ids.add(rawId);
            }
        });
        return ids;
    }

    int count() {
        return open.size();
    }
}
