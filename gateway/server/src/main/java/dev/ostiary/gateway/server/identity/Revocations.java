package dev.ostiary.gateway.server.identity;

/** Grants that have ended before the access tokens issued under them. Asked for every request: any thread, never blocks. */
@FunctionalInterface
public interface Revocations {

    /** Whether tokens of this grant are refused. */
    boolean revoked(String grantId);
}
