package dev.ostiary.gateway.server.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What makes a principal, whichever kind of token said it: policies read the same names and decisions are cached under the same
 * key. Two that differ in anything a policy may read have different keys.
 *
 * @param scopeText scopes, space-separated; empty for applications
 * @param roles sorted
 * @param groups object ids, lower case, sorted
 * @param extras the configured claims; names that every principal has are left out of them
 */
record CanonicalPrincipal(
        String tenantId,
        String objectId,
        String subject,
        String clientId,
        boolean application,
        String scopeText,
        List<String> roles,
        List<String> groups,
        ObjectNode extras,
        Instant expires,
        @Nullable String tokenId,
        @Nullable String grantId) {

    private static final Set<String> ALWAYS = Set.of("tid", "oid", "sub", "azp", "scp", "roles", "groups");

    /** Scopes in order; an empty one where the text has two spaces in a row. */
    static List<String> split(String scopeText) {
        return scopeText.isEmpty() ? List.of() : List.of(scopeText.split(" ", -1));
    }

    /** The same principal with other groups. */
    static Principal withGroups(Principal principal, List<String> groups) {
        return new CanonicalPrincipal(
                        principal.tenantId(),
                        principal.objectId(),
                        principal.subject(),
                        principal.clientId(),
                        principal.application(),
                        String.join(" ", principal.scopes()),
                        principal.roles(),
                        groups,
                        principal.claims(),
                        principal.expires(),
                        principal.tokenId(),
                        principal.grantId())
                .principal();
    }

    Principal principal() {
        ObjectNode exposed = JsonNodeFactory.instance.objectNode();
        exposed.put("tid", tenantId);
        exposed.put("oid", objectId);
        exposed.put("sub", subject);
        exposed.put("azp", clientId);
        if (!scopeText.isEmpty()) {
            exposed.put("scp", scopeText);
        }
        exposed.set("roles", array(roles));
        exposed.set("groups", array(groups));
        Fingerprint fingerprint = new Fingerprint()
                .add(application ? "application" : "user")
                .add(tenantId)
                .add(objectId)
                .add(subject)
                .add(clientId)
                .add(scopeText)
                .addAll(roles)
                .addAll(groups);
        for (Map.Entry<String, JsonNode> claim : extras.properties()) {
            if (!ALWAYS.contains(claim.getKey())) {
                exposed.set(claim.getKey(), claim.getValue());
                fingerprint.add(claim.getKey()).add(claim.getValue().toString());
            }
        }
        return new Principal(
                tenantId,
                objectId,
                subject,
                clientId,
                application,
                split(scopeText),
                roles,
                groups,
                exposed,
                expires,
                fingerprint.sha256(),
                tokenId,
                grantId);
    }

    private static ArrayNode array(List<String> values) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(values.size());
        values.forEach(array::add);
        return array;
    }

    /** Texts one after the other, each with its length, so that no two sequences of texts are one. */
    private static final class Fingerprint {
        private final StringBuilder text = new StringBuilder(512);

        Fingerprint add(String value) {
            text.append(value.length()).append(':').append(value);
            return this;
        }

        Fingerprint addAll(List<String> values) {
            text.append(values.size()).append('#');
            values.forEach(this::add);
            return this;
        }

        String sha256() {
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256")
                        .digest(text.toString().getBytes(StandardCharsets.UTF_8));
                return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException("every JDK has SHA-256", impossible);
            }
        }
    }
}
