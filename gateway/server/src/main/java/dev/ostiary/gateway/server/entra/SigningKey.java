package dev.ostiary.gateway.server.entra;

import java.security.interfaces.RSAPublicKey;
import org.jspecify.annotations.Nullable;

/**
 * One of the keys that Entra signs tokens with.
 *
 * @param id {@code kid}
 * @param key the public key, RSA of 2048 to 4096 bits
 * @param issuer the issuer that this key signs for, {@code {tenantid}} standing for any tenant (Microsoft's extension of
 *     RFC 7517); null where the key set names none
 */
public record SigningKey(
        String id, RSAPublicKey key, @Nullable String issuer) {

    /**
     * Whether this key may sign tokens of a tenant. Tokens of both versions are compared by the tenant's v2.0 issuer, as
     * Microsoft's own validators do: keys never name a v1.0 issuer. This keeps out the keys for personal accounts, which
     * name another tenant.
     */
    public boolean signsFor(String tenantId, String v2Issuer) {
        return issuer == null || issuer.replace("{tenantid}", tenantId).equals(v2Issuer);
    }
}
