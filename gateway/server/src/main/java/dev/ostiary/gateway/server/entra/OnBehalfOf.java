package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Exchanges users' access tokens for those of other APIs (Microsoft, "OAuth 2.0 On-Behalf-Of flow"). Each is kept until
 * shortly before its end, under a digest of what it was exchanged for; the same exchange is made once at a time.
 */
final class OnBehalfOf {

    /** So long before its end a token is no longer given out, a tenth of its life at most. */
    private static final Duration AHEAD_OF_ITS_END = Duration.ofMinutes(2);

    private static final int MOST_KEPT = 10_000;

    private final String tenantId;
    private final TokenEndpoint tokens;
    private final Remembered<Key, EntraToken> kept;

    OnBehalfOf(String tenantId, TokenEndpoint tokens, Time time) {
        this.tenantId = tenantId;
        this.tokens = tokens;
        this.kept = new Remembered<>(MOST_KEPT, time, token -> keepFor(token, time));
    }

    private record Key(String assertionSha256, String tenantId, List<String> scopes) {}

    EntraToken exchange(String assertion, List<String> scopes) throws EntraRefusedException, EntraUnavailableException {
        requireUser(assertion);
        Key key = key(assertion, scopes);
        return kept.get(key, () -> {
            TokenEndpoint.Issued issued = tokens.ask(
                    Endpoint.Repeat.ALWAYS,
                    Map.of(
                            "grant_type",
                            "urn:ietf:params:oauth:grant-type:jwt-bearer",
                            "requested_token_use",
                            "on_behalf_of",
                            "assertion",
                            assertion,
                            "scope",
                            String.join(" ", key.scopes)));
            return new EntraToken(issued.accessToken(), issued.expires(), null);
        });
    }

    /** The token of this exchange turned out to be of no use; the next one is new. */
    void forget(String assertion, List<String> scopes) {
        kept.forget(key(assertion, scopes));
    }

    private Key key(String assertion, List<String> scopes) {
        return new Key(
                sha256(assertion), tenantId, scopes.stream().sorted().distinct().toList());
    }

    /**
     * Entra would refuse the token of an application, but with a number that reads like a fault of the registration. The
     * token was validated by whoever got it; here it is only read.
     */
    private static void requireUser(String assertion) throws EntraRefusedException {
        ObjectNode claims = UnverifiedClaims.of(assertion);
        boolean user = claims != null
                && !"app".equals(claims.path("idtyp").textValue())
                && claims.path("scp").isTextual()
                && !"/".equals(claims.path("scp").textValue());
        if (!user) {
            throw new EntraRefusedException(
                    EntraRefusedException.Meaning.USER_REFUSED,
                    new EntraDiagnosis(
                            "NotAUserToken",
                            "Only a user's token can be exchanged, not that of an application.",
                            "upstreamAuth",
                            "Applications cannot use workloads with on-behalf-of; use another upstreamAuth for them.",
                            null),
                    null);
        }
    }

    static Duration keepFor(EntraToken token, Time time) {
        Duration left = Duration.ofMillis(token.expires().toEpochMilli() - time.wallMillis());
        Duration tenth = left.dividedBy(10);
        return left.minus(tenth.compareTo(AHEAD_OF_ITS_END) < 0 ? tenth : AHEAD_OF_ITS_END);
    }

    static String sha256(String secret) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
