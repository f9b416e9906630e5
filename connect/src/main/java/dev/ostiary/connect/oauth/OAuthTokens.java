package dev.ostiary.connect.oauth;

import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.metadata.Documents;
import dev.ostiary.connect.metadata.ProtectedResource;
import dev.ostiary.connect.state.Fingerprint;
import dev.ostiary.connect.state.OwnFiles;
import dev.ostiary.connect.state.Secrets;
import dev.ostiary.connect.state.SharedLock;
import dev.ostiary.connect.token.AccessToken;
import dev.ostiary.connect.token.Challenge;
import dev.ostiary.connect.token.TokenSource;
import dev.ostiary.connect.token.WantedBy;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of a sign-in that every process of this user shares: one signs in or refreshes, under a lock, and the others find what
 * it wrote. Time is looked at when a token is wanted, so a machine that slept notices at once.
 */
public final class OAuthTokens implements TokenSource {

    private static final Duration SIGN_IN_PAUSE = Duration.ofSeconds(60);

    private final URI url;
    private final SignInSettings settings;
    private final Documents documents;
    private final SignIn signIn;
    private final TokenRequests requests;
    private final Secrets secrets;
    private final OwnFiles files;
    private final String key;
    private final InstantSource clock;
    private final Diagnostics diagnostics;

    private @Nullable Grant grant;
    private @Nullable ConnectFailure lastFailure;
    private Instant failedAt = Instant.MIN;

    /**
     * For one server.
     *
     * @param secrets where tokens are kept
     * @param files where the locks are that processes share
     */
    public OAuthTokens(
            URI url,
            SignInSettings settings,
            Documents documents,
            Map<String, String> environment,
            Secrets secrets,
            OwnFiles files,
            InstantSource clock,
            Diagnostics diagnostics) {
        this.url = url;
        this.settings = settings;
        this.documents = documents;
        this.signIn = new SignIn(
                settings, documents, new Desktop(environment, System.getProperty("os.name", "")), clock, diagnostics);
        this.requests = new TokenRequests(documents, clock);
        this.secrets = secrets;
        this.files = files;
        this.key = keyOf(url, settings);
        this.clock = clock;
        this.diagnostics = diagnostics;
    }

    /** Whether somebody has signed in here before, by any process. */
    public boolean isKnown() throws ConnectFailure, InterruptedException {
        try {
            Grant kept = kept();
            return kept != null && kept.accessToken() != null;
        } catch (IOException e) {
            throw unkept(e);
        }
    }

    private @Nullable Grant kept() throws IOException, InterruptedException {
        byte[] bytes = secrets.read(key);
        return bytes == null ? null : Grant.of(bytes);
    }

    /** Where tokens are kept, for people. */
    public String place() {
        return secrets.place();
    }

    @Override
    public synchronized AccessToken current(WantedBy by) throws ConnectFailure, InterruptedException {
        AccessToken token = grant == null ? null : fresh(grant);
        return token != null ? token : replaced(null, Challenge.NONE, by);
    }

    @Override
    public synchronized AccessToken renewed(@Nullable AccessToken refused, Challenge challenge, WantedBy by)
            throws ConnectFailure, InterruptedException {
        AccessToken token = grant == null ? null : fresh(grant);
        if (token != null && refused != null && !token.value().equals(refused.value())) {
            return token;
        }
        return replaced(refused, challenge, by);
    }

    /** Its token, unless that is about to expire. */
    private @Nullable AccessToken fresh(Grant kept) {
        AccessToken token = kept.token();
        Instant expiry = kept.expiresAt();
        if (token == null || expiry == null) {
            return token;
        }
        // A quarter of what it lives, where that is less than the margin: else a short-lived one would never be fresh.
        Duration quarter = Duration.between(kept.issuedAt(), expiry).dividedBy(4);
        Duration margin = settings.margin().compareTo(quarter) < 0 ? settings.margin() : quarter;
        Instant now = clock.instant();
        return now.isBefore(expiry.minus(margin))
                        && !now.isBefore(kept.issuedAt().minusSeconds(300))
                ? token
                : null;
    }

    private AccessToken replaced(@Nullable AccessToken refused, Challenge challenge, WantedBy by)
            throws ConnectFailure, InterruptedException {
        try (SharedLock _ = SharedLock.take(files, key + ".lock")) {
            Grant kept = kept();
            AccessToken others = kept == null ? null : fresh(kept);
            if (kept != null
                    && others != null
                    && (refused == null || !others.value().equals(refused.value()))) {
                grant = kept;
                return others;
            }
            boolean widen = "insufficient_scope".equals(challenge.error());
            Grant next = kept == null || widen ? kept : refreshed(kept);
            AccessToken token = next == null || widen ? null : next.token();
            if (next == null || token == null) {
                next = signedIn(next, challenge, widen, by);
                token = next.token();
            }
            secrets.write(key, next.toJson());
            grant = next;
            return Objects.requireNonNull(token, "a sign-in without a token");
        } catch (IOException e) {
            throw unkept(e);
        }
    }

    /** With new tokens; or without any, or null, when the user must sign in: as the client that it has, or as another. */
    private @Nullable Grant refreshed(Grant kept) throws IOException, ConnectFailure, InterruptedException {
        String refreshToken = kept.refreshToken();
        if (refreshToken == null) {
            return kept.withoutTokens();
        }
        try {
            return requests.refreshed(kept, refreshToken);
        } catch (TokenRequests.Refused e) {
            diagnostics.say("the sign-in has ended (" + e.getMessage() + ")");
            // A sign-in as a client that the server has forgotten would end at an error page, and never come back.
            Grant registration = e.code().equals("invalid_client") ? null : kept.withoutTokens();
            // So that nobody asks with these tokens again.
            secrets.write(key, registration == null ? Grant.NOTHING : registration.toJson());
            return registration;
        } catch (IOException e) {
            Instant expiry = kept.expiresAt();
            if (kept.accessToken() != null && expiry != null && clock.instant().isBefore(expiry)) {
                diagnostics.say("the token could not be refreshed and is used as long as it lasts: " + e.getMessage());
                return kept;
            }
            throw ConnectFailure.environment(
                    "the token could not be refreshed: "
                            + (e.getMessage() == null ? "no connection to " + kept.issuer() : e.getMessage()),
                    "check the network; the sign-in is kept");
        }
    }

    private Grant signedIn(@Nullable Grant kept, Challenge challenge, boolean widen, WantedBy by)
            throws IOException, ConnectFailure, InterruptedException {
        if (by == WantedBy.NOBODY) {
            throw ConnectFailure.refused(
                    "a sign-in for " + url + " is needed", "call any of the server's tools: that begins it");
        }
        ConnectFailure before = lastFailure;
        Instant now = clock.instant();
        if (before != null && !now.isBefore(failedAt) && now.isBefore(failedAt.plus(SIGN_IN_PAUSE))) {
            // Every call would open another browser window.
            throw before;
        }
        try {
            ProtectedResource resource = SignIn.orOrigin(ProtectedResource.of(url, challenge, documents), url);
            if (widen && kept != null && !kept.scope().isEmpty()) {
                Set<String> scopes = new LinkedHashSet<>(List.of(kept.scope().split(" +")));
                scopes.addAll(resource.scopes());
                resource = new ProtectedResource(
                        resource.resource(), resource.authorizationServers(), List.copyOf(scopes));
            }
            Grant done = signIn.perform(url, resource, kept);
            diagnostics.say("signed in; tokens are kept in " + secrets.place());
            return done;
        } catch (ConnectFailure e) {
            if (e.kind() == ConnectFailure.Kind.REFUSED) {
                lastFailure = e;
                failedAt = clock.instant();
            }
            throw e;
        }
    }

    private ConnectFailure unkept(IOException e) {
        return ConnectFailure.environment(
                "signing in fails: " + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
                "check the network and " + secrets.place());
    }

    private static String keyOf(URI url, SignInSettings settings) {
        return Fingerprint.of(
                url + "\n" + settings.clientId() + "\n" + settings.clientDocument() + "\n" + settings.scopes());
    }
}
