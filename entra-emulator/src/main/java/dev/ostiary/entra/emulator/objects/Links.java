package dev.ostiary.entra.emulator.objects;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Objects that tie two others together ([D] microsoft-graph-docs-contrib {@code api-reference/v1.0/resources/oauth2permissiongrant.md}
 * and {@code approleassignment.md}).
 */
public final class Links {

    /** Assignment to an app without a role of it ([D] approleassignment.md). */
    public static final String DEFAULT_ROLE = "00000000-0000-0000-0000-000000000000";

    private static final Pattern GUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private Links() {}

    /**
     * A delegated permission grant. Its id is made of those of its ends, as Entra's is [O azure-cli #20974].
     *
     * @param principalId user; null for everybody
     */
    public static ObjectNode grant(String clientId, String resourceId, @Nullable String principalId, String scope) {
        String id = principalId == null ? id(clientId, resourceId) : id(clientId, resourceId, principalId);
        ObjectNode json = ObjectJson.object()
                .put("clientId", clientId)
                .put("consentType", principalId == null ? "AllPrincipals" : "Principal")
                .put("id", id);
        return json.put("principalId", principalId)
                .put("resourceId", resourceId)
                .put("scope", scope);
    }

    /** An app role given to somebody. */
    public static ObjectNode assignment(
            String id,
            String principalId,
            String principalType,
            String principalName,
            DirectoryObject resource,
            String roleId,
            Instant now) {
        return ObjectJson.object()
                .put("id", id)
                .putNull("deletedDateTime")
                .put("appRoleId", roleId)
                .put("createdDateTime", ObjectJson.time(now))
                .put("principalDisplayName", principalName)
                .put("principalId", principalId)
                .put("principalType", principalType)
                .put("resourceDisplayName", resource.text("displayName"))
                .put("resourceId", resource.id());
    }

    private static String id(String... guids) {
        ByteBuffer bytes = ByteBuffer.allocate(16 * guids.length);
        for (String guid : guids) {
            UUID uuid = GUID.matcher(guid).matches()
                    ? UUID.fromString(guid)
                    // A directory file may give its users any id.
                    : UUID.nameUUIDFromBytes(guid.getBytes(StandardCharsets.UTF_8));
            bytes.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }
}
