package dev.ostiary.gateway.server.oauth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ostiary.gateway.config.AuditSettings;
import dev.ostiary.gateway.config.AuthorizationSettings;
import dev.ostiary.gateway.config.AuthorizationSettings.PrincipalClaim;
import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.EntraSettings.GroupSettings;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.ListenerSettings;
import dev.ostiary.gateway.config.ResourceName;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.RoutePolicies;
import dev.ostiary.gateway.config.SessionSettings;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.config.SnapshotCodec;
import dev.ostiary.gateway.config.Upstream;
import dev.ostiary.gateway.config.UpstreamAuth;
import dev.ostiary.gateway.server.entra.SignedIn;
import dev.ostiary.gateway.server.identity.Authentication;
import dev.ostiary.gateway.server.identity.FacadeAuthenticator;
import dev.ostiary.gateway.server.identity.FacadeTokenCache;
import dev.ostiary.gateway.server.identity.FacadeTokens;
import dev.ostiary.gateway.server.identity.Revocations;
import dev.ostiary.gateway.server.keys.Sealer;
import dev.ostiary.gateway.server.keys.SigningKeys;
import dev.ostiary.gateway.server.store.GrantStore;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One replica of a facade whose clients, store and Entra a test gives it. Routes: {@code mail}, {@code notes}. */
final class Facade {

    static final String ORIGIN = "https://mcp.example.com";
    static final String NOTES = ORIGIN + "/notes";
    static final String REDIRECT = "http://127.0.0.1:33418/callback";
    static final String VERIFIER = "verifier-verifier-verifier-verifier-verifier-1";
    static final SecureRandom RANDOM = new SecureRandom();

    static final Client PUBLIC = client("https://client.example/meta.json", Client.Authentication.NONE, null);
    static final Client OTHER = client("https://other.example/meta.json", Client.Authentication.NONE, null);
    static final Client SECRET = client("static:client", Client.Authentication.SECRET, null);

    final ManualClock clock;
    final GrantStore store;
    final ScriptedEntra entra;
    final KeyRing ring;
    final Queue<GrantEvent> events = new ConcurrentLinkedQueue<>();
    final Map<String, Client> clients = new ConcurrentHashMap<>();
    final ClientAssertions assertions;
    final FacadeTokens tokens;
    final GrantService grants;
    Snapshot snapshot;
    OAuthEndpoint token;
    final OAuthEndpoint revoke;

    Facade(ManualClock clock, GrantStore store, ScriptedEntra entra) {
        this(clock, store, entra, KeyRing.generate(RANDOM, clock.instant()));
    }

    /** Another replica has the same ring, store and clock. */
    Facade(ManualClock clock, GrantStore store, ScriptedEntra entra, KeyRing ring) {
        this.clock = clock;
        this.store = store;
        this.entra = entra;
        this.ring = ring;
        for (Client client : List.of(PUBLIC, OTHER, SECRET)) {
            clients.put(client.id(), client);
        }
        assertions = new ClientAssertions(new FacadeUrls(ORIGIN), clock);
        tokens = new FacadeTokens(new SigningKeys(ring, KeyRing.Purpose.SIGNING), new Sealer(ring, RANDOM), ORIGIN);
        grants = new GrantService(
                FacadeSettings.DEFAULT,
                new ResourceName("mcp", "engineering"),
                store,
                new Sealer(ring, KeyRing.Purpose.ENCRYPTION, RANDOM),
                entra,
                events::add,
                clock,
                RANDOM);
        use(snapshot(RoutePolicies.none(), GroupSettings.Overage.GRAPH, "uid-notes"));
        revoke = new RevocationEndpoint(new ClientAuthenticator(finder(), assertions), grants, tokens);
    }

    Facade replica() {
        return new Facade(clock, store, entra, ring);
    }

    void use(Snapshot next) {
        snapshot = next;
        token = TokenEndpoint.of(next, grants, tokens, entra, finder(), assertions);
    }

    private Clients finder() {
        return new Clients() {
            @Override
            public Client find(String id) throws OAuthException {
                Client client = clients.get(id);
                if (client == null) {
                    throw new OAuthException(401, "invalid_client", "the client is not known here");
                }
                return client;
            }

            @Override
            public boolean isSecretOf(Client client, @Nullable String secret) {
                return "s3cret/+ %ä".equals(secret);
            }
        };
    }

    static Client client(String id, Client.Authentication authentication, @Nullable String jwks) {
        return new Client(id, Client.Kind.DOCUMENT, "A client", List.of(REDIRECT), authentication, jwks);
    }

    static Snapshot snapshot(RoutePolicies policies, GroupSettings.Overage overage, String notesUid) {
        EntraSettings entra = new EntraSettings(
                ScriptedEntra.TENANT,
                "6e74172b-0000-4000-8000-e66a39bb12e3",
                URI.create("https://login.example"),
                URI.create("https://sts.example"),
                URI.create("https://graph.example"),
                new GroupSettings(overage, GroupSettings.Lookup.APP),
                List.of("department"));
        return new Snapshot(
                SnapshotCodec.FORMAT,
                new ResourceName("mcp", "engineering"),
                URI.create(ORIGIN),
                null,
                entra,
                new AuthorizationSettings(FacadeSettings.DEFAULT, null, PrincipalClaim.OID),
                new ListenerSettings(
                        List.of(), List.of(), ListenerSettings.Limits.DEFAULT, ListenerSettings.Timeouts.DEFAULT),
                EgressSettings.DIRECT,
                new AuditSettings(AuditSettings.Arguments.NONE),
                List.of(route("mail", "uid-mail", policies), route("notes", notesUid, policies)));
    }

    private static Route route(String name, String uid, RoutePolicies policies) {
        return new Route(
                name,
                new ResourceName("mcp", name),
                uid,
                name,
                null,
                new Upstream(URI.create("http://127.0.0.1:9/mcp"), Upstream.Transport.STREAMABLE_HTTP, false),
                new UpstreamAuth.None(),
                policies,
                List.of(),
                SessionSettings.DEFAULT);
    }

    static RoutePolicies policies(boolean dynamic, String... groupIds) {
        RoutePolicies none = RoutePolicies.none();
        return new RoutePolicies(
                none.evaluation(), none.numbers(), List.of(), List.of(), "[]", List.of(groupIds), dynamic);
    }

    String begin(Client client) throws StoreUnavailableException {
        return begin(client, ScriptedEntra.ANNA);
    }

    String begin(Client client, String objectId) throws StoreUnavailableException {
        return begin(client, entra.signedIn(objectId, objectId + "#1"));
    }

    String begin(Client client, SignedIn user) throws StoreUnavailableException {
        return grants.begin(new GrantRequest(
                client, REDIRECT, Secrets.digest(VERIFIER), "notes", "uid-notes", NOTES, "mcp:notes", user));
    }

    /** A request with a form; {@code Authorization} values may follow. */
    Answer post(OAuthEndpoint endpoint, Map<String, String> form, String... authorization) {
        return post(endpoint, encode(form), authorization);
    }

    Answer post(OAuthEndpoint endpoint, String form, String... authorization) {
        try {
            return new Answer(
                    endpoint.answer(new OAuthRequest(Parameters.read(form), List.of(authorization), "203.0.113.7")));
        } catch (OAuthException e) {
            return new Answer(new OAuthAnswer(e.status(), Map.of(), "{\"error\":\"" + e.error() + "\"}"));
        }
    }

    static String encode(Map<String, String> form) {
        return form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    Answer redeem(Client client, String code) {
        return post(token, codeForm(client, code));
    }

    static Map<String, String> codeForm(Client client, String code) {
        return Map.of(
                "grant_type", "authorization_code",
                "client_id", client.id(),
                "code", code,
                "redirect_uri", REDIRECT,
                "code_verifier", VERIFIER,
                "resource", NOTES);
    }

    Answer refresh(Client client, String refreshToken) {
        return post(
                token,
                Map.of(
                        "grant_type",
                        "refresh_token",
                        "client_id",
                        client.id(),
                        "refresh_token",
                        refreshToken,
                        "resource",
                        NOTES));
    }

    Answer revoke(Client client, String anyToken) {
        return post(revoke, Map.of("client_id", client.id(), "token", anyToken));
    }

    /** Whether an access token opens a route now. */
    Authentication call(String route, String accessToken, Revocations revocations) {
        FacadeAuthenticator authenticator = new FacadeAuthenticator(
                snapshot,
                tokens,
                new FacadeTokenCache(1_000_000, new ClockTime(clock)),
                revocations,
                (user, verification) -> {
                    verification.run();
                    return true;
                },
                new ClockTime(clock));
        Route wanted = snapshot.routes().stream()
                .filter(each -> each.name().equals(route))
                .findFirst()
                .orElseThrow();
        AtomicReference<Authentication> answer = new AtomicReference<>();
        authenticator.authenticate(wanted, List.of("Bearer " + accessToken), Runnable::run, answer::set);
        return answer.get();
    }

    <T extends GrantEvent> List<T> events(Class<T> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** An answer, read. */
    record Answer(OAuthAnswer raw) {

        int status() {
            return raw.status();
        }

        JsonNode json() {
            try {
                return new JsonMapper().readTree(raw.json());
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }

        String error() {
            return json().path("error").asText();
        }

        String accessToken() {
            return json().path("access_token").asText();
        }

        String refreshToken() {
            return json().path("refresh_token").asText();
        }

        String summary() {
            return status() + " " + error();
        }
    }
}
