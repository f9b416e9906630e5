package dev.ostiary.entra.emulator;

import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.graph.TenantPolicy;
import dev.ostiary.entra.emulator.oauth.ClientDocuments;
import dev.ostiary.entra.emulator.oauth.OpenPoints;
import dev.ostiary.entra.emulator.oauth.ResourceMode;
import dev.ostiary.entra.emulator.token.SigningKeys;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * How an emulator runs. Start from {@link #of} and change with the {@code with…} methods.
 *
 * @param directory tenants, users, groups, apps
 * @param listen address to listen on, default loopback; another one lets everybody who reaches it sign in as anyone
 * @param port to listen on; 0 for any free one
 * @param host name or address in all URLs, default {@code localhost}; it must lead to where it listens
 * @param tls whether to serve https, with a certificate from its own authority
 * @param tlsHosts further host names of the TLS certificate
 * @param stsOrigin origin of v1 issuers
 * @param keys token keys; null for fresh ones
 * @param refreshTokenKey AES key, 256 bits, that refresh tokens are sealed with; null for a fresh one
 * @param seed makes random values repeatable; null for unpredictable ones
 * @param accessTokenLifetime of every access token; null for a random 60 to 90 minutes
 * @param resourceMode what the `resource` parameter does
 * @param autoLogin whether a `login_hint` that names a user signs that user in without a page
 * @param advertisePkce whether discovery has `code_challenge_methods_supported`, which Entra's has not
 * @param trustedKeySets key sets (JWKS JSON) of external token issuers by issuer, for federated credentials; issuers
 *     that are not here are fetched
 * @param clientDocuments whether an HTTPS URL may be a client id, and whose
 * @param customSigningKeys client ids of APIs that have a signing key of their own
 * @param openPoints what public sources leave open
 * @param tenantPolicy what the tenants' administrators have decided about apps
 */
public record Settings(
        Directory directory,
        InetAddress listen,
        int port,
        String host,
        boolean tls,
        List<String> tlsHosts,
        String stsOrigin,
        @Nullable SigningKeys keys,
        @Nullable SecretKey refreshTokenKey,
        @Nullable Long seed,
        @Nullable Duration accessTokenLifetime,
        ResourceMode resourceMode,
        boolean autoLogin,
        boolean advertisePkce,
        Map<String, String> trustedKeySets,
        ClientDocuments clientDocuments,
        Set<String> customSigningKeys,
        OpenPoints openPoints,
        TenantPolicy tenantPolicy) {

    public Settings {
        tlsHosts = List.copyOf(tlsHosts);
        trustedKeySets = Map.copyOf(trustedKeySets);
        customSigningKeys = Set.copyOf(customSigningKeys);
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port must be 0 to 65535, not " + port);
        }
    }

    /** http on any free loopback port, everything else as Entra does. */
    public static Settings of(Directory directory) {
        return new Settings(
                directory,
                InetAddress.getLoopbackAddress(),
                0,
                "localhost",
                false,
                List.of(),
                "https://sts.windows.net",
                null,
                null,
                null,
                null,
                ResourceMode.STRICT_2026,
                true,
                false,
                Map.of(),
                ClientDocuments.OFF,
                Set.of(),
                OpenPoints.LIKELY,
                TenantPolicy.DEFAULT);
    }

    /** Another address to listen on than loopback: in a container, where only its own network reaches it. */
    public Settings withListen(InetAddress value) {
        Draft draft = new Draft(this);
        draft.listen = value;
        return draft.settings();
    }

    /** Another port. */
    public Settings withPort(int value) {
        Draft draft = new Draft(this);
        draft.port = value;
        return draft.settings();
    }

    /** Another host in URLs. */
    public Settings withHost(String value) {
        Draft draft = new Draft(this);
        draft.host = value;
        return draft.settings();
    }

    /** https, with a certificate for the host, localhost, the loopback addresses and these hosts. */
    public Settings withTls(String... hosts) {
        Draft draft = new Draft(this);
        draft.tls = true;
        draft.tlsHosts = List.of(hosts);
        return draft.settings();
    }

    /** Another origin for v1 issuers. */
    public Settings withStsOrigin(String value) {
        Draft draft = new Draft(this);
        draft.stsOrigin = value;
        return draft.settings();
    }

    /**
     * Kept token keys. Making fresh ones costs up to seconds on a busy machine, so tests share one set; those that
     * rotate keys take a {@link SigningKeys#copy()}.
     */
    public Settings withKeys(SigningKeys value) {
        Draft draft = new Draft(this);
        draft.keys = value;
        return draft.settings();
    }

    /** A kept key: refresh tokens of an emulator with the same key and directory stay good. */
    public Settings withRefreshTokenKey(SecretKey value) {
        Draft draft = new Draft(this);
        draft.refreshTokenKey = value;
        return draft.settings();
    }

    /** Repeatable random values. */
    public Settings withSeed(long value) {
        Draft draft = new Draft(this);
        draft.seed = value;
        return draft.settings();
    }

    /** One lifetime for all access tokens. */
    public Settings withAccessTokenLifetime(Duration value) {
        Draft draft = new Draft(this);
        draft.accessTokenLifetime = value;
        return draft.settings();
    }

    /** Another treatment of `resource`. */
    public Settings withResourceMode(ResourceMode value) {
        Draft draft = new Draft(this);
        draft.resourceMode = value;
        return draft.settings();
    }

    /** Always show the sign-in page, whatever the `login_hint`. */
    public Settings withoutAutoLogin() {
        Draft draft = new Draft(this);
        draft.autoLogin = false;
        return draft.settings();
    }

    /** Advertise PKCE in discovery, unlike Entra. */
    public Settings advertisingPkce() {
        Draft draft = new Draft(this);
        draft.advertisePkce = true;
        return draft.settings();
    }

    /** Key sets of external token issuers, by issuer. */
    public Settings withTrustedKeySets(Map<String, String> value) {
        Draft draft = new Draft(this);
        draft.trustedKeySets = value;
        return draft.settings();
    }

    /** Other answers to what public sources leave open. */
    public Settings withOpenPoints(OpenPoints value) {
        Draft draft = new Draft(this);
        draft.openPoints = value;
        return draft.settings();
    }

    /** Other decisions of the tenants' administrators about apps. */
    public Settings withTenantPolicy(TenantPolicy value) {
        Draft draft = new Draft(this);
        draft.tenantPolicy = value;
        return draft.settings();
    }

    /** HTTPS URLs as client ids, as in the public preview. */
    public Settings withClientDocuments(ClientDocuments value) {
        Draft draft = new Draft(this);
        draft.clientDocuments = value;
        return draft.settings();
    }

    /** APIs whose tokens are signed with keys of their own, by client id. The keys join those that were given. */
    public Settings withCustomSigningKeys(String... clientIds) {
        Draft draft = new Draft(this);
        draft.customSigningKeys = Set.of(clientIds);
        return draft.settings();
    }

    /** Settings about to change. */
    private static final class Draft {
        private Directory directory;
        private InetAddress listen;
        private int port;
        private String host;
        private boolean tls;
        private List<String> tlsHosts;
        private String stsOrigin;
        private @Nullable SigningKeys keys;
        private @Nullable SecretKey refreshTokenKey;
        private @Nullable Long seed;
        private @Nullable Duration accessTokenLifetime;
        private ResourceMode resourceMode;
        private boolean autoLogin;
        private boolean advertisePkce;
        private Map<String, String> trustedKeySets;
        private ClientDocuments clientDocuments;
        private Set<String> customSigningKeys;
        private OpenPoints openPoints;
        private TenantPolicy tenantPolicy;

        private Draft(Settings from) {
            directory = from.directory;
            listen = from.listen;
            port = from.port;
            host = from.host;
            tls = from.tls;
            tlsHosts = from.tlsHosts;
            stsOrigin = from.stsOrigin;
            keys = from.keys;
            refreshTokenKey = from.refreshTokenKey;
            seed = from.seed;
            accessTokenLifetime = from.accessTokenLifetime;
            resourceMode = from.resourceMode;
            autoLogin = from.autoLogin;
            advertisePkce = from.advertisePkce;
            trustedKeySets = from.trustedKeySets;
            clientDocuments = from.clientDocuments;
            customSigningKeys = from.customSigningKeys;
            openPoints = from.openPoints;
            tenantPolicy = from.tenantPolicy;
        }

        private Settings settings() {
            return new Settings(
                    directory,
                    listen,
                    port,
                    host,
                    tls,
                    tlsHosts,
                    stsOrigin,
                    keys,
                    refreshTokenKey,
                    seed,
                    accessTokenLifetime,
                    resourceMode,
                    autoLogin,
                    advertisePkce,
                    trustedKeySets,
                    clientDocuments,
                    customSigningKeys,
                    openPoints,
                    tenantPolicy);
        }
    }
}
