package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.ostiary.entra.emulator.objects.DirectoryObject;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The proof that whoever adds or removes a key has one of the existing ones: a JWT signed by it, for the audience
 * {@code 00000002-0000-0000-c000-000000000000}, issued by the application's object id, for ten minutes at most ([D]
 * microsoft-graph-docs-contrib {@code concepts/application-rollkey-prooftoken.md}).
 */
final class KeyProofs {

    private static final String AUDIENCE = "00000002-0000-0000-c000-000000000000";
    private static final Duration LIFETIME = Duration.ofMinutes(10);
    private static final Duration SKEW = Duration.ofMinutes(5);

    private final Clock clock;

    KeyProofs(Clock clock) {
        this.clock = clock;
    }

    void check(DirectoryObject application, String proof) {
        if (!valid(application, proof)) {
            throw new GraphException(
                    401,
                    "Authentication_MissingOrMalformed",
                    "Access Token missing or malformed: the proof is not valid.");
        }
    }

    private boolean valid(DirectoryObject application, String proof) {
        try {
            SignedJWT jwt = SignedJWT.parse(proof);
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            return claims.getAudience().equals(List.of(AUDIENCE))
                    && application.id().equals(claims.getIssuer())
                    && inTime(claims.getNotBeforeTime(), claims.getExpirationTime())
                    && signed(application, jwt);
        } catch (ParseException e) {
            return false;
        }
    }

    private boolean inTime(@Nullable Date from, @Nullable Date until) {
        Instant now = clock.instant();
        return from != null
                && until != null
                && !from.toInstant().isAfter(now.plus(SKEW))
                && until.toInstant().isAfter(now.minus(SKEW))
                && !until.toInstant().isAfter(from.toInstant().plus(LIFETIME));
    }

    private boolean signed(DirectoryObject application, SignedJWT jwt) {
        for (JsonNode credential : application.json().path("keyCredentials")) {
            if (KeyCredentials.certificate(credential.path("key")).getPublicKey() instanceof RSAPublicKey key
                    && verifies(jwt, key)) {
                return true;
            }
        }
        return false;
    }

    private static boolean verifies(SignedJWT jwt, RSAPublicKey key) {
        try {
            return jwt.verify(new RSASSAVerifier(key));
        } catch (JOSEException e) {
            return false;
        }
    }
}
