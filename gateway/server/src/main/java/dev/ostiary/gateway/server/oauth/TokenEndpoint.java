package dev.ostiary.gateway.server.oauth;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.config.Route;
import dev.ostiary.gateway.config.Snapshot;
import dev.ostiary.gateway.server.entra.GroupLookup;
import dev.ostiary.gateway.server.identity.FacadeTokens;
import dev.ostiary.gateway.server.store.StoreUnavailableException;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code /token} (RFC 6749 §3.2): {@code authorization_code} with PKCE and {@code refresh_token}, and no other grant, since
 * behind the facade stands a registration whose credentials nobody shall borrow. Made once per configuration.
 *
 * <p>What cannot be decided now is 503 {@code temporarily_unavailable} with {@code Retry-After}: clients forget their tokens
 * on {@code invalid_grant}, so an outage must never look like one.
 */
final class TokenEndpoint implements OAuthEndpoint {

    /** RFC 7636 §4.1. */
    private static final Pattern VERIFIER = Pattern.compile("[A-Za-z0-9._~-]{43,128}");

    private static final int MAX_URI_CHARS = 2048;
    private static final int STORE_RETRY_SECONDS = 2;

    private final ClientAuthenticator clients;
    private final TokenService tokens;
    private final GrantEvents events;

    TokenEndpoint(ClientAuthenticator clients, TokenService tokens, GrantEvents events) {
        this.clients = clients;
        this.tokens = tokens;
        this.events = events;
    }

    /**
     * The endpoint of a configuration.
     *
     * @param snapshot one with Entra settings and the facade
     * @param assertions outlives configurations: it remembers what was used
     */
    static TokenEndpoint of(
            Snapshot snapshot,
            GrantService grants,
            FacadeTokens tokens,
            GroupLookup groups,
            Clients clients,
            ClientAssertions assertions) {
        EntraSettings entra = snapshot.entra();
        if (entra == null) {
            throw new IllegalArgumentException("the snapshot has no Entra settings");
        }
        Map<String, Route> routes =
                snapshot.routes().stream().collect(Collectors.toMap(Route::name, Function.identity()));
        UserFacts facts = new UserFacts(entra, groups, grants.events());
        return new TokenEndpoint(
                new ClientAuthenticator(clients, assertions),
                new TokenService(grants, tokens, facts, routes),
                grants.events());
    }

    @Override
    public OAuthAnswer answer(OAuthRequest request) throws OAuthException {
        Client client = null;
        try {
            String grantType = request.parameters().require("grant_type");
            boolean withCode = grantType.equals("authorization_code");
            if (!withCode && !grantType.equals("refresh_token")) {
                throw new OAuthException(400, "unsupported_grant_type", "use authorization_code or refresh_token");
            }
            client = clients.authenticate(request);
            return tokens(withCode ? withCode(client, request) : withRefreshToken(client, request));
        } catch (OAuthException refused) {
            return OAuthErrors.answer(refused(request, client, null, refused, refused.error()), request);
        } catch (GrantRefused refused) {
            OAuthException answer = refused.toAnswer();
            return OAuthErrors.answer(refused(request, client, refused.grantId(), answer, refused.reason()), request);
        } catch (TryLaterException later) {
            return OAuthErrors.tryLater(later);
        } catch (StoreUnavailableException unavailable) {
            return OAuthErrors.tryLater(STORE_RETRY_SECONDS);
        }
    }

    private OAuthAnswer tokens(TokenRequest request) throws GrantRefused, TryLaterException, StoreUnavailableException {
        IssuedTokens issued = switch (request) {
            case TokenRequest.WithCode code -> tokens.issue(code);
            case TokenRequest.WithRefreshToken refresh -> tokens.issue(refresh);
        };
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("access_token", issued.accessToken());
        json.put("token_type", "Bearer");
        json.put("expires_in", issued.expiresIn().toSeconds());
        json.put("refresh_token", issued.refreshToken());
        json.put("scope", issued.scope());
        return OAuthErrors.json(200, Map.of(), json);
    }

    private static TokenRequest withCode(Client client, OAuthRequest request) throws OAuthException {
        Parameters form = request.parameters();
        String verifier = form.require("code_verifier");
        if (!VERIFIER.matcher(verifier).matches()) {
            throw OAuthException.invalidRequest("code_verifier has 43 to 128 unreserved characters");
        }
        return new TokenRequest.WithCode(
                client,
                request.clientAddress(),
                form.require("code"),
                form.require("redirect_uri"),
                verifier,
                resource(form));
    }

    private static TokenRequest withRefreshToken(Client client, OAuthRequest request) throws OAuthException {
        Parameters form = request.parameters();
        return new TokenRequest.WithRefreshToken(
                client, request.clientAddress(), form.require("refresh_token"), form.get("scope"), resource(form));
    }

    private static @Nullable String resource(Parameters form) throws OAuthException {
        String resource = form.get("resource");
        if (resource != null && resource.length() > MAX_URI_CHARS) {
            throw new OAuthException(400, "invalid_target", "the resource is too long");
        }
        return resource;
    }

    private OAuthException refused(
            OAuthRequest request,
            @Nullable Client client,
            @Nullable String grantId,
            OAuthException answer,
            String reason) {
        events.record(new GrantEvent.Refused(
                client == null ? null : client.id(), grantId, request.clientAddress(), answer.error(), reason));
        return answer;
    }
}
