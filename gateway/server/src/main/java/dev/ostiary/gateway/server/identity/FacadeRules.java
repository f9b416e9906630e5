package dev.ostiary.gateway.server.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.gateway.server.identity.FacadeTokenCache.Verified;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * What a configuration says about facade tokens on every route: whose they may be, which clients are turned away, and which
 * claims policies may read now.
 *
 * @param issuer the gateway's public origin
 * @param tenantId the tenant whose users may come
 * @param deniedClients ids, or {@code sha256:<hex>} of one
 * @param claims names
 */
record FacadeRules(String issuer, String tenantId, List<String> deniedClients, List<String> claims) {

    Verified accept(FacadeToken token) throws TokenRefused {
        FacadeToken.User user = token.user();
        if (!user.tenantId().equals(tenantId)) {
            throw new TokenRefused("WrongTenant", "the token is from another tenant");
        }
        if (!deniedClients.isEmpty()
                && (deniedClients.contains(token.clientId())
                        || deniedClients.contains("sha256:" + sha256(token.clientId())))) {
            throw new TokenRefused("ClientDenied", "this client is not accepted here any more");
        }
        ObjectNode extras = JsonNodeFactory.instance.objectNode();
        for (String name : claims) {
            JsonNode value = user.claims().get(name);
            if (value != null && !value.isNull()) {
                extras.set(name, value);
            }
        }
        Principal principal = new CanonicalPrincipal(
                        user.tenantId(),
                        user.objectId(),
                        user.subject(),
                        token.clientId(),
                        false,
                        token.scope(),
                        user.roles(),
                        user.groups().ids(),
                        extras,
                        token.expires(),
                        token.tokenId(),
                        token.grantId())
                .principal();
        return new Verified(token, principal);
    }

    private static String sha256(String clientId) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(clientId.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
