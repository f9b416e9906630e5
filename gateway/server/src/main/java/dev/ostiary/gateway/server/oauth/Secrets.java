package dev.ostiary.gateway.server.oauth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Random values that nobody guesses, and comparing them. Thread-safe. */
final class Secrets {

    private static final int ID_BYTES = 16;
    private static final int SECRET_BYTES = 32;

    private final SecureRandom random;

    Secrets(SecureRandom random) {
        this.random = random;
    }

    /** 128 bits, base64url. */
    String id() {
        return text(ID_BYTES);
    }

    /** 256 bits, base64url: 43 characters, as long as a PKCE verifier must be (RFC 7636 §4.1). */
    String secret() {
        return text(SECRET_BYTES);
    }

    private String text(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return base64(bytes);
    }

    /** SHA-256 in base64url; of a PKCE verifier its S256 challenge (RFC 7636 §4.2). */
    static String digest(String text) {
        return base64(sha256(text));
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Whether this is the value whose digest is known; takes the same time for every wrong one. */
    static boolean isDigestOf(String digest, @Nullable String value) {
        return value != null && same(digest, digest(value));
    }

    /** Compares in constant time. */
    static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
