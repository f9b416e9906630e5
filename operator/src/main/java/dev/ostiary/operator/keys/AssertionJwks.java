package dev.ostiary.operator.keys;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.config.EcKeyPair;
import dev.ostiary.gateway.config.KeyRing;
import java.math.BigInteger;
import java.security.spec.ECPoint;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;

/** The public halves of a ring's assertion keys, for workloads to verify with: a JWK set (RFC 7517 section 5). */
public final class AssertionJwks {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int COORDINATE_BYTES = 32;

    private AssertionJwks() {}

    /** Equal rings give equal texts. Keys that are known but not used yet are in it as well. */
    public static String of(KeyRing ring) {
        ObjectNode set = JSON.createObjectNode();
        ArrayNode keys = set.putArray("keys");
        List<KeyRing.Key> sorted = ring.of(KeyRing.Purpose.ASSERTION).stream()
                .sorted(Comparator.comparing(KeyRing.Key::id))
                .toList();
        for (KeyRing.Key key : sorted) {
            ECPoint point = EcKeyPair.of(key).publicKey().getW();
            // RFC 7518 section 6.2.1.
            keys.addObject()
                    .put("kty", "EC")
                    .put("crv", "P-256")
                    .put("x", coordinate(point.getAffineX()))
                    .put("y", coordinate(point.getAffineY()))
                    .put("kid", key.id())
                    .put("use", "sig")
                    .put("alg", "ES256");
        }
        try {
            return JSON.writeValueAsString(set);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can be written", e);
        }
    }

    /** Always 32 bytes, with leading zeros. */
    private static String coordinate(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] coordinate = new byte[COORDINATE_BYTES];
        int skipped = Math.max(0, bytes.length - COORDINATE_BYTES);
        int length = bytes.length - skipped;
        System.arraycopy(bytes, skipped, coordinate, COORDINATE_BYTES - length, length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(coordinate);
    }
}
