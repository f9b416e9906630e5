package dev.ostiary.gateway.server.oauth;

/** An endpoint that machines call with a form: token, revocation. Blocks: called on virtual threads. Thread-safe. */
@FunctionalInterface
interface OAuthEndpoint {

    /**
     * Answers.
     *
     * @throws OAuthException for an error that is answered as JSON
     */
    OAuthAnswer answer(OAuthRequest request) throws OAuthException;
}
