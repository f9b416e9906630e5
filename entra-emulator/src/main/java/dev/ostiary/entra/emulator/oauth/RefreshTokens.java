package dev.ostiary.entra.emulator.oauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.objects.LiveDirectory;
import dev.ostiary.entra.emulator.token.Opaque;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Refresh tokens hold what they stand for, sealed with AES-256-GCM, so that an emulator with the same key and directory honours
 * those of one before. Nothing of them is kept here; revocations are, and are forgotten with the process. Safe for any thread.
 */
public final class RefreshTokens {

    private static final String PREFIX = "1.";
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    /** As long as those of Entra are, whatever is in them. */
    private static final int PLAIN_BYTES = 572;

    private static final int MAX_CHARS = 16 * 1024;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LiveDirectory live;
    private final Opaque opaque;
    private final SecretKey key;

    /** @param key AES, 256 bits; null for a fresh one */
    public RefreshTokens(LiveDirectory live, Opaque opaque, @Nullable SecretKey key) {
        this.live = live;
        this.opaque = opaque;
        this.key = key == null ? new SecretKeySpec(random(KEY_BYTES), "AES") : key;
    }

    String issue(RefreshToken token) {
        Grant grant = token.grant();
        ObjectNode json = JSON.createObjectNode()
                .put("tenant", grant.signIn().tenant().id())
                .put("user", grant.signIn().user().oid())
                .put("mfa", grant.signIn().mfa())
                .put("at", grant.signIn().at().toString())
                .put("client", grant.clientId())
                .put("platform", grant.platform().name())
                .put("scope", grant.scope())
                .put("issued", token.issuedAt().toString())
                .put("expires", token.expiresAt().toString());
        grant.claims().capabilities().forEach(json.putArray("capabilities")::add);
        grant.claims().contexts().forEach(json.putArray("contexts")::add);
        byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
        byte[] plain = Arrays.copyOf(text, Math.max(text.length, PLAIN_BYTES));
        Arrays.fill(plain, text.length, plain.length, (byte) ' ');
        byte[] nonce = random(NONCE_BYTES);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(plain);
            byte[] all = Arrays.copyOf(nonce, nonce.length + sealed.length);
            System.arraycopy(sealed, 0, all, nonce.length, sealed.length);
            return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(all);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a refresh token cannot be sealed", e);
        }
    }

    /** What a token stands for; empty when it is none of ours, or its user or tenant is gone. */
    Optional<RefreshToken> read(String token) {
        if (!token.startsWith(PREFIX) || token.length() > MAX_CHARS) {
            return Optional.empty();
        }
        try {
            byte[] all = Base64.getUrlDecoder().decode(token.substring(PREFIX.length()));
            byte[] plain = cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(all, NONCE_BYTES))
                    .doFinal(all, NONCE_BYTES, Math.max(0, all.length - NONCE_BYTES));
            JsonNode json = JSON.readTree(plain);
            return live.current()
                    .tenant(json.path("tenant").asText())
                    .flatMap(tenant -> tenant.user(json.path("user").asText())
                            .map(user ->
                                    new SignIn(tenant, user, json.path("mfa").asBoolean(), instant(json, "at"))))
                    .map(signIn -> new RefreshToken(
                            new Grant(
                                    signIn,
                                    json.path("client").asText(),
                                    Platform.valueOf(json.path("platform").asText()),
                                    json.path("scope").asText(),
                                    new ClaimsRequest(list(json, "capabilities"), list(json, "contexts"))),
                            instant(json, "issued"),
                            instant(json, "expires")));
        } catch (GeneralSecurityException | IOException | IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }

    private byte[] random(int bytes) {
        return Base64.getUrlDecoder().decode(opaque.text(bytes));
    }

    private static Instant instant(JsonNode json, String name) {
        return Instant.parse(json.path(name).asText());
    }

    private static List<String> list(JsonNode json, String name) {
        List<String> values = new ArrayList<>();
        json.path(name).forEach(value -> values.add(value.asText()));
        return List.copyOf(values);
    }
}
