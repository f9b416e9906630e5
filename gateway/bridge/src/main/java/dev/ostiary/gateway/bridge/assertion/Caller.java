package dev.ostiary.gateway.bridge.assertion;

/**
 * Whom a gateway speaks for; equal for all requests of one principal through one gateway with one client.
 *
 * @param client the program that the principal signed in with: what one has begun is no business of another
 */
public record Caller(String issuer, String tenant, String subject, String client) {

    private static final String GATEWAY = "ostiary:inspect";

    /** Whether it is the gateway itself, that looks at the server: no user's object id reads like that. */
    public boolean isGateway() {
        return subject.equals(GATEWAY);
    }
}
