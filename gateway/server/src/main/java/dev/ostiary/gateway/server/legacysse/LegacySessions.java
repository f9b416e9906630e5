package dev.ostiary.gateway.server.legacysse;

import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.identity.Principal;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The streams of HTTP+SSE clients that are open at this process. They are connections, so no other replica has them. */
public final class LegacySessions {

    static final String PURPOSE = "legacy-sse";

    /** Longest sealed name in characters that is looked at. */
    static final int MAX_SEALED = 512;

    private static final int ID_BYTES = 16;

    private final SecureRandom random = new SecureRandom();
    private final Map<ByteBuffer, Open> sessions = new ConcurrentHashMap<>();

    private record Open(Owner owner, LegacySession session) {}

    /** Whom a stream is of use to, and for what. */
    record Owner(String principal, @Nullable String grantId, String route, String workloadUid) {

        static Owner of(Route route, Principal principal) {
            return new Owner(principal.key(), principal.grantId(), route.name(), route.workloadUid());
        }
    }

    byte[] newId() {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return id;
    }

    void add(byte[] id, Owner owner, LegacySession session) {
        sessions.put(ByteBuffer.wrap(id.clone()), new Open(owner, session));
    }

    void remove(byte[] id) {
        sessions.remove(ByteBuffer.wrap(id));
    }

    @Nullable
    LegacySession find(byte[] id, Owner owner) {
        Open open = sessions.get(ByteBuffer.wrap(id));
        return open != null && open.owner().equals(owner) ? open.session() : null;
    }

    /** Ends all: HTTP+SSE is no longer served. Any thread. */
    public void endAll() {
        sessions.values().forEach(open -> open.session().loop().execute(open.session()::end));
    }

    /** Streams that are open. */
    public int size() {
        return sessions.size();
    }
}
