package dev.ostiary.gateway.server.identity;

import dev.ostiary.gateway.config.EntraSettings;
import dev.ostiary.gateway.server.entra.KeySet;
import dev.ostiary.gateway.server.entra.SigningKey;

/**
 * Validates Entra access tokens whatever the route (Microsoft, "Access tokens", "Validate tokens"; RFC 8725): form and
 * header, signature by a key that signs for this tenant, claims. Pure: no clock, no I/O; the time and the keys are given.
 * Takes some 35 µs of processor time, 30 of them for one RSA verification (2048 bits, 1.5 kB); 70 µs with 200 groups.
 */
final class TokenValidator {

    private final EntraSettings entra;
    private final EntraClaims rules;

    TokenValidator(EntraSettings entra) {
        this.entra = entra;
        this.rules = new EntraClaims(entra);
    }

    /** What validating came to. */
    sealed interface Verdict {}

    /** Genuine, and in its time. */
    record Valid(ValidToken token) implements Verdict {}

    /** Nothing is known against the token, but the key it names is not among the keys; {@code token} is unproven. */
    record KeyUnknown(ValidToken unproven) implements Verdict {}

    /**
     * Validates a token.
     *
     * @throws TokenRefused when a rule is broken; a token with an unknown key is held against all other rules first, so
     *     that tokens which could not be accepted anyway cause no look-up
     */
    Verdict validate(String compact, KeySet keys, long nowMillis) throws TokenRefused {
        SignedToken token = SignedToken.parse(compact);
        SigningKey key = keys.find(token.keyId());
        if (key == null) {
            return new KeyUnknown(rules.accept(token.claims(), nowMillis));
        }
        if (!key.signsFor(entra.tenantId(), entra.issuer())) {
            throw new TokenRefused("KeyOfAnotherIssuer");
        }
        if (!token.verifiedBy(key.key())) {
            throw new TokenRefused("WrongSignature");
        }
        return new Valid(rules.accept(token.claims(), nowMillis));
    }

    /** Whether a token breaks a rule that no key can cure, judged before any key is at hand. */
    ValidToken unproven(String compact, long nowMillis) throws TokenRefused {
        return rules.accept(SignedToken.parse(compact).claims(), nowMillis);
    }
}
