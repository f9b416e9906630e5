package dev.ostiary.gateway.server.oauth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code private_key_jwt} (RFC 7523 §3, OpenID Connect Core §9): RS256 or ES256 by a key of the client's, for this server, at
 * most five minutes long, each once. What was used before is remembered by each replica for itself: an assertion alone gets
 * nobody anything, codes and refresh tokens hold on all of them. Thread-safe.
 */
final class ClientAssertions {

    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final Duration CLOCKS = Duration.ofSeconds(60);
    private static final int MAX_CHARS = 8 * 1024;
    private static final int MAX_ID_CHARS = 256;
    private static final int MAX_KEYS_TRIED = 4;
    private static final int MAX_REMEMBERED = 100_000;
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256);

    private final Set<String> audiences;
    private final InstantSource clock;
    private final Cache<String, Boolean> used = Caffeine.newBuilder()
            .maximumSize(MAX_REMEMBERED)
            .expireAfterWrite(LONGEST.plus(CLOCKS).plus(CLOCKS))
            .build();

    /** @param urls whose issuer and token endpoint are what an assertion may be addressed to */
    ClientAssertions(FacadeUrls urls, InstantSource clock) {
        this.audiences = Set.of(urls.issuer(), urls.at(FacadeUrls.TOKEN_PATH));
        this.clock = clock;
    }

    /** Who an assertion says it is from, unproven; null when it is none. */
    static @Nullable String subject(String assertion) {
        try {
            return assertion.length() > MAX_CHARS
                    ? null
                    : claims(SignedJWT.parse(assertion)).getSubject();
        } catch (ParseException none) {
            return null;
        }
    }

    /**
     * Takes an assertion.
     *
     * @throws OAuthException 401 {@code invalid_client} when it does not prove that the request is from this client
     */
    void verify(Client client, String assertion) throws OAuthException {
        try {
            SignedJWT jwt = SignedJWT.parse(assertion);
            JWTClaimsSet claims = claims(jwt);
            if (!isSigned(jwt, client) || !says(claims, client)) {
                throw failed();
            }
            String once = Secrets.digest(client.id() + " " + claims.getJWTID());
            if (used.asMap().putIfAbsent(once, true) != null) {
                throw ClientAuthenticator.invalidClient("this client assertion was used before");
            }
        } catch (ParseException | JOSEException | RuntimeException malformed) {
            throw failed();
        }
    }

    private boolean says(JWTClaimsSet claims, Client client) {
        Instant now = clock.instant();
        Date expires = claims.getExpirationTime();
        Date issued = claims.getIssueTime();
        Date notBefore = claims.getNotBeforeTime();
        String id = claims.getJWTID();
        return client.id().equals(claims.getIssuer())
                && client.id().equals(claims.getSubject())
                && !Collections.disjoint(audiences, claims.getAudience())
                && expires != null
                && expires.toInstant().isAfter(now)
                && !expires.toInstant().isAfter(now.plus(LONGEST).plus(CLOCKS))
                && (issued == null || !issued.toInstant().isAfter(now.plus(CLOCKS)))
                && (notBefore == null || !notBefore.toInstant().isAfter(now.plus(CLOCKS)))
                && id != null
                && !id.isEmpty()
                && id.length() <= MAX_ID_CHARS;
    }

    private static boolean isSigned(SignedJWT jwt, Client client) throws ParseException, JOSEException {
        JWSAlgorithm algorithm = jwt.getHeader().getAlgorithm();
        if (client.jwks() == null
                || !ALGORITHMS.contains(algorithm)
                || jwt.getHeader().getCriticalParams() != null) {
            return false;
        }
        String keyId = jwt.getHeader().getKeyID();
        List<JWK> candidates = JWKSet.parse(client.jwks()).getKeys().stream()
                .filter(key -> keyId == null || keyId.equals(key.getKeyID()))
                .filter(key -> key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE))
                .limit(MAX_KEYS_TRIED)
                .toList();
        for (JWK key : candidates) {
            JWSVerifier verifier = verifier(algorithm, key);
            if (verifier != null && jwt.verify(verifier)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable JWSVerifier verifier(JWSAlgorithm algorithm, JWK key) throws JOSEException {
        if (algorithm.equals(JWSAlgorithm.RS256) && key instanceof RSAKey rsa && rsa.size() >= 2048) {
            return new RSASSAVerifier(rsa.toRSAPublicKey());
        }
        if (algorithm.equals(JWSAlgorithm.ES256) && key instanceof ECKey ec) {
            return new ECDSAVerifier(ec.toECPublicKey());
        }
        return null;
    }

    private static JWTClaimsSet claims(SignedJWT jwt) throws ParseException {
        JWTClaimsSet claims = jwt.getJWTClaimsSet();
        if (claims == null) {
            throw new ParseException("no claims", 0);
        }
        return claims;
    }

    private static OAuthException failed() {
        return ClientAuthenticator.invalidClient("the client assertion does not prove who the request is from");
    }
}
