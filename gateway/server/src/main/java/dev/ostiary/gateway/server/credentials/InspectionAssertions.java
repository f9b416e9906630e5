package dev.ostiary.gateway.server.credentials;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.config.UpstreamAuth;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.keys.SigningKeys;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's word that it is the gateway itself who looks at a stdio server: like {@link IdentityAssertions}, with a subject that no
 * user can have, and nobody's roles and groups. The bridge in front of the server takes no call without an assertion. Any thread.
 */
public final class InspectionAssertions {

    /** {@code sub}; users have object ids, which are GUIDs. */
    public static final String SUBJECT = "ostiary:inspect";

    private final URI publicUrl;
    private final SigningKeys keys;
    private final Time time;

    private InspectionAssertions(URI publicUrl, SigningKeys keys, Time time) {
        this.publicUrl = publicUrl;
        this.keys = keys;
        this.time = time;
    }

    /** Whether a route's workload is looked at with one. */
    public static boolean areFor(Route route) {
        return route.upstreamAuth() instanceof UpstreamAuth.IdentityAssertion
                && route.upstream() != null
                && route.upstream().transport() == Upstream.Transport.STDIO;
    }

    /** Those of a configuration; null when it has no key to make any with, or nothing to make them for. */
    public static @Nullable InspectionAssertions of(RuntimeConfig config, Time time) {
        if (config.snapshot().routes().stream().noneMatch(InspectionAssertions::areFor)) {
            return null;
        }
        boolean haveKey = config.keys().keys().stream()
                .anyMatch(key -> key.purpose() == KeyRing.Purpose.ASSERTION && key.state() == KeyRing.State.ACTIVE);
        return haveKey
                ? new InspectionAssertions(
                        config.snapshot().publicUrl(), new SigningKeys(config.keys(), KeyRing.Purpose.ASSERTION), time)
                : null;
    }

    /** A fresh one, for one look; takes some 100 µs. */
    public String of(Route route) {
        long now = Math.floorDiv(time.wallMillis(), 1000L);
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("iss", publicUrl.toString());
        payload.put("aud", IdentityAssertions.audience(route.workload()));
        payload.put("sub", SUBJECT);
        payload.put("client_id", SUBJECT);
        payload.put("idtyp", "gateway");
        payload.putArray("roles");
        payload.putArray("groups");
        payload.putObject("claims");
        payload.put("route", route.name());
        payload.put("workload_uid", route.workloadUid());
        payload.put("jti", UUID.randomUUID().toString());
        payload.put("iat", now);
        payload.put("exp", now + IdentityAssertions.LIFETIME_SECONDS);
        return keys.sign(IdentityAssertions.TYPE, payload.toString().getBytes(StandardCharsets.UTF_8));
    }
}
