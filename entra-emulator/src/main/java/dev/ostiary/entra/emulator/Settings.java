package dev.ostiary.entra.emulator;

import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.oauth.OpenPoints;
import dev.ostiary.entra.emulator.oauth.ResourceMode;
import dev.ostiary.entra.emulator.token.SigningKeys;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an emulator runs. Start from {@link #of} and change with the {@code with…} methods.
 *
 * @param directory tenants, users, groups, apps
 * @param port to listen on, loopback only; 0 for any free one
 * @param host name or address in all URLs, default {@code localhost}; it must lead to loopback
 * @param tls whether to serve https, with a certificate from its own authority
 * @param tlsHosts further host names of the TLS certificate
 * @param stsOrigin origin of v1 issuers
 * @param keys token keys; null for fresh ones
 * @param seed makes random values repeatable; null for unpredictable ones
 * @param accessTokenLifetime of every access token; null for a random 60 to 90 minutes
 * @param resourceMode what the `resource` parameter does
 * @param autoLogin whether a `login_hint` that names a user signs that user in without a page
 * @param advertisePkce whether discovery has `code_challenge_methods_supported`, which Entra's has not
 * @param trustedKeySets key sets (JWKS JSON) of external token issuers by issuer, for federated credentials; issuers
 *     that are not here are fetched
 * @param openPoints what public sources leave open
 */
public record Settings(
        Directory directory,
        int port,
        String host,
        boolean tls,
        List<String> tlsHosts,
        String stsOrigin,
        @Nullable SigningKeys keys,
        @Nullable Long seed,
        @Nullable Duration accessTokenLifetime,
        ResourceMode resourceMode,
        boolean autoLogin,
        boolean advertisePkce,
        Map<String, String> trustedKeySets,
        OpenPoints openPoints) {

    public Settings {
        tlsHosts = List.copyOf(tlsHosts);
        trustedKeySets = Map.copyOf(trustedKeySets);
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port must be 0 to 65535, not " + port);
        }
    }

    /** http on any free loopback port, everything else as Entra does. */
    public static Settings of(Directory directory) {
        return new Settings(
                directory,
                0,
                "localhost",
                false,
                List.of(),
                "https://sts.windows.net",
                null,
                null,
                null,
                ResourceMode.STRICT_2026,
                true,
                false,
                Map.of(),
                OpenPoints.LIKELY);
    }

    /** Another port. */
    public Settings withPort(int value) {
        return new Settings(
                directory,
                value,
                host,
                tls,
                tlsHosts,
                stsOrigin,
                keys,
                seed,
                accessTokenLifetime,
                resourceMode,
                autoLogin,
                advertisePkce,
                trustedKeySets,
                openPoints);
    }

    /** Another host in URLs. */
    public Settings withHost(String value) {
        return new Settings(
                directory,
                port,
                value,
                tls,
                tlsHosts,
                stsOrigin,
                keys,
                seed,
                accessTokenLifetime,
                resourceMode,
                autoLogin,
                advertisePkce,
                trustedKeySets,
                openPoints);
    }

    /** https, with a certificate for the host, localhost, the loopback addresses and these hosts. */
    public Settings withTls(String... hosts) {
        return new Settings(
                directory,
                port,
                host,
                true,
                List.of(hosts),
                stsOrigin,
                keys,
                seed,
                accessTokenLifetime,
                resourceMode,
                autoLogin,
                advertisePkce,
                trustedKeySets,
                openPoints);
    }

    /** Another origin for v1 issuers. */
    public Settings withStsOrigin(String value) {
        return new Settings(
                directory,
                port,
                host,
                tls,
                tlsHosts,
                value,
                keys,
                seed,
                accessTokenLifetime,
                resourceMode,
                autoLogin,
                advertisePkce,
                trustedKeySets,
                openPoints);
    }

    /**
     * Kept token keys. Making fresh ones costs up to seconds on a busy machine, so tests share one set; those that
     * rotate keys take a copy ({@code SigningKeys.importPem(keys.exportPem())}).
     */
    public Settings withKeys(SigningKeys value) {
        return new Settings(
                directory,
                port,
                host,
                tls,
                tlsHosts,
                stsOrigin,
                value,
                seed,
                accessTokenLifetime,
                resourceMode,
                autoLogin,
                advertisePkce,
                trustedKeySets,
                openPoints);
    }

    /** Repeatable random values. */
    public Settings withSeed(long value) {
        return new Settings(
                directory,
                port,
                host,
                tls,
                tlsHosts,
                stsOrigin,
                keys,
                value,
                accessTokenLifetime,
                resourceMode,
                autoLogin,
                advertisePkce,
                trustedKeySets,
                openPoints);
    }

    /** One lifetime for all access tokens. */
    public Settings withAccessTokenLifetime(Duration value) {
        return new Settings(
                directory,
                port,
                host,
                tls,
                tlsHosts,
                stsOrigin,
                keys,
                seed,
                value,
                resourceMode,
                autoLogin,
                advertisePkce,
                trustedKeySets,
                openPoints);
    }

    /** Another treatment of `resource`. */
    public Settings withResourceMode(ResourceMode value) {
        return new Settings(
                directory,
                port,
                host,
                tls,
                tlsHosts,
                stsOrigin,
                keys,
                seed,
                accessTokenLifetime,
                value,
                autoLogin,
                advertisePkce,
                trustedKeySets,
                openPoints);
    }

    /** Always show the sign-in page, whatever the `login_hint`. */
    public Settings withoutAutoLogin() {
        return new Settings(
                directory,
                port,
                host,
                tls,
                tlsHosts,
                stsOrigin,
                keys,
                seed,
                accessTokenLifetime,
                resourceMode,
                false,
                advertisePkce,
                trustedKeySets,
                openPoints);
    }

    /** Advertise PKCE in discovery, unlike Entra. */
    public Settings advertisingPkce() {
        return new Settings(
                directory,
                port,
                host,
                tls,
                tlsHosts,
                stsOrigin,
                keys,
                seed,
                accessTokenLifetime,
                resourceMode,
                autoLogin,
                true,
                trustedKeySets,
                openPoints);
    }

    /** Key sets of external token issuers, by issuer. */
    public Settings withTrustedKeySets(Map<String, String> value) {
        return new Settings(
                directory,
                port,
                host,
                tls,
                tlsHosts,
                stsOrigin,
                keys,
                seed,
                accessTokenLifetime,
                resourceMode,
                autoLogin,
                advertisePkce,
                value,
                openPoints);
    }

    /** Other answers to what public sources leave open. */
    public Settings withOpenPoints(OpenPoints value) {
        return new Settings(
                directory,
                port,
                host,
                tls,
                tlsHosts,
                stsOrigin,
                keys,
                seed,
                accessTokenLifetime,
                resourceMode,
                autoLogin,
                advertisePkce,
                trustedKeySets,
                value);
    }
}
