package dev.ostiary.gateway.server.oauth;

/** An endpoint that browsers visit. Blocks: called on virtual threads. Thread-safe. */
@FunctionalInterface
interface BrowserEndpoint {

    /**
     * Answers.
     *
     * @throws PageException for an error that is answered with a page
     */
    BrowserAnswer answer(BrowserRequest request) throws PageException;
}
