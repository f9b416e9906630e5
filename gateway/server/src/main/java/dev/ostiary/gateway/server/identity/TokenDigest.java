package dev.ostiary.gateway.server.identity;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 of an {@code Authorization} header with a token: what a cache may know of it. */
record TokenDigest(long a, long b, long c, long d) {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final MessageDigest EMPTY = sha256();

    static TokenDigest of(String header) {
        MessageDigest digest;
        try {
            // Copying an unused instance is several times cheaper than asking the providers for one.
            digest = (MessageDigest) EMPTY.clone();
        } catch (CloneNotSupportedException slowProvider) {
            digest = sha256();
        }
        byte[] hash = digest.digest(header.getBytes(StandardCharsets.ISO_8859_1));
        return new TokenDigest((long) LONG.get(hash, 0), (long) LONG.get(hash, 8), (long) LONG.get(hash, 16), (long)
                LONG.get(hash, 24));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    /** Any part of a hash is as good as another. */
    @Override
    public int hashCode() {
        return Long.hashCode(a);
    }
}
