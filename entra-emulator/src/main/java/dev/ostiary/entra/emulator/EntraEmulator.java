package dev.ostiary.entra.emulator;

import dev.ostiary.entra.emulator.directory.Directory;
import dev.ostiary.entra.emulator.directory.User;
import dev.ostiary.entra.emulator.graph.GraphEndpoint;
import dev.ostiary.entra.emulator.graph.GraphWrites;
import dev.ostiary.entra.emulator.http.Listener;
import dev.ostiary.entra.emulator.oauth.AuthorizeEndpoint;
import dev.ostiary.entra.emulator.oauth.DeviceEndpoints;
import dev.ostiary.entra.emulator.oauth.ErrorResponses;
import dev.ostiary.entra.emulator.oauth.Realm;
import dev.ostiary.entra.emulator.oauth.RefreshTokens;
import dev.ostiary.entra.emulator.oauth.SignInState;
import dev.ostiary.entra.emulator.oauth.TenantPages;
import dev.ostiary.entra.emulator.oauth.TokenEndpoint;
import dev.ostiary.entra.emulator.objects.Consistency;
import dev.ostiary.entra.emulator.objects.LiveDirectory;
import dev.ostiary.entra.emulator.token.GraphTokens;
import dev.ostiary.entra.emulator.token.Issuers;
import dev.ostiary.entra.emulator.token.Opaque;
import dev.ostiary.entra.emulator.token.SigningKeys;
import dev.ostiary.entra.emulator.token.TokenMint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A running emulator of Entra ID and Microsoft Graph on one port. Passwordless and not for production.
 *
 * <p>Login, v1 issuers' documents and Graph share {@link #origin}. Safe for any thread; {@link #close} ends it.
 */
public final class EntraEmulator implements AutoCloseable {

    private final LiveDirectory live;
    private final String origin;
    private final @Nullable TlsIdentity tls;
    private final Listener listener;
    private final SigningKeys keys;
    private final Issuers issuers;
    private final EmulatorClock clock;
    private final Faults faults;
    private final TokenMint mint;
    private final SignInState signIns;
    private final GraphWrites writes = new GraphWrites();

    private EntraEmulator(Settings settings, Listener listener, @Nullable TlsIdentity tls) {
        this.tls = tls;
        this.listener = listener;
        String host = settings.host().indexOf(':') >= 0 ? "[" + settings.host() + "]" : settings.host();
        this.origin = (tls == null ? "http://" : "https://") + host + ":" + listener.port();
        SigningKeys given = settings.keys();
        this.keys = given == null ? SigningKeys.generate() : given;
        settings.customSigningKeys().forEach(keys::addCustom);
        this.issuers = new Issuers(origin, settings.stsOrigin());
        this.clock = new EmulatorClock();
        this.live = new LiveDirectory(settings.directory(), clock);
        this.faults = new Faults();
        Opaque opaque = new Opaque(settings.seed());
        this.mint = new TokenMint(live, keys, clock, opaque, issuers, settings.accessTokenLifetime());
        this.signIns = new SignInState(
                live,
                clock,
                new RefreshTokens(live, opaque, settings.refreshTokenKey()),
                settings.tenantPolicy().usersMayConsent());
        ErrorResponses errors = new ErrorResponses(clock, opaque, origin, settings.openPoints());
        Realm realm = new Realm(
                live,
                clock,
                opaque,
                issuers,
                mint,
                keys,
                origin,
                settings.resourceMode(),
                settings.autoLogin(),
                settings.trustedKeySets(),
                settings.clientDocuments(),
                settings.openPoints());
        Router router = new Router(
                settings.directory().tenants(),
                new DiscoveryDocuments(
                        settings.directory(),
                        keys,
                        issuers,
                        origin,
                        settings.advertisePkce(),
                        settings.clientDocuments().enabled(),
                        settings.openPoints().concreteKeyIssuer()),
                new AuthorizeEndpoint(realm, signIns, errors),
                new TokenEndpoint(realm, signIns, errors),
                new DeviceEndpoints(realm, signIns, errors),
                new TenantPages(realm, signIns, errors),
                new GraphEndpoint(
                        live,
                        new GraphTokens(keys, clock),
                        clock,
                        opaque,
                        origin,
                        signIns::revoke,
                        signIns::current,
                        settings.tenantPolicy()),
                writes,
                new AdminEndpoint(this),
                errors,
                faults);
        listener.start(router);
    }

    /**
     * Starts an emulator.
     *
     * @throws UncheckedIOException when the port is taken
     */
    public static EntraEmulator start(Settings settings) {
        TlsIdentity tls = settings.tls() ? TlsIdentity.create(settings.host(), settings.tlsHosts()) : null;
        try {
            Listener listener = Listener.bind(settings.listen(), settings.port(), tls == null ? null : tls.context());
            return new EntraEmulator(settings, listener, tls);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the Entra emulator cannot listen on " + settings.listen().getHostAddress() + " port "
                            + settings.port() + ": " + e.getMessage(),
                    e);
        }
    }

    /** Scheme, host and port of the login host, without a slash: {@code http://localhost:54321}. */
    public String origin() {
        return origin;
    }

    /** Scheme, host and port of the Graph host: the same. */
    public String graphOrigin() {
        return origin;
    }

    /** Issuer of v2 tokens of this tenant. */
    public String issuer(String tenantId) {
        return issuers.v2(tenantId);
    }

    /** Issuer of v1 tokens of this tenant. */
    public String issuerV1(String tenantId) {
        return issuers.v1(tenantId);
    }

    /** Certificate of the authority behind https; empty with http. */
    public Optional<String> caCertificatePem() {
        return tls == null ? Optional.empty() : Optional.of(tls.caPem());
    }

    /** Tenants, users, groups and apps as of now, with all that was written over Graph. */
    public Directory directory() {
        return live.current();
    }

    /** Access tokens without a flow. */
    public TokenMint tokens() {
        return mint;
    }

    /** The emulator's time. */
    public EmulatorClock clock() {
        return clock;
    }

    /** Faults on demand and request counts. */
    public Faults faults() {
        return faults;
    }

    /** What Graph was asked to change so far. */
    public GraphWrites graphWrites() {
        return writes;
    }

    /** How far Graph's replicas lag behind writes. */
    public Consistency consistency() {
        return live.consistency();
    }

    /** The token keys, to keep them over a restart. */
    public SigningKeys keys() {
        return keys;
    }

    /** Rolls the token keys over. */
    public void rotateKeys(KeyRotation how) {
        switch (how) {
            case GRACEFUL -> keys.rotateGracefully();
            case EMERGENCY -> keys.rotateInEmergency();
        }
    }

    /**
     * Ends all sessions and refresh tokens of a user; access tokens live on until they expire.
     *
     * @param oidOrUpn object id or user principal name
     * @throws IllegalArgumentException when there is no such user
     */
    public void revokeSessions(String oidOrUpn) {
        User user = live.current().tenants().stream()
                .flatMap(tenant -> tenant.user(oidOrUpn).stream())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no tenant of the directory has user " + oidOrUpn));
        signIns.revoke(user);
    }

    /**
     * Changes a user while the emulator runs: disabled, or in other groups. Sessions and refresh tokens stay, as they do at
     * Entra, and bring what holds from now on; {@link #directory} stays as it was.
     *
     * @throws IllegalArgumentException when there is no user with this object id
     */
    public void change(User user) {
        if (live.current().tenantOf(user).isEmpty()) {
            throw new IllegalArgumentException("no tenant of the directory has user " + user.oid());
        }
        signIns.change(user);
    }

    /** Stops listening and drops open requests. Harmless when called twice. */
    @Override
    public void close() {
        faults.close();
        listener.close();
    }
}
