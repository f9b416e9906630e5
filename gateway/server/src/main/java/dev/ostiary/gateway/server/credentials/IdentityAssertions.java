package dev.ostiary.gateway.server.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.server.entra.Time;
import dev.ostiary.gateway.server.identity.Principal;
import dev.ostiary.gateway.server.keys.SigningKeys;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The gateway's word about a caller for one workload: a JWT that says who it is and that cannot be taken for an access token,
 * neither here (other key, other {@code typ}) nor at another workload (other {@code aud}). It ends {@value #LIFETIME_SECONDS}
 * seconds after it was made.
 *
 * <p>Signing takes some 100 µs of an event loop's time, three times what a whole request costs, so an assertion serves the
 * same principal's calls of the same workload for half its life: {@code jti} names an assertion, not a call. Any thread; never
 * blocks.
 */
public final class IdentityAssertions {

    /** The header that carries it. */
    public static final String HEADER = "ostiary-assertion";

    /** {@code typ} of its header. */
    public static final String TYPE = "ostiary-assertion+jwt";

    static final int LIFETIME_SECONDS = 60;
    private static final Duration USED_FOR = Duration.ofSeconds(30);
    private static final int MOST_KEPT = 10_000;

    /** For roles, groups and claims each, as JSON (39 groups): many servers refuse header blocks of more than 8 kB. */
    private static final int MOST_CHARS = 1_536;

    private final String issuer;
    private final List<String> claims;
    private final SigningKeys keys;
    private final Time time;
    private final Cache<Subject, String> made;

    private record Subject(String principal, String workloadUid, String route) {}

    /**
     * @param publicUrl the gateway's: {@code iss}
     * @param claims the names of the claims that workloads may see beside who the caller is
     * @param keys of {@link dev.ostiary.gateway.config.KeyRing.Purpose#ASSERTION}
     */
    public IdentityAssertions(URI publicUrl, List<String> claims, SigningKeys keys, Time time) {
        this.issuer = publicUrl.toString();
        this.claims = List.copyOf(claims);
        this.keys = keys;
        this.time = time;
        this.made = Caffeine.newBuilder()
                .maximumSize(MOST_KEPT)
                .expireAfterWrite(USED_FOR)
                .ticker(time::nanos)
                .executor(Runnable::run)
                .build();
    }

    /** {@code aud} of a workload's assertions. */
    public static String audience(ResourceName workload) {
        return "urn:ostiary:workload:" + workload;
    }

    /** An assertion with at least half of its life before it. */
    public String of(Principal principal, Route route) {
        Subject subject = new Subject(principal.cacheKey(), route.workloadUid(), route.name());
        String known = made.getIfPresent(subject);
        if (known != null) {
            return known;
        }
        String fresh = keys.sign(TYPE, payload(principal, route).toString().getBytes(StandardCharsets.UTF_8));
        made.put(subject, fresh);
        return fresh;
    }

    private ObjectNode payload(Principal principal, Route route) {
        long now = Math.floorDiv(time.wallMillis(), 1000L);
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("iss", issuer);
        payload.put("aud", audience(route.workload()));
        payload.put("sub", principal.objectId());
        payload.put("tid", principal.tenantId());
        payload.put("oid", principal.objectId());
        payload.put("client_id", principal.clientId());
        payload.put("idtyp", principal.application() ? "app" : "user");
        ArrayNode omitted = JsonNodeFactory.instance.arrayNode();
        put(payload, "roles", array(principal.roles()), omitted);
        put(payload, "groups", array(groups(principal, route)), omitted);
        put(payload, "claims", claims(principal), omitted);
        if (!omitted.isEmpty()) {
            payload.set("omitted", omitted);
        }
        payload.put("route", route.name());
        payload.put("workload_uid", route.workloadUid());
        payload.put("jti", UUID.randomUUID().toString());
        payload.put("iat", now);
        payload.put("exp", now + LIFETIME_SECONDS);
        return payload;
    }

    /** What no policy of the route names is none of the workload's business, unless policies use groups without naming them. */
    private static List<String> groups(Principal principal, Route route) {
        if (route.policies().dynamicGroups()) {
            return principal.groups();
        }
        List<String> named = route.policies().groupIds();
        return principal.groups().stream().filter(named::contains).toList();
    }

    private static ArrayNode array(List<String> values) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(values.size());
        values.forEach(array::add);
        return array;
    }

    /** In an object of their own, so that none can pass for a claim of the gateway's. */
    private ObjectNode claims(Principal principal) {
        ObjectNode allowed = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> claim : principal.claims().properties()) {
            if (claims.contains(claim.getKey())) {
                allowed.set(claim.getKey(), claim.getValue());
            }
        }
        return allowed;
    }

    /** What is too long is left out whole and said to be missing: half a list reads like a whole one. */
    private static void put(ObjectNode payload, String name, JsonNode value, ArrayNode omitted) {
        if (value.toString().length() > MOST_CHARS) {
            omitted.add(name);
        } else {
            payload.set(name, value);
        }
    }
}
