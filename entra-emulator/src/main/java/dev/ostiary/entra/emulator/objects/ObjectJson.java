package dev.ostiary.entra.emulator.objects;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * New objects as Graph shows them, with all their properties ([D] microsoft-graph-docs-contrib
 * {@code api-reference/v1.0/resources/application.md} and {@code serviceprincipal.md}).
 */
public final class ObjectJson {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectNode APPLICATION = parse("""
            {"id":"","deletedDateTime":null,"appId":"","applicationTemplateId":null,"disabledByMicrosoftStatus":null,
            "createdDateTime":"","displayName":"","description":null,"groupMembershipClaims":null,"identifierUris":[],
            "isDeviceOnlyAuthSupported":null,"isFallbackPublicClient":null,"notes":null,"publisherDomain":"",
            "serviceManagementReference":null,"signInAudience":"AzureADMyOrg","tags":[],"tokenEncryptionKeyId":null,
            "uniqueName":null,"samlMetadataUrl":null,"defaultRedirectUri":null,"optionalClaims":null,"addIns":[],
            "api":{"acceptMappedClaims":null,"knownClientApplications":[],"requestedAccessTokenVersion":null,
            "oauth2PermissionScopes":[],"preAuthorizedApplications":[]},"appRoles":[],
            "info":{"logoUrl":null,"marketingUrl":null,"privacyStatementUrl":null,"supportUrl":null,
            "termsOfServiceUrl":null},"keyCredentials":[],"passwordCredentials":[],"publicClient":{"redirectUris":[]},
            "requiredResourceAccess":[],"web":{"homePageUrl":null,"logoutUrl":null,"redirectUris":[],
            "implicitGrantSettings":{"enableAccessTokenIssuance":false,"enableIdTokenIssuance":false},
            "redirectUriSettings":[]},"spa":{"redirectUris":[]}}""");
    private static final ObjectNode SERVICE_PRINCIPAL = parse("""
            {"id":"","deletedDateTime":null,"accountEnabled":true,"alternativeNames":[],"appDisplayName":"","appId":"",
            "appOwnerOrganizationId":"","appRoleAssignmentRequired":false,"createdDateTime":"","description":null,
            "displayName":"","homepage":null,"loginUrl":null,"logoutUrl":null,"notes":null,
            "notificationEmailAddresses":[],"preferredSingleSignOnMode":null,"replyUrls":[],
            "servicePrincipalNames":[],"servicePrincipalType":"Application","signInAudience":"AzureADMyOrg","tags":[],
            "appRoles":[],"oauth2PermissionScopes":[],"keyCredentials":[],"passwordCredentials":[]}""");

    private ObjectJson() {}

    /** A new application without a name. */
    public static ObjectNode application(String id, String appId, String publisherDomain, Instant created) {
        return APPLICATION
                .deepCopy()
                .put("id", id)
                .put("appId", appId)
                .put("publisherDomain", publisherDomain)
                .put("createdDateTime", time(created));
    }

    /** A new service principal without a name. */
    public static ObjectNode servicePrincipal(String id, String appId, String ownerTenant, Instant created) {
        return SERVICE_PRINCIPAL
                .deepCopy()
                .put("id", id)
                .put("appId", appId)
                .put("appOwnerOrganizationId", ownerTenant)
                .put("createdDateTime", time(created));
    }

    /** A time to the second, as Graph writes it. */
    public static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** An id that is always the same for the same names. */
    public static String derivedId(String... names) {
        return UUID.nameUUIDFromBytes(String.join("|", names).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /** Empty. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** An array of texts. */
    public static ArrayNode array(Iterable<String> values) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        values.forEach(array::add);
        return array;
    }

    /** Texts of an array; empty when it is none. */
    public static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(value -> texts.add(value.asText()));
        return texts;
    }

    private static ObjectNode parse(String text) {
        try {
            return (ObjectNode) JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a template of this class is not JSON", e);
        }
    }
}
