package dev.ostiary.entra.emulator.token;

/**
 * The names under which tokens are issued.
 *
 * @param loginOrigin origin of the login host, without a slash at its end
 * @param stsOrigin origin of v1 issuers, {@code https://sts.windows.net} in the public cloud
 */
public record Issuers(String loginOrigin, String stsOrigin) {

    /** Issuer of v2 tokens: no slash at the end. */
    public String v2(String tenantId) {
        return loginOrigin + "/" + tenantId + "/v2.0";
    }

    /** Issuer of v1 tokens: a slash at the end. */
    public String v1(String tenantId) {
        return stsOrigin + "/" + tenantId + "/";
    }
}
