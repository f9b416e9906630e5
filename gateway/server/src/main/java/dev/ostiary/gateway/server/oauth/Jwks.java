package dev.ostiary.gateway.server.oauth;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import dev.ostiary.gateway.server.keys.SigningKeys;
import java.time.Duration;
import java.util.List;

/**
 * The public halves of the signing keys (RFC 7517 §5), those included that are not used yet and those that are used no more:
 * whoever keeps this document for as long as it may be kept can verify every token that is alive.
 */
public final class Jwks {

    /** How long the document may be kept; a new key is not used before that time has passed (design §4.8). */
    public static final Duration MAX_AGE = Duration.ofMinutes(5);

    private Jwks() {}

    /** The document, to be sent as {@code application/json} with {@code Cache-Control: max-age}. */
    public static String json(SigningKeys keys) {
        Algorithm es256 = JWSAlgorithm.ES256;
        List<JWK> published = keys.keys().stream()
                .<JWK>map(key -> new ECKey.Builder(Curve.P_256, key.key())
                        .keyID(key.id())
                        .keyUse(KeyUse.SIGNATURE)
                        .algorithm(es256)
                        .build())
                .toList();
        return new JWKSet(published).toString(true);
    }
}
