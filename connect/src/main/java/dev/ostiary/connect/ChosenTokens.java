package dev.ostiary.connect;

import dev.ostiary.connect.az.AzRequest;
import dev.ostiary.connect.az.AzureCli;
import dev.ostiary.connect.diagnostics.ConnectFailure;
import dev.ostiary.connect.metadata.Documents;
import dev.ostiary.connect.metadata.EntraIssuer;
import dev.ostiary.connect.metadata.OwnScopes;
import dev.ostiary.connect.metadata.ProtectedResource;
import dev.ostiary.connect.oauth.OAuthTokens;
import dev.ostiary.connect.settings.ConnectOptions.Auth;
import dev.ostiary.connect.settings.ConnectSettings;
import dev.ostiary.connect.token.AccessToken;
import dev.ostiary.connect.token.Challenge;
import dev.ostiary.connect.token.TokenSource;
import dev.ostiary.connect.token.WantedBy;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Chooses once: {@code az} when a resource is named, or when the server's metadata names a tenant of Entra and no client is given that
 * could sign in there; else the browser. A server that wants no token is never asked about.
 */
final class ChosenTokens implements TokenSource {

    /** Makes the tokens of one request to az. */
    @FunctionalInterface
    interface AzFactory {
        TokenSource tokens(AzRequest request, boolean tenantWasGiven);
    }

    private final ConnectSettings settings;
    private final Documents documents;
    private final AzureCli az;
    private final AzFactory azTokens;
    private final OAuthTokens browser;
    private @Nullable TokenSource chosen;
    private boolean lookedForSignIn;

    ChosenTokens(ConnectSettings settings, Documents documents, AzureCli az, AzFactory azTokens, OAuthTokens browser) {
        this.settings = settings;
        this.documents = documents;
        this.az = az;
        this.azTokens = azTokens;
        this.browser = browser;
    }

    @Override
    public @Nullable AccessToken current(WantedBy by) throws ConnectFailure, InterruptedException {
        TokenSource source = known();
        return source == null ? null : source.current(by);
    }

    @Override
    public AccessToken renewed(@Nullable AccessToken refused, Challenge challenge, WantedBy by)
            throws ConnectFailure, InterruptedException {
        TokenSource source = known();
        if (source != null && refused != null) {
            return source.renewed(refused, challenge, by);
        }
        return Objects.requireNonNull(choice(challenge).current(by));
    }

    /** What is chosen already, or needs nothing of the server to be. */
    private synchronized @Nullable TokenSource known() throws ConnectFailure, InterruptedException {
        if (chosen == null) {
            Auth auth = settings.options().auth();
            if (settings.resource() != null && auth != Auth.NONE && auth != Auth.BROWSER) {
                chosen = azTokens.tokens(
                        new AzRequest(settings.resource(), List.of(), settings.tenant()), settings.tenant() != null);
            } else if (!lookedForSignIn && (auth == Auth.AUTO || auth == Auth.BROWSER)) {
                lookedForSignIn = true;
                chosen = browser.isKnown() ? browser : null;
            }
        }
        return chosen;
    }

    private synchronized TokenSource choice(Challenge challenge) throws ConnectFailure, InterruptedException {
        if (chosen == null) {
            chosen = choose(challenge);
        }
        return chosen;
    }

    private TokenSource choose(Challenge challenge) throws ConnectFailure, InterruptedException {
        Auth auth = settings.options().auth();
        if (auth == Auth.NONE) {
            throw ConnectFailure.refused("the server wants a token, and --auth none gives none", "leave --auth out");
        }
        if (auth == Auth.BROWSER) {
            return browser;
        }
        ProtectedResource resource;
        try {
            resource = ProtectedResource.of(settings.url(), challenge, documents);
        } catch (IOException e) {
            throw ConnectFailure.environment(
                    "the server's metadata cannot be read: " + e.getMessage(),
                    "check the network; or name MCP_ENTRA_RESOURCE");
        }
        String tenant = resource == null || resource.authorizationServers().isEmpty()
                ? null
                : EntraIssuer.tenant(resource.authorizationServers().getFirst());
        boolean entra = tenant != null && settings.options().clientId() == null;
        if (auth == Auth.AUTO && !entra) {
            if (resource == null && settings.options().clientId() == null && az.isInstalled()) {
                throw neither();
            }
            return browser;
        }
        if (resource != null && tenant == null && settings.options().scopes() == null) {
            throw ConnectFailure.refused(
                    "the tokens of the server at " + settings.url()
                            + " are not Entra's, by its metadata, so az has none",
                    "leave --auth az out; or name what az is to ask for with --resource or --scope");
        }
        List<String> scopes = settings.options().scopes() != null
                ? settings.options().scopes()
                : resource == null ? List.of() : OwnScopes.of(resource.scopes(), settings.url());
        if (scopes.isEmpty()) {
            if (resource == null) {
                throw neither();
            }
            scopes = List.of(resource.resource() + "/.default");
        }
        String asked = settings.tenant() != null ? settings.tenant() : tenant;
        return azTokens.tokens(new AzRequest(null, scopes, asked), settings.tenant() != null);
    }

    private ConnectFailure neither() {
        return ConnectFailure.refused(
                "neither a resource nor a token is given, and the server at " + settings.url()
                        + " does not say who issues its tokens",
                "set MCP_ENTRA_RESOURCE to its application id URI (api://…), or MCP_ENTRA_TOKEN; for a server with OAuth at its"
                        + " own address use --auth browser");
    }
}
