package dev.ostiary.gateway.server.credentials;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.server.keys.SigningKeys;
import java.util.List;

/** What workloads check assertions with. */
public final class AssertionKeys {

    private AssertionKeys() {}

    /**
     * The public halves of a ring's assertion keys as a JWK set (RFC 7517 §5), those included that do not sign yet or no
     * longer: JSON without a secret.
     *
     * @throws IllegalStateException when the ring has no active assertion key
     */
    public static String jwks(KeyRing ring) {
        List<JWK> keys = new SigningKeys(ring, KeyRing.Purpose.ASSERTION)
                .keys().stream()
                        .<JWK>map(key -> new ECKey.Builder(Curve.P_256, key.key())
                                .keyID(key.id())
                                .keyUse(KeyUse.SIGNATURE)
                                .algorithm(JWSAlgorithm.ES256)
                                .build())
                        .toList();
        return new JWKSet(keys).toString(true);
    }
}
