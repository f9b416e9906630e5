package dev.ostiary.connect.oauth;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.metadata.Documents;
import dev.ostiary.connect.metadata.EntraIssuer;
import dev.ostiary.connect.metadata.OwnScopes;
import dev.ostiary.connect.metadata.ProtectedResource;
import dev.ostiary.connect.metadata.SafeUrl;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One sign-in of a person: authorization code with PKCE (RFC 7636) over a loopback redirect (RFC 8252), or a device code (RFC
 * 8628) where no browser can be opened.
 */
final class SignIn {

    private static final long LONGEST_INTERVAL_SECONDS = 60;

    private final SignInSettings settings;
    private final Documents documents;
    private final TokenRequests requests;
    private final Desktop desktop;
    private final InstantSource clock;
    private final Diagnostics diagnostics;
    private final SecureRandom random = new SecureRandom();

    SignIn(
            SignInSettings settings,
            Documents documents,
            Desktop desktop,
            InstantSource clock,
            Diagnostics diagnostics) {
        this.settings = settings;
        this.documents = documents;
        this.requests = new TokenRequests(documents, clock);
        this.desktop = desktop;
        this.clock = clock;
        this.diagnostics = diagnostics;
    }

    /**
     * Has the user sign in.
     *
     * @param before what is kept of an earlier sign-in, for its registration; null: nothing
     * @throws ConnectFailure when it cannot be, or the user did not
     */
    Grant perform(URI url, ProtectedResource resource, @Nullable Grant before)
            throws ConnectFailure, IOException, InterruptedException {
        AuthorizationServer server =
                AuthorizationServer.of(resource.authorizationServers().getFirst(), url, documents);
        boolean entra = EntraIssuer.matches(server.issuer());
        if (!server.offersPkce() && !(entra && settings.clientId() != null)) {
            throw ConnectFailure.refused(
                    "the authorization server " + server.issuer() + " does not offer PKCE with S256",
                    entra
                            ? "Entra registers no clients: use --auth az, or --client-id with an app registration that has"
                                    + " http://127.0.0.1 as a redirect URI of a public client"
                            : "without it a sign-in can be stolen; ask its operator");
        }
        Set<String> wanted = new LinkedHashSet<>(settings.scopes() == null ? resource.scopes() : settings.scopes());
        if (entra && settings.scopes() == null) {
            OwnScopes.of(resource.scopes(), url);
        }
        if (server.scopes().contains("offline_access")) {
            wanted.add("offline_access");
        }
        // Entra names the resource in the scope, and refuses the parameter beside it.
        Grant draft = new Grant(
                server.issuer(),
                server.token(),
                new Client("", null, false, null),
                entra ? null : resource.resource(),
                String.join(" ", wanted),
                null,
                null,
                clock.instant(),
                null);
        Grant known = before != null && before.issuer().equals(server.issuer()) ? before : null;
        boolean byDevice = settings.device() || (!desktop.hasBrowser() && server.device() != null);
        URI device = server.device();
        if (byDevice && device == null) {
            throw ConnectFailure.refused(
                    "the authorization server " + server.issuer() + " offers no device codes",
                    "sign in on a machine with a browser, or without --device and open the URL that is shown");
        }
        return byDevice && device != null
                ? byDevice(server, device, draft, known)
                : byBrowser(url, server, draft, known);
    }

    private Grant byBrowser(URI url, AuthorizationServer server, Grant draft, @Nullable Grant known)
            throws ConnectFailure, IOException, InterruptedException {
        String state = randomText();
        // One that was registered for device codes names no port, and servers may want the very text that was
        // registered.
        String registered = known == null || settings.clientId() != null
                ? null
                : known.client().redirectUri();
        LoopbackRedirect listening = LoopbackRedirect.listen(registered, state);
        boolean samePort = listening != null;
        if (listening == null) {
            listening = LoopbackRedirect.listen(null, state);
        }
        if (listening == null) {
            throw new IOException("no port is free");
        }
        try (LoopbackRedirect redirect = listening) {
            Client client = client(server, redirect.uri(), draft.scope(), samePort ? known : null);
            Grant grant = withClient(draft, client);
            String verifier = randomText();
            Map<String, String> query = new LinkedHashMap<>();
            query.put("response_type", "code");
            query.put("client_id", client.id());
            query.put("redirect_uri", redirect.uri());
            query.put("state", state);
            query.put("code_challenge", sha256(verifier));
            query.put("code_challenge_method", "S256");
            if (!grant.scope().isEmpty()) {
                query.put("scope", grant.scope());
            }
            TokenRequests.addResource(query, grant.resource());
            if (grant.resource() != null && List.of(grant.scope().split(" ")).contains("offline_access")) {
                // OpenID Connect Core §11: without it servers pass the scope over, and give no refresh token.
                query.put("prompt", "consent");
            }
            String authorize = server.authorize()
                    + (server.authorize().getRawQuery() == null ? "?" : "&")
                    + TokenRequests.form(query);
            boolean opened = desktop.open(authorize);
            diagnostics.say((opened
                            ? "sign in for " + url + " in the browser; or open: "
                            : "sign in for " + url + " with a browser of this machine: ")
                    + authorize);
            Map<String, String> answer = redirect.await(settings.patience());
            if (answer == null) {
                throw ConnectFailure.refused(
                        "the sign-in was not finished within "
                                + settings.patience().toSeconds() + " s",
                        "connect again from your MCP client and finish it in the browser");
            }
            String code = checked(answer, server);
            Map<String, String> form = new LinkedHashMap<>();
            form.put("grant_type", "authorization_code");
            form.put("code", code);
            form.put("redirect_uri", redirect.uri());
            form.put("code_verifier", verifier);
            TokenRequests.addResource(form, grant.resource());
            return tokens(grant, form);
        }
    }

    private static String checked(Map<String, String> answer, AuthorizationServer server) throws ConnectFailure {
        String issuer = answer.get("iss");
        if (issuer == null ? server.saysIssuer() : !issuer.equals(server.issuer())) {
            throw ConnectFailure.refused(
                    "the sign-in was answered by another server than " + server.issuer() + " (RFC 9207)",
                    "do not sign in there; tell the server's operator");
        }
        String code = answer.get("code");
        if (code == null) {
            String error = answer.getOrDefault("error", "no code");
            String description = answer.get("error_description");
            throw ConnectFailure.refused(
                    "the sign-in was refused: " + error + (description == null ? "" : ": " + description),
                    error.equals("access_denied") ? "connect again and approve it" : "ask the server's operator");
        }
        return code;
    }

    private Grant byDevice(AuthorizationServer server, URI endpoint, Grant draft, @Nullable Grant known)
            throws ConnectFailure, IOException, InterruptedException {
        Grant grant = withClient(draft, client(server, "http://127.0.0.1/callback", draft.scope(), known));
        Map<String, String> ask = new LinkedHashMap<>();
        ask.put("scope", grant.scope());
        TokenRequests.addResource(ask, grant.resource());
        Documents.Answer answer = requests.post(endpoint, grant.client(), ask);
        JsonNode json = answer.body();
        String deviceCode = json.path("device_code").asText();
        if (!answer.isOk() || deviceCode.isEmpty()) {
            throw ConnectFailure.refused(
                    "the authorization server gives no device code (" + answer.status() + " "
                            + json.path("error").asText() + ")",
                    "sign in on a machine with a browser");
        }
        String page = json.path("verification_uri")
                .asText(json.path("verification_url").asText());
        SafeUrl.namedBy(server.token(), page, "the page for device codes");
        diagnostics.say("to sign in, open " + page + " on any device and enter the code "
                + json.path("user_code").asText());
        Duration lifetime =
                Duration.ofSeconds(Math.max(1, json.path("expires_in").asLong(900)));
        Instant end =
                clock.instant().plus(lifetime.compareTo(settings.patience()) < 0 ? lifetime : settings.patience());
        long interval = Math.clamp(json.path("interval").asLong(5), 1, LONGEST_INTERVAL_SECONDS);
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
        form.put("device_code", deviceCode);
        while (clock.instant().isBefore(end)) {
            Thread.sleep(Duration.ofSeconds(interval));
            try {
                return requests.tokens(grant, form);
            } catch (TokenRequests.Refused e) {
                switch (e.code()) {
                    case "authorization_pending" -> {}
                    case "slow_down" -> interval = Math.min(interval + 5, LONGEST_INTERVAL_SECONDS);
                    default ->
                        throw ConnectFailure.refused(
                                "the sign-in was refused: " + e.getMessage(), "connect again from your MCP client");
                }
            } catch (IOException e) {
                interval = Math.min(interval * 2, LONGEST_INTERVAL_SECONDS);
            }
        }
        throw ConnectFailure.refused(
                "the code was not entered in time", "connect again from your MCP client and enter the new code");
    }

    private Grant tokens(Grant grant, Map<String, String> form)
            throws ConnectFailure, IOException, InterruptedException {
        try {
            return requests.tokens(grant, form);
        } catch (TokenRequests.Refused e) {
            throw ConnectFailure.refused(
                    "the authorization server gives no tokens: " + e.getMessage(),
                    "connect again; if it stays, ask its operator");
        }
    }

    /** By hand, as a document, as registered before, or registered now: the order of the MCP specification. */
    private Client client(AuthorizationServer server, String redirectUri, String scope, @Nullable Grant known)
            throws ConnectFailure, IOException, InterruptedException {
        if (settings.clientId() != null) {
            return new Client(settings.clientId(), null, false, null);
        }
        if (settings.clientDocument() != null && server.takesDocuments()) {
            return new Client(settings.clientDocument(), null, false, null);
        }
        if (known != null) {
            return known.client();
        }
        URI register = server.register();
        if (register == null) {
            throw ConnectFailure.refused(
                    "the authorization server " + server.issuer() + " registers no clients",
                    "ask its operator for a client id and give it with --client-id");
        }
        return new Registration(documents).register(server, register, redirectUri, scope);
    }

    private static Grant withClient(Grant draft, Client client) {
        return new Grant(
                draft.issuer(),
                draft.tokenEndpoint(),
                client,
                draft.resource(),
                draft.scope(),
                null,
                null,
                draft.issuedAt(),
                null);
    }

    private String randomText() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String sha256(String text) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static ProtectedResource orOrigin(@Nullable ProtectedResource resource, URI url) {
        return resource != null && !resource.authorizationServers().isEmpty()
                ? resource
                // MCP 2025-03-26: the server's own origin is the authorization server.
                : new ProtectedResource(
                        url.toString(),
                        List.of(url.resolve("/").toString().replaceAll("/$", "")),
                        resource == null ? List.of() : resource.scopes());
    }
}
