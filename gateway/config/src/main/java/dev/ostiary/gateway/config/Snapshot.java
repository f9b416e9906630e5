package dev.ostiary.gateway.config;

import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The complete configuration of one gateway, compiled from the resources. It holds no secret: credentials are named here
 * and kept in {@link Credentials}.
 *
 * <p>Equal content has equal bytes ({@link SnapshotCodec#write}), and the SHA-256 of those bytes is the revision.
 *
 * @param format the version of this layout, {@link SnapshotCodec#FORMAT} when written by this release
 * @param gateway namespace and name of the {@code McpGateway}
 * @param publicUrl the public origin: scheme, host and optional port, no path
 * @param closure why every route of this gateway is closed, or null when the gateway itself is sound
 * @param entra the Entra registration; null only when {@code closure} is set
 * @param authorization who may sign in, and with what
 * @param listener how requests are received
 * @param egress how the outside is reached
 * @param audit what an audit line holds
 * @param replica what concerns replicas in a cluster alone; null: nothing does
 * @param routes sorted by name, names unique
 */
public record Snapshot(
        int format,
        ResourceName gateway,
        URI publicUrl,
        @Nullable Closure closure,
        @Nullable EntraSettings entra,
        AuthorizationSettings authorization,
        ListenerSettings listener,
        EgressSettings egress,
        AuditSettings audit,
        @Nullable ReplicaSettings replica,
        List<Route> routes) {

    public Snapshot {
        routes = List.copyOf(routes);
        if (entra == null && closure == null) {
            throw new IllegalArgumentException("a snapshot without Entra settings must be closed");
        }
        Set<String> names = new HashSet<>();
        String previous = "";
        for (Route route : routes) {
            if (!names.add(route.name())) {
                throw new IllegalArgumentException("route " + route.name() + " appears twice");
            }
            if (route.name().compareTo(previous) < 0) {
                throw new IllegalArgumentException("routes must be sorted by name");
            }
            previous = route.name();
        }
    }

    /** One that concerns replicas in a cluster no more than others. */
    public Snapshot(
            int format,
            ResourceName gateway,
            URI publicUrl,
            @Nullable Closure closure,
            @Nullable EntraSettings entra,
            AuthorizationSettings authorization,
            ListenerSettings listener,
            EgressSettings egress,
            AuditSettings audit,
            List<Route> routes) {
        this(format, gateway, publicUrl, closure, entra, authorization, listener, egress, audit, null, routes);
    }

    /** The same content in an older layout, for replicas that read no newer one. */
    public Snapshot inFormat(int older) {
        return older == format
                ? this
                : new Snapshot(
                        older,
                        gateway,
                        publicUrl,
                        closure,
                        entra,
                        authorization,
                        listener,
                        egress,
                        audit,
                        replica,
                        routes);
    }

    /** The public URL of a route: the resource that tokens, metadata and clients name. */
    public URI resourceUrl(Route route) {
        return URI.create(publicUrl + "/" + route.name());
    }
}
