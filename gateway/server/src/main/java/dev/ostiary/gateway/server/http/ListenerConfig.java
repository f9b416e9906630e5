package dev.ostiary.gateway.server.http;

import dev.ostiary.gateway.config.ListenerSettings;
import java.net.URI;

/**
 * What a listener needs of one configuration, prepared once so that no request has to. Immutable; replaced as a whole by
 * {@link HttpListener#reconfigure}.
 */
public final class ListenerConfig {

    private final ListenerSettings settings;
    private final AllowedHosts hosts;
    private final AllowedOrigins origins;
    private final TrustedProxies proxies;
    private final boolean https;

    private ListenerConfig(
            ListenerSettings settings,
            AllowedHosts hosts,
            AllowedOrigins origins,
            TrustedProxies proxies,
            boolean https) {
        this.settings = settings;
        this.hosts = hosts;
        this.origins = origins;
        this.proxies = proxies;
        this.https = https;
    }

    /**
     * A listener that serves one public origin: only its host may be named and only pages of its origin and of {@code
     * settings.allowedOrigins()} may call.
     *
     * @param publicUrl scheme, host and optional port; https turns {@code Strict-Transport-Security} on
     * @throws IllegalArgumentException when a trusted proxy is not a CIDR, naming it
     */
    public static ListenerConfig of(URI publicUrl, ListenerSettings settings) {
        return new ListenerConfig(
                settings,
                AllowedHosts.of(publicUrl),
                AllowedOrigins.of(publicUrl, settings.allowedOrigins()),
                TrustedProxies.of(settings.trustedProxies()),
                AllowedHosts.isHttps(publicUrl));
    }

    /** A listener that probes and scrapers reach under any host name; no page of any origin may call it. */
    public static ListenerConfig internal(ListenerSettings settings) {
        return new ListenerConfig(
                settings,
                AllowedHosts.any(),
                AllowedOrigins.none(),
                TrustedProxies.of(settings.trustedProxies()),
                false);
    }

    ListenerSettings.Limits limits() {
        return settings.limits();
    }

    ListenerSettings.Timeouts timeouts() {
        return settings.timeouts();
    }

    AllowedHosts hosts() {
        return hosts;
    }

    AllowedOrigins origins() {
        return origins;
    }

    TrustedProxies proxies() {
        return proxies;
    }

    boolean https() {
        return https;
    }
}
