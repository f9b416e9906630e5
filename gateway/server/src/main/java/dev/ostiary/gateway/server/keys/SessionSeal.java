package dev.ostiary.gateway.server.keys;

import dev.ostiary.gateway.config.Upstream;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a session id that a client sees stands for (design §4.11): any replica can serve the session with no store at hand,
 * and the id is of no use to another principal, on another route, or for a workload that was made anew under the same name.
 *
 * @param protocolVersion the version negotiated in {@code initialize}
 * @param principal the principal's key, {@code tid/oid}
 * @param route the route's name
 * @param workloadUid the UID of its workload
 * @param grantId the grant whose tokens opened it, and of no other; null: none, an Entra token did
 * @param upstreams the workload's own sessions; one for now, a list so that a route may come to serve several workloads
 * @param issued when the session was opened; whole seconds
 */
public record SessionSeal(
        String protocolVersion,
        String principal,
        String route,
        String workloadUid,
        @Nullable String grantId,
        List<UpstreamSession> upstreams,
        Instant issued) {

    /** Longest session id in characters that is made or looked at. */
    public static final int MAX_LENGTH = 8192;

    /** Most upstream sessions. */
    public static final int MAX_UPSTREAMS = 16;

    /** Longest upstream session id or instance, in characters. */
    public static final int MAX_ID_LENGTH = 2048;

    private static final String PURPOSE = "mcp-session";

    public SessionSeal {
        upstreams = List.copyOf(upstreams);
        if (upstreams.size() > MAX_UPSTREAMS) {
            throw new IllegalArgumentException("more than " + MAX_UPSTREAMS + " upstream sessions");
        }
    }

    /** A session that was opened without a grant. */
    public SessionSeal(
            String protocolVersion,
            String principal,
            String route,
            String workloadUid,
            List<UpstreamSession> upstreams,
            Instant issued) {
        this(protocolVersion, principal, route, workloadUid, null, upstreams, issued);
    }

    /**
     * One session at a workload.
     *
     * @param podOrdinal which pod of a StatefulSet; -1 where the workload is not ours
     * @param instance which run of that pod's server, so that a restarted one is not taken for it; null when unknown
     * @param id the workload's session id: 1 to {@value #MAX_ID_LENGTH} visible ASCII characters (2025-11-25, Transports);
     *     null when it gave none
     */
    public record UpstreamSession(
            int podOrdinal,
            @Nullable String instance,
            @Nullable String id) {

        public UpstreamSession {
            if (podOrdinal < -1) {
                throw new IllegalArgumentException("a pod ordinal is not negative");
            }
            if (!isVisibleAscii(instance) || !isVisibleAscii(id)) {
                throw new IllegalArgumentException("an upstream session id or instance is not visible ASCII");
            }
        }

        /** The workload's session id is a credential of sorts: not for logs. */
        @Override
        public String toString() {
            return "UpstreamSession[pod " + podOrdinal + "]";
        }
    }

    /** What a session id was found to be. */
    public sealed interface Opened {

        /** A session of this caller on this route. */
        record Valid(SessionSeal seal) implements Opened {}

        /**
         * A session that we sealed, but not for this caller or not for this route: to the client as unknown as any other,
         * for the audit log somebody else's id.
         *
         * @param principal whose it is
         */
        record Foreign(String principal) implements Opened {}

        /** Not a session of ours, or sealed with a key that is gone. */
        record Unknown() implements Opened {}
    }

    /** Whether a workload's session id can be sealed. */
    public static boolean isAcceptableId(String id) {
        return isVisibleAscii(id);
    }

    /**
     * The session id for the client: visible ASCII.
     *
     * @throws IllegalArgumentException when it would be longer than {@value #MAX_LENGTH} characters
     */
    public String seal(Sealer sealer) {
        String sealed = sealer.seal(PURPOSE, SessionCodec.encode(this));
        if (sealed.length() > MAX_LENGTH) {
            throw new IllegalArgumentException("a session id of more than " + MAX_LENGTH + " characters");
        }
        return sealed;
    }

    /** Opens a session id for a caller without a grant. */
    public static Opened open(Sealer sealer, String id, String principal, String route, String workloadUid) {
        return open(sealer, id, principal, route, workloadUid, null);
    }

    /**
     * Opens a session id.
     *
     * @param id what the client sent; anything
     * @param principal the caller
     * @param route the route of the request
     * @param workloadUid the UID of its workload now
     * @param grantId the grant of the caller's token; null: it has none. A session belongs to the grant that opened it: another
     *     client of the same user has no business in it
     */
    public static Opened open(
            Sealer sealer, String id, String principal, String route, String workloadUid, @Nullable String grantId) {
        byte[] encoded = sealer.open(PURPOSE, id, MAX_LENGTH);
        SessionSeal seal = encoded == null ? null : SessionCodec.decode(encoded);
        if (seal == null) {
            return new Opened.Unknown();
        }
        boolean own = seal.principal.equals(principal)
                && seal.route.equals(route)
                && seal.workloadUid.equals(workloadUid)
                && Objects.equals(seal.grantId, grantId);
        return own ? new Opened.Valid(seal) : new Opened.Foreign(seal.principal);
    }

    /**
     * Whether the workload still has the pods that these sessions are in: one that has been scaled away has taken its sessions
     * along.
     */
    public boolean isServedBy(@Nullable Upstream upstream) {
        Upstream.Pods pods = upstream == null ? null : upstream.pods();
        return upstreams.stream()
                .allMatch(session -> session.id() == null
                        || (pods == null ? session.podOrdinal() < 0 : pods.has(session.podOrdinal())));
    }

    /**
     * The same session, in a pod that there is, which will not know it: for workloads whose lost sessions the gateway opens
     * again.
     */
    public SessionSeal movedInto(Upstream upstream) {
        Upstream.Pods pods = upstream.pods();
        List<UpstreamSession> moved = upstreams.stream()
                .map(session -> new UpstreamSession(
                        pods == null ? -1 : Math.floorMod(session.podOrdinal(), Math.max(1, pods.replicas())),
                        session.instance(),
                        session.id()))
                .toList();
        return new SessionSeal(protocolVersion, principal, route, workloadUid, grantId, moved, issued);
    }

    private static boolean isVisibleAscii(@Nullable String text) {
        if (text == null) {
            return true;
        }
        if (text.isEmpty() || text.length() > MAX_ID_LENGTH) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c > '~') {
                return false;
            }
        }
        return true;
    }
}
