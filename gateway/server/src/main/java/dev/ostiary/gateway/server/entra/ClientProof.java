package dev.ostiary.gateway.server.entra;

import java.util.Map;

/**
 * How the gateway proves to the token endpoint that it is its registration (RFC 6749 §2.3, RFC 7523 §2.2). Thread-safe. May
 * block for a bounded time.
 */
@FunctionalInterface
interface ClientProof {

    /**
     * The form parameters of one request; secrets.
     *
     * @throws EntraRefusedException when there is no usable credential
     * @throws EntraUnavailableException when it has to be fetched and cannot be had now
     */
    Map<String, String> parameters() throws EntraRefusedException, EntraUnavailableException;

    /** A client assertion as parameters (RFC 7523 §2.2). */
    static Map<String, String> assertion(String jwt) {
        return Map.of(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion",
                jwt);
    }

    /** No proof, because of settings that cannot work. */
    static ClientProof unusable(String code, String summary, String field, String fix) {
        EntraDiagnosis diagnosis = new EntraDiagnosis(code, summary, field, fix, null);
        return () -> {
            throw new EntraRefusedException(EntraRefusedException.Meaning.MISCONFIGURED, diagnosis, null);
        };
    }
}
