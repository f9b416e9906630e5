package dev.ostiary.entra.emulator.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Clock;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Verifies tokens for Graph, which only Graph can: the header's `nonce` is signed as its SHA-256 (fact sheet §3.3). */
public final class GraphTokens {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final SigningKeys keys;
    private final Clock clock;

    /** For the tokens of these keys. */
    public GraphTokens(SigningKeys keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /** Claims of a valid token for Graph; null for anything else. */
    public @Nullable JsonNode verify(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return null;
        }
        try {
            Base64.Decoder decoder = Base64.getUrlDecoder();
            if (!(JSON.readTree(decoder.decode(parts[0])) instanceof ObjectNode header)
                    || !header.path("alg").asText().equals("RS256")) {
                return null;
            }
            SigningKey key = keys.find(header.path("kid").asText());
            if (key == null) {
                return null;
            }
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(header.path("nonce").asText().getBytes(StandardCharsets.US_ASCII));
            header.put("nonce", Base64.getUrlEncoder().withoutPadding().encodeToString(digest));
            String signed = Base64.getUrlEncoder().withoutPadding().encodeToString(JSON.writeValueAsBytes(header)) + "."
                    + parts[1];
            Signature verifier = Signature.getInstance("SHA256withRSA");
            verifier.initVerify(key.publicKey());
            verifier.update(signed.getBytes(StandardCharsets.US_ASCII));
            if (!verifier.verify(decoder.decode(parts[2]))) {
                return null;
            }
            JsonNode claims = JSON.readTree(decoder.decode(parts[1]));
            String audience = claims.path("aud").asText();
            boolean forGraph = audience.equals(FirstPartyApps.GRAPH_ID)
                    || FirstPartyApps.GRAPH.identifierUris().contains(audience);
            boolean alive = claims.path("exp").asLong() > clock.instant().getEpochSecond();
            return forGraph && alive ? claims : null;
        } catch (IOException | IllegalArgumentException | GeneralSecurityException e) {
            return null;
        }
    }
}
