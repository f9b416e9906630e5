package dev.ostiary.gateway.server.identity;

import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.gateway.config.AuthorizationSettings.EntraTokens;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.server.EmulatorKeys;
import dev.ostiary.gateway.server.entra.KeySetMetrics;
import dev.ostiary.gateway.server.entra.KeySetSettings;
import dev.ostiary.gateway.server.entra.KeySets;
import dev.ostiary.gateway.server.entra.ManualTime;
import dev.ostiary.gateway.server.entra.TenantKeys;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The identity part of a gateway in front of a running emulator. */
final class Gateway implements AutoCloseable {

    // Making keys takes most of a second; each emulator starts with the same ones.

    final EntraEmulator entra;
    final ManualTime time = new ManualTime();
    final TokenCache cache = new TokenCache(TokenCache.DEFAULT_MAX_CHARS, time);
    final KeySets keySets;
    Snapshot snapshot;
    TenantKeys keys;
    EntraAuthenticator authenticator;

    private Gateway(KeySetSettings settings, KeySetMetrics metrics) {
        this.entra = EntraEmulator.start(Settings.of(Tenants.directory()).withKeys(EmulatorKeys.copy()));
        this.keySets = new KeySets(settings, time, metrics);
        use(standard().build());
    }

    static Gateway start() {
        Gateway gateway = start(KeySetSettings.DEFAULT, KeySetMetrics.NONE);
        gateway.awaitKeys();
        return gateway;
    }

    /** Does not wait for the first keys. */
    static Gateway start(KeySetSettings settings, KeySetMetrics metrics) {
        return new Gateway(settings, metrics);
    }

    /** Routes notes (groups matter) and mail (they do not); the Azure CLI and the two daemons are accepted. */
    Snapshots standard() {
        return Snapshots.of(entra.origin(), Tenants.OURS, Tenants.GATEWAY)
                .tokens(new EntraTokens(
                        List.of(Tenants.CLI, Tenants.DAEMON, Tenants.IDLE_DAEMON), null, List.of("Mcp.Call")))
                .routeWithGroups("notes", Tenants.READERS)
                .route("mail");
    }

    /** Switches to another configuration, as a reload does. */
    void use(Snapshot next) {
        snapshot = next;
        keys = keySets.use(Objects.requireNonNull(next.entra()), next.egress());
        authenticator = new EntraAuthenticator(next, keys, cache, time);
    }

    void awaitKeys() {
        await().atMost(10, TimeUnit.SECONDS).until(() -> keys.ready());
    }

    /** The answer for this token on this route, waiting for keys if need be. */
    Authentication authenticate(String route, String token) {
        return authenticateHeaders(route, List.of("Bearer " + token));
    }

    Authentication authenticateHeaders(String route, List<String> headers) {
        return begin(route, headers).orTimeout(20, TimeUnit.SECONDS).join();
    }

    CompletableFuture<Authentication> begin(String route, List<String> headers) {
        CompletableFuture<Authentication> answer = new CompletableFuture<>();
        authenticator.authenticate(Snapshots.route(snapshot, route), headers, Runnable::run, then -> {
            if (!answer.complete(then)) {
                throw new IllegalStateException("answered twice");
            }
        });
        return answer;
    }

    @Override
    public void close() {
        keySets.close();
        entra.close();
    }
}
