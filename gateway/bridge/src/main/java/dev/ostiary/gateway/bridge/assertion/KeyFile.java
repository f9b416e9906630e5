package dev.ostiary.gateway.bridge.assertion;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's public assertion keys: a JWK set (RFC 7517 §5) in a file, read again when the file is another one. Only EC keys on
 * P-256 for signatures with ES256 count. While the file cannot be read, the keys read before stay. Any thread.
 */
public final class KeyFile {

    private static final long LOOK_EVERY_NANOS = 1_000_000_000L;
    private static final int MOST_BYTES = 256 * 1024;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final ECParameterSpec P256 = p256();

    private final Path file;
    private final Consumer<String> log;
    private Map<String, PublicKey> keys = Map.of();
    private String seen = "";
    private long lookedAt;
    private boolean looked;

    /** @param log is told when the keys change and when they cannot be read */
    public KeyFile(Path file, Consumer<String> log) {
        this.file = file;
        this.log = log;
    }

    /** The key of this id, null when there is none; looks at the file at most once a second. */
    synchronized @Nullable PublicKey key(String id) {
        refresh();
        return keys.get(id);
    }

    /** Whether there is any key to check assertions with. */
    public synchronized boolean isUsable() {
        refresh();
        return !keys.isEmpty();
    }

    private void refresh() {
        long now = System.nanoTime();
        if (looked && now - lookedAt < LOOK_EVERY_NANOS) {
            return;
        }
        looked = true;
        lookedAt = now;
        String found;
        try {
            // A mounted ConfigMap changes by a link, hence the real path.
            Path real = file.toRealPath();
            found = real + " " + Files.getLastModifiedTime(real) + " " + Files.size(real);
            if (found.equals(seen)) {
                return;
            }
            if (Files.size(real) > MOST_BYTES) {
                throw new IOException("larger than " + MOST_BYTES + " bytes");
            }
            keys = read(Files.readAllBytes(real));
            log.accept("assertion keys read: " + keys.keySet().stream().sorted().toList());
        } catch (IOException | GeneralSecurityException unreadable) {
            found = "unreadable: " + unreadable.getMessage();
            if (!found.equals(seen)) {
                log.accept("cannot read the assertion keys in " + file + ", "
                        + (keys.isEmpty() ? "none are known" : "those known stay") + ": " + unreadable.getMessage());
            }
        }
        seen = found;
    }

    private static Map<String, PublicKey> read(byte[] bytes) throws IOException, GeneralSecurityException {
        Map<String, PublicKey> found = new HashMap<>();
        try (JsonParser json = JSON.createParser(bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not a JWK set");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                boolean isKeys = "keys".equals(json.currentName());
                if (json.nextToken() == JsonToken.START_ARRAY && isKeys) {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        Map<String, String> jwk = strings(json);
                        String id = jwk.get("kid");
                        if (id != null && isSigningKey(jwk)) {
                            found.put(id, publicKey(jwk));
                        }
                    }
                } else {
                    json.skipChildren();
                }
            }
        }
        return Map.copyOf(found);
    }

    /** The members of the object that are strings. */
    static Map<String, String> strings(JsonParser json) throws IOException {
        Map<String, String> members = new HashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            if (json.nextToken() == JsonToken.VALUE_STRING) {
                members.put(name, json.getText());
            } else {
                json.skipChildren();
            }
        }
        return members;
    }

    private static boolean isSigningKey(Map<String, String> jwk) {
        return "EC".equals(jwk.get("kty"))
                && "P-256".equals(jwk.get("crv"))
                && "sig".equals(jwk.getOrDefault("use", "sig"))
                && "ES256".equals(jwk.getOrDefault("alg", "ES256"));
    }

    private static PublicKey publicKey(Map<String, String> jwk) throws GeneralSecurityException {
        ECPoint point = new ECPoint(coordinate(jwk.get("x")), coordinate(jwk.get("y")));
        BigInteger p = ((ECFieldFp) P256.getCurve().getField()).getP();
        BigInteger x = point.getAffineX();
        BigInteger right = x.pow(3)
                .add(P256.getCurve().getA().multiply(x))
                .add(P256.getCurve().getB());
        if (point.getAffineY().pow(2).subtract(right).mod(p).signum() != 0
                || x.compareTo(p) >= 0
                || point.getAffineY().compareTo(p) >= 0) {
            throw new GeneralSecurityException("a key that is no point of P-256");
        }
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, P256));
    }

    private static BigInteger coordinate(@Nullable String base64) throws GeneralSecurityException {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(base64 == null ? "" : base64);
            if (bytes.length == 32) {
                return new BigInteger(1, bytes);
            }
        } catch (IllegalArgumentException _) {
            // Said below.
        }
        throw new GeneralSecurityException("a key with a coordinate that is not 32 bytes in base64url");
    }

    private static ECParameterSpec p256() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this Java knows no P-256", missing);
        }
    }
}
