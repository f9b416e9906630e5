package dev.ostiary.gateway.server.oauth;

import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.server.keys.Sealer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Registrations that clients carry themselves (design §4.6): a client id is the sealed registration, and a secret is an HMAC of
 * the id, so that nothing is kept and nothing can be filled. Both are good for as long as the registration key that made them
 * is in the ring. Thread-safe.
 */
final class SealedClients {

    /** Longest client id that is made or looked at: it must fit into URLs beside much else. */
    static final int MAX_ID_LENGTH = 1900;

    private static final int VERSION = 1;
    private static final int CONFIDENTIAL = 1;
    private static final String PURPOSE = "oauth-client";
    private static final byte[] SECRET_INFO = "ostiary client secret".getBytes(StandardCharsets.US_ASCII);
    private static final String HMAC = "HmacSHA256";

    private final Sealer sealer;
    private final SecretKey activeSecretKey;
    private final List<SecretKey> secretKeys;

    /**
     * @param sealer with the ring's registration keys
     * @param ring has an active key for {@link KeyRing.Purpose#REGISTRATION}
     */
    SealedClients(Sealer sealer, KeyRing ring) {
        this.sealer = sealer;
        this.activeSecretKey = secretKey(ring.active(KeyRing.Purpose.REGISTRATION));
        this.secretKeys = ring.keys().stream()
                .filter(key -> key.purpose() == KeyRing.Purpose.REGISTRATION)
                .map(SealedClients::secretKey)
                .toList();
    }

    /** The id of a new client; longer than {@value #MAX_ID_LENGTH} characters when the client is too talkative. */
    String seal(String name, List<String> redirectUris, boolean confidential, Instant issued) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeByte(confidential ? CONFIDENTIAL : 0);
            out.writeInt((int) issued.getEpochSecond());
            out.writeUTF(name);
            out.writeByte(redirectUris.size());
            for (String uri : redirectUris) {
                out.writeUTF(uri);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a registration could not be written", e);
        }
        return sealer.seal(PURPOSE, bytes.toByteArray());
    }

    /** The client whose id this is; null when it is not one that we sealed. */
    @Nullable
    Client open(String id) {
        byte[] bytes = sealer.open(PURPOSE, id, MAX_ID_LENGTH);
        if (bytes == null) {
            return null;
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readByte() != VERSION) {
                return null;
            }
            boolean confidential = (in.readByte() & CONFIDENTIAL) != 0;
            in.readInt();
            String name = in.readUTF();
            int count = in.readUnsignedByte();
            List<String> redirectUris = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                redirectUris.add(in.readUTF());
            }
            if (in.available() > 0) {
                return null;
            }
            Client.Authentication authentication =
                    confidential ? Client.Authentication.SECRET : Client.Authentication.NONE;
            return new Client(id, Client.Kind.REGISTERED, name, redirectUris, authentication, null);
        } catch (IOException otherLayout) {
            return null;
        }
    }

    /** The secret of a client that {@link #seal} has just made. */
    String secretOf(String id) {
        return hmac(activeSecretKey, id);
    }

    /** Whether this is the secret of the client; takes the same time for every wrong one. */
    boolean isSecretOf(String id, String secret) {
        boolean found = false;
        for (SecretKey key : secretKeys) {
            found |= Secrets.same(hmac(key, id), secret);
        }
        return found;
    }

    private static String hmac(SecretKey key, String id) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            byte[] value = mac.doFinal(id.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(value);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + HMAC, e);
        }
    }

    /** RFC 5869: a key that seals is never used to authenticate as well. */
    private static SecretKey secretKey(KeyRing.Key key) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            HMAC,
                            HKDFParameterSpec.ofExtract().addIKM(key.material()).thenExpand(SECRET_INFO, 32));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HKDF", e);
        }
    }
}
