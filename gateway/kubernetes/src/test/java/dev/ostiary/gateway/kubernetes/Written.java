package dev.ostiary.gateway.kubernetes;

import dev.ostiary.gateway.config.AuditSettings;
import dev.ostiary.gateway.config.AuthorizationSettings;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.ListenerSettings;
import dev.ostiary.gateway.config.ReplicaSettings;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.RuntimeSecret;
import dev.ostiary.gateway.config.SessionSettings;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.SnapshotCodec;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.config.UpstreamAuth;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What an operator writes for one gateway. */
final class Written {

    private static final KeyRing KEYS = KeyRing.generate(new SecureRandom(), Instant.now());

    private final KubernetesClient client;
    private final ResourceName gateway;

    @Nullable
    Duration maxStaleness;

    @Nullable
    ResourceName tls;

    Written(KubernetesClient client, String namespace, String gateway) {
        this.client = client;
        this.gateway = new ResourceName(namespace, gateway);
    }

    /** A route without policies to an MCP server at this URL. */
    static Route route(String name, URI url) {
        return route(name, url, new UpstreamAuth.None());
    }

    static Route route(String name, URI url, UpstreamAuth auth) {
        return route(name, new Upstream(url, Upstream.Transport.STREAMABLE_HTTP, false), auth);
    }

    /** A route to a stdio server's bridge. */
    static Route stdio(String name, URI url) {
        return route(name, new Upstream(url, Upstream.Transport.STDIO, true), new UpstreamAuth.IdentityAssertion());
    }

    private static Route route(String name, Upstream upstream, UpstreamAuth auth) {
        return new Route(
                name,
                new ResourceName("tools", name),
                "uid-of-" + name,
                name,
                null,
                upstream,
                auth,
                RoutePolicies.none(),
                List.of(),
                SessionSettings.DEFAULT);
    }

    RuntimeConfig config(Map<String, String> credentials, Route... routes) {
        Snapshot snapshot = new Snapshot(
                SnapshotCodec.FORMAT,
                gateway,
                URI.create("http://localhost:8080"),
                null,
                new EntraSettings(
                        "72f988bf-0000-4000-8000-2d7cd011db47",
                        "6e74172b-0000-4000-8000-e66a39bb12e3",
                        URI.create("https://login.example.invalid"),
                        URI.create("https://sts.example.invalid"),
                        URI.create("https://graph.example.invalid"),
                        new EntraCredential.None(),
                        new EntraSettings.GroupSettings(
                                EntraSettings.GroupSettings.Overage.DENY, EntraSettings.GroupSettings.Lookup.APP),
                        List.of()),
                new AuthorizationSettings(
                        null,
                        new AuthorizationSettings.EntraTokens(
                                List.of("04b07795-8ddb-461a-bbee-02f9e1bf7b46"), null, List.of()),
                        AuthorizationSettings.PrincipalClaim.OID),
                new ListenerSettings(
                        List.of(), List.of(), ListenerSettings.Limits.DEFAULT, ListenerSettings.Timeouts.DEFAULT),
                EgressSettings.DIRECT,
                new AuditSettings(AuditSettings.Arguments.NONE),
                ReplicaSettings.of(maxStaleness, tls, null),
                List.of(routes));
        return RuntimeConfig.of(snapshot, KEYS, new Credentials(credentials));
    }

    /** Writes these routes; what is enforced is to have this content. */
    RuntimeSecret.Content write(Route... routes) {
        return write(config(Map.of(), routes));
    }

    RuntimeSecret.Content write(RuntimeConfig config) {
        Map<String, String> data = new TreeMap<>();
        RuntimeSecret.write(config)
                .forEach((key, value) -> data.put(key, Base64.getEncoder().encodeToString(value)));
        writeData(data);
        return RuntimeSecret.Content.of(config);
    }

    void writeData(Map<String, String> data) {
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withNamespace(gateway.namespace())
                .withName(gateway.name() + "-runtime")
                .endMetadata()
                .withData(data)
                .build();
        client.resource(secret).fieldManager("ostiary").forceConflicts().serverSideApply();
    }
}
