package dev.ostiary.gateway.server.entra;

import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraCredential;
import dev.ostiary.gateway.config.EntraSettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sign-in and group look-ups of a process, which outlive its configurations: a reload that leaves registration, credential and
 * egress alone keeps connections, tokens and memberships. One registration at a time, as a gateway has one. Thread-safe.
 */
public final class EntraServices implements AutoCloseable {

    /** Requests that began under earlier settings may end under them. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    private final Time time;
    private final EntraMetrics metrics;
    private final CallLimits limits;
    private final GraphGroupLookup.Limits graphLimits;
    private final UnaryOperator<@Nullable String> environment;
    private @Nullable InUse inUse;

    public EntraServices(Time time, EntraMetrics metrics) {
        this(time, metrics, System::getenv);
    }

    /** @param environment a variable of the process, or null: where workload and managed identities are */
    public EntraServices(Time time, EntraMetrics metrics, UnaryOperator<@Nullable String> environment) {
        this(time, metrics, CallLimits.DEFAULT, GraphGroupLookup.Limits.DEFAULT, environment);
    }

    /** @param environment a variable of the process, or null */
    EntraServices(
            Time time,
            EntraMetrics metrics,
            CallLimits limits,
            GraphGroupLookup.Limits graphLimits,
            UnaryOperator<@Nullable String> environment) {
        this.time = time;
        this.metrics = metrics;
        this.limits = limits;
        this.graphLimits = graphLimits;
        this.environment = environment;
    }

    /**
     * What one registration is used for.
     *
     * @param probe asks about the registration itself
     */
    public record Registration(EntraSignIn signIn, GroupLookup groups, RegistrationProbe probe) {}

    /** Asks about the registration that is in use; null: none is. */
    public synchronized @Nullable RegistrationProbe probe() {
        return inUse == null ? null : inUse.registration.probe();
    }

    /**
     * The services of this registration; those of before are closed a little later. Returns at once: nothing is read, and a
     * credential that cannot be used shows when it is used.
     */
    public synchronized Registration use(
            EntraSettings entra, Credentials credentials, EgressSettings egress, TenantKeys keys) {
        Basis basis = new Basis(entra, digests(entra.credential(), credentials), egress, keys);
        InUse before = inUse;
        if (before != null && before.basis.equals(basis)) {
            return before.registration;
        }
        InUse now = build(basis, credentials);
        inUse = now;
        if (before != null) {
            time.after(GRACE, before::close);
        }
        return now.registration;
    }

    private InUse build(Basis basis, Credentials credentials) {
        EntraSettings entra = basis.entra;
        BoundedExchange login = new BoundedExchange(basis.egress);
        BoundedExchange graph = new BoundedExchange(basis.egress);
        // The identity endpoint is on this machine or link-local: a proxy is wrong, and would see the token.
        BoundedExchange host = new BoundedExchange(EgressSettings.DIRECT);
        URI tokenEndpoint = URI.create(entra.authority() + "/" + entra.tenantId() + "/oauth2/v2.0/token");
        ClientProof proof = new ClientProofs(
                        entra,
                        credentials,
                        tokenEndpoint,
                        time,
                        new Endpoint("managed-identity", host, limits, time, metrics),
                        environment)
                .of(entra.credential());
        TokenEndpoint tokens = new TokenEndpoint(
                tokenEndpoint, entra.clientId(), proof, new Endpoint("token", login, limits, time, metrics), time);
        OnBehalfOf onBehalfOf = new OnBehalfOf(entra.tenantId(), tokens, time);
        EntraSignIn signIn =
                new HttpEntraSignIn(entra, tokens, new IdTokens(entra, basis.keys, time), onBehalfOf, time);
        GraphCalls calls = new GraphCalls(
                entra.graph(),
                new Endpoint("graph", graph, limits, time, metrics),
                new GraphTokens(entra.graph(), tokens, onBehalfOf, time));
        GroupLookup groups = new GraphGroupLookup(entra.groups().lookup(), calls, graphLimits, time, metrics);
        Endpoint asking = new Endpoint("check", login, limits, time, metrics);
        RegistrationProbe probe = new RegistrationProbe(
                entra,
                new TokenEndpoint(tokenEndpoint, entra.clientId(), proof, asking, time),
                asking,
                new Endpoint("check-graph", graph, limits, time, metrics),
                time);
        return new InUse(basis, new Registration(signIn, groups, probe), List.of(login, graph, host));
    }

    private static List<String> digests(EntraCredential credential, Credentials credentials) {
        Stream<String> keys = switch (credential) {
            case EntraCredential.ClientSecret secret -> Stream.of(secret.credential());
            case EntraCredential.Certificate pair -> Stream.of(pair.certificate(), pair.privateKey());
            case EntraCredential.None none -> Stream.of();
            case EntraCredential.WorkloadIdentity identity -> Stream.of();
            case EntraCredential.ManagedIdentity identity -> Stream.of();
        };
        return keys.map(key -> OnBehalfOf.sha256(Objects.requireNonNullElse(credentials.get(key), "")))
                .toList();
    }

    @Override
    public synchronized void close() {
        if (inUse != null) {
            inUse.close();
        }
    }

    /** @param credentialDigests of the secret values, which are not kept twice */
    private record Basis(EntraSettings entra, List<String> credentialDigests, EgressSettings egress, TenantKeys keys) {}

    private record InUse(Basis basis, Registration registration, List<BoundedExchange> exchanges) {
        void close() {
            exchanges.forEach(BoundedExchange::close);
        }
    }
}
