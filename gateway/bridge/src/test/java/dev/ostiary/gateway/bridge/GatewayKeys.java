package dev.ostiary.gateway.bridge;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/** A gateway's assertion key: signs what the gateway's {@code IdentityAssertions} signs. */
final class GatewayKeys {

    static final String AUDIENCE = "urn:ostiary:workload:mcp/small";
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final String id;
    private final KeyPair pair;

    GatewayKeys(String id) {
        this.id = id;
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            pair = generator.generateKeyPair();
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    String jwk() {
        ECPublicKey key = (ECPublicKey) pair.getPublic();
        return "{\"kty\":\"EC\",\"use\":\"sig\",\"crv\":\"P-256\",\"kid\":\"" + id + "\",\"x\":\""
                + coordinate(key.getW().getAffineX()) + "\",\"y\":\""
                + coordinate(key.getW().getAffineY()) + "\",\"alg\":\"ES256\"}";
    }

    static void write(Path file, GatewayKeys... keys) throws IOException {
        StringBuilder set = new StringBuilder("{\"keys\":[");
        for (GatewayKeys key : keys) {
            set.append(set.charAt(set.length() - 1) == '[' ? "" : ",").append(key.jwk());
        }
        Path next = file.resolveSibling("next");
        Files.writeString(next, set.append("]}"));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    String of(String user) {
        long now = System.currentTimeMillis() / 1000;
        return sign(header(), payload(user, now, now + 60));
    }

    String of(String user, String client) {
        long now = System.currentTimeMillis() / 1000;
        String payload = payload(user, now, now + 60);
        return sign(header(), "{\"client_id\":\"" + client + "\"," + payload.substring(1));
    }

    String header() {
        return "{\"kid\":\"" + id + "\",\"typ\":\"ostiary-assertion+jwt\",\"alg\":\"ES256\"}";
    }

    static String payload(String user, long issued, long expires) {
        return "{\"iss\":\"https://mcp.example.com\",\"aud\":\"" + AUDIENCE + "\",\"sub\":\"" + user
                + "\",\"tid\":\"t\",\"oid\":\"" + user + "\",\"roles\":[],\"jti\":\"j\",\"iat\":" + issued + ",\"exp\":"
                + expires + "}";
    }

    String sign(String header, String payload) {
        String signed = BASE64.encodeToString(header.getBytes(StandardCharsets.UTF_8)) + "."
                + BASE64.encodeToString(payload.getBytes(StandardCharsets.UTF_8));
        try {
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(pair.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + BASE64.encodeToString(signature.sign());
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private static String coordinate(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] padded = new byte[32];
        int length = Math.min(32, bytes.length);
        System.arraycopy(bytes, bytes.length - length, padded, 32 - length, length);
        return BASE64.encodeToString(padded);
    }
}
