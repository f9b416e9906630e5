package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import dev.ostiary.gateway.config.EntraSettings;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Believes an id token only when every rule holds (OpenID Connect Core §3.1.3.7; Microsoft, "ID tokens"): RS256 by a key that
 * the tenant publishes and that signs for it, then {@link IdTokenClaims}. May block for one bounded read of the keys.
 * Thread-safe.
 */
final class IdTokens {

    private static final int MAX_CHARS = 64 * 1024;
    private static final int MAX_KID_CHARS = 256;
    private static final JsonObjects HEADER = new JsonObjects(4, MAX_CHARS);
    private static final JsonObjects PAYLOAD = new JsonObjects(8, MAX_CHARS);
    private static final Duration LONGEST_WAIT_FOR_KEYS = Duration.ofSeconds(12);

    private final EntraSettings entra;
    private final TenantKeys keys;
    private final IdTokenClaims rules;

    IdTokens(EntraSettings entra, TenantKeys keys, Time time) {
        this.entra = entra;
        this.keys = keys;
        this.rules = new IdTokenClaims(entra, time);
    }

    /** A rule that an id token breaks, in CamelCase. */
    static final class Broken extends Exception {
        private static final long serialVersionUID = 1L;

        Broken(String rule) {
            super(rule, null, false, false);
        }

        String rule() {
            return String.valueOf(getMessage());
        }
    }

    /**
     * The claims of a genuine token for this registration.
     *
     * @param nonce that it must carry; null: it may carry any, as after a refresh
     * @throws Broken when a rule is broken
     * @throws EntraUnavailableException when the keys cannot be had
     */
    IdTokenClaims.Accepted accept(String compact, @Nullable String nonce) throws Broken, EntraUnavailableException {
        if (compact.length() > MAX_CHARS) {
            throw new Broken("TooLarge");
        }
        JWSObject jws;
        try {
            jws = JWSObject.parse(compact);
        } catch (ParseException | IllegalArgumentException notAJws) {
            throw new Broken("NotAJws");
        }
        String keyId = keyId(HEADER.object(jws.getHeader().toBase64URL().decode()));
        ObjectNode claims = PAYLOAD.object(jws.getPayload().toBytes());
        if (claims == null) {
            throw new Broken("MalformedClaims");
        }
        SigningKey key = key(keyId);
        if (!key.signsFor(entra.tenantId(), entra.issuer())) {
            throw new Broken("KeyOfAnotherIssuer");
        }
        if (!verifies(jws, key.key())) {
            throw new Broken("WrongSignature");
        }
        return rules.accept(claims, nonce);
    }

    private static String keyId(@Nullable ObjectNode header) throws Broken {
        if (header == null) {
            throw new Broken("MalformedHeader");
        }
        if (!"RS256".equals(header.path("alg").textValue())) {
            throw new Broken("AlgorithmNotAccepted");
        }
        if (!header.path("typ").isMissingNode()
                && !"JWT".equals(header.path("typ").textValue())) {
            throw new Broken("TypeNotAccepted");
        }
        for (String parameter :
                new String[] {"crit", "b64", "cty", "zip", "enc", "jku", "jwk", "x5u", "x5c", "nonce"}) {
            if (header.has(parameter)) {
                throw new Broken("HeaderNotUnderstood");
            }
        }
        String kid = header.path("kid").textValue();
        if (kid == null || kid.isEmpty() || kid.length() > MAX_KID_CHARS) {
            throw new Broken("KeyIdMissing");
        }
        return kid;
    }

    private static boolean verifies(JWSObject jws, RSAPublicKey key) {
        try {
            return jws.verify(new RSASSAVerifier(key));
        } catch (JOSEException | IllegalStateException broken) {
            return false;
        }
    }

    private SigningKey key(String keyId) throws Broken, EntraUnavailableException {
        KeySet lookedAt = keys.usable();
        SigningKey key = find(lookedAt, keyId);
        if (key != null) {
            return key;
        }
        CountDownLatch read = new CountDownLatch(1);
        Renewal renewal = keys.renew(lookedAt, read::countDown);
        if (renewal instanceof Renewal.Unavailable unavailable) {
            throw noKeys(unavailable.retryAfter());
        }
        if (renewal instanceof Renewal.Pending) {
            await(read);
            KeySet renewed = keys.usable();
            key = find(renewed, keyId);
            if (renewed == null) {
                throw noKeys(Duration.ZERO);
            }
        }
        if (key == null) {
            throw new Broken("UnknownKey");
        }
        return key;
    }

    private static @Nullable SigningKey find(@Nullable KeySet set, String keyId) {
        return set == null ? null : set.find(keyId);
    }

    private static void await(CountDownLatch read) throws EntraUnavailableException {
        try {
            if (!read.await(LONGEST_WAIT_FOR_KEYS.toNanos(), TimeUnit.NANOSECONDS)) {
                throw noKeys(Duration.ZERO);
            }
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
            throw Endpoint.unavailable("Interrupted", Duration.ZERO, "nobody waits any more", givenUp);
        }
    }

    private static EntraUnavailableException noKeys(Duration retryAfter) {
        return Endpoint.unavailable("KeysUnavailable", retryAfter, "the tenant's keys cannot be read", null);
    }
}
