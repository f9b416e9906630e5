package dev.ostiary.gateway.server.entra;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Signing users in with Entra under the gateway's registration, and acting for them (design §4.6, §4.7). One per Entra
 * settings. All methods but {@link #authorizationUrl} block for a bounded time, retries included: virtual threads only.
 * Thread-safe.
 */
public interface EntraSignIn {

    /**
     * Where the browser goes: authorization code with PKCE, {@code openid profile offline_access <clientId>/.default}, no
     * {@code resource}, {@code response_mode=query}.
     *
     * @param redirectUri the gateway's {@code /oauth/callback}
     * @param state opaque; comes back
     * @param nonce comes back in the id token
     * @param codeChallenge S256 of a verifier of our own
     * @param claims a claims challenge to replay, as JSON; null: none
     * @param prompt {@code select_account} or {@code login}; null: Entra decides
     */
    URI authorizationUrl(
            URI redirectUri,
            String state,
            String nonce,
            String codeChallenge,
            @Nullable String claims,
            @Nullable String prompt);

    /**
     * What an error that came back on the redirect means.
     *
     * @param error the parameter of that name; anything
     * @param description {@code error_description}; anything
     */
    EntraRefusedException refusal(String error, @Nullable String description);

    /**
     * Redeems a code and validates the id token. The access token that comes with it is thrown away. An id token that breaks a
     * rule says nothing about the user and is {@link EntraUnavailableException}; only a wrong nonce ends the sign-in.
     */
    SignedIn redeem(URI redirectUri, String code, String codeVerifier, String nonce)
            throws EntraRefusedException, EntraUnavailableException;

    /**
     * Renews an Entra session: the user is still there and may still sign in, with these roles and groups. The id token
     * carries no nonce, so the caller must compare the object id with the session's (OpenID Connect Core §12.2).
     */
    SignedIn renew(String refreshToken) throws EntraRefusedException, EntraUnavailableException;

    /**
     * An access token for another API, by redeeming the Entra session for it. Nothing is remembered: the caller keeps the
     * token and persists the refresh token that comes with it.
     *
     * @param scopes of one resource
     */
    EntraToken redeemFor(String refreshToken, List<String> scopes)
            throws EntraRefusedException, EntraUnavailableException;

    /**
     * An access token for another API, by the on-behalf-of flow; remembered until shortly before its end. An application's
     * token is refused; what Entra refused is not asked again for ten seconds.
     *
     * @param assertion the user's access token for the gateway's registration
     * @param scopes of one resource
     */
    EntraToken onBehalfOf(String assertion, List<String> scopes)
            throws EntraRefusedException, EntraUnavailableException;

    /**
     * The token of this exchange turned out to be of no use: the next {@link #onBehalfOf} asks Entra. Never blocks. Whoever
     * keeps no tokens has none to forget.
     *
     * @param assertion as it was exchanged
     */
    default void forget(String assertion, List<String> scopes) {}
}
