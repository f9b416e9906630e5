package dev.ostiary.entra.emulator.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Properties and types of an application ([D] microsoft-graph-docs-contrib {@code api-reference/v1.0/resources/application.md} and the
 * complex types that it links). Checks a body and puts it over what is there: properties of complex types one by one, lists whole.
 */
final class ApplicationShape {

    private static final Pattern GUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Shape TEXT = new Shape.Text(10_000);
    private static final Shape URI = new Shape.Text(2_000);
    private static final Shape ID = new Shape.Guid();
    private static final Shape BOOL = new Shape.Bool();
    private static final Shape TEXTS = new Shape.Many(TEXT);
    private static final Shape READ_ONLY = new Shape.Fixed();

    private static final Shape SCOPE = new Shape.Whole(
            "PermissionScope",
            Map.of(
                    "adminConsentDescription", TEXT,
                    "adminConsentDisplayName", TEXT,
                    "id", ID,
                    "isEnabled", BOOL,
                    "origin", TEXT,
                    "type", new Shape.OneOf(Set.of("User", "Admin")),
                    "userConsentDescription", TEXT,
                    "userConsentDisplayName", TEXT,
                    "value", new Shape.Text(120)));
    private static final Shape ROLE = new Shape.Whole(
            "AppRole",
            Map.of(
                    "allowedMemberTypes", new Shape.Many(new Shape.OneOf(Set.of("User", "Application"))),
                    "description", TEXT,
                    "displayName", TEXT,
                    "id", ID,
                    "isEnabled", BOOL,
                    "origin", TEXT,
                    "value", new Shape.Text(120)));
    private static final Shape PRE_AUTHORIZED = new Shape.Whole(
            "PreAuthorizedApplication", Map.of("appId", ID, "delegatedPermissionIds", new Shape.Many(ID)));
    private static final Shape CLAIM = new Shape.Whole(
            "OptionalClaim", Map.of("additionalProperties", TEXTS, "essential", BOOL, "name", TEXT, "source", TEXT));
    private static final Shape REQUIRED = new Shape.Whole(
            "RequiredResourceAccess",
            Map.of(
                    "resourceAppId",
                    ID,
                    "resourceAccess",
                    new Shape.Many(new Shape.Whole(
                            "ResourceAccess", Map.of("id", ID, "type", new Shape.OneOf(Set.of("Scope", "Role")))))));
    private static final Shape KEY = new Shape.Whole(
            "KeyCredential",
            Map.of(
                    "customKeyIdentifier", TEXT,
                    "displayName", TEXT,
                    "endDateTime", TEXT,
                    "key", TEXT,
                    "keyId", ID,
                    "startDateTime", TEXT,
                    "type", TEXT,
                    "usage", TEXT));
    private static final Shape PASSWORD = new Shape.Whole(
            "PasswordCredential",
            Map.of(
                    "customKeyIdentifier", TEXT,
                    "displayName", TEXT,
                    "endDateTime", TEXT,
                    "hint", TEXT,
                    "keyId", ID,
                    "secretText", TEXT,
                    "startDateTime", TEXT));
    private static final Shape REDIRECTS = new Shape.Many(URI);
    private static final Shape API = new Shape.Merged(
            "ApiApplication",
            Map.of(
                    "acceptMappedClaims", BOOL,
                    "knownClientApplications", new Shape.Many(ID),
                    "oauth2PermissionScopes", new Shape.Many(SCOPE),
                    "preAuthorizedApplications", new Shape.Many(PRE_AUTHORIZED),
                    "requestedAccessTokenVersion", new Shape.WholeNumber(Set.of(1, 2))));
    private static final Shape WEB = new Shape.Merged(
            "WebApplication",
            Map.of(
                    "homePageUrl", URI,
                    "implicitGrantSettings",
                            new Shape.Merged(
                                    "ImplicitGrantSettings",
                                    Map.of("enableAccessTokenIssuance", BOOL, "enableIdTokenIssuance", BOOL)),
                    "logoutUrl", URI,
                    "redirectUris", REDIRECTS,
                    "redirectUriSettings",
                            new Shape.Many(new Shape.Whole(
                                    "RedirectUriSettings",
                                    Map.of("uri", URI, "index", new Shape.WholeNumber(Set.of()))))));
    private static final Shape INFO = new Shape.Merged(
            "InformationalUrl",
            Map.of(
                    "logoUrl", READ_ONLY,
                    "marketingUrl", URI,
                    "privacyStatementUrl", URI,
                    "supportUrl", URI,
                    "termsOfServiceUrl", URI));

    private static final Shape.Merged APPLICATION = new Shape.Merged(
            "Application",
            Map.ofEntries(
                    Map.entry("id", READ_ONLY),
                    Map.entry("appId", READ_ONLY),
                    Map.entry("applicationTemplateId", READ_ONLY),
                    Map.entry("createdDateTime", READ_ONLY),
                    Map.entry("deletedDateTime", READ_ONLY),
                    Map.entry("disabledByMicrosoftStatus", READ_ONLY),
                    Map.entry("publisherDomain", READ_ONLY),
                    Map.entry("addIns", new Shape.Many(new Shape.Open())),
                    Map.entry("api", API),
                    Map.entry("appRoles", new Shape.Many(ROLE)),
                    Map.entry("defaultRedirectUri", URI),
                    Map.entry("description", new Shape.Text(1_024)),
                    Map.entry("displayName", new Shape.Text(256)),
                    Map.entry("groupMembershipClaims", TEXT),
                    Map.entry("identifierUris", new Shape.Many(new Shape.Text(255))),
                    Map.entry("info", INFO),
                    Map.entry("isDeviceOnlyAuthSupported", BOOL),
                    Map.entry("isFallbackPublicClient", BOOL),
                    Map.entry("keyCredentials", new Shape.Many(KEY)),
                    Map.entry("notes", TEXT),
                    Map.entry(
                            "optionalClaims",
                            new Shape.Merged(
                                    "OptionalClaims",
                                    Map.of(
                                            "accessToken", new Shape.Many(CLAIM),
                                            "idToken", new Shape.Many(CLAIM),
                                            "saml2Token", new Shape.Many(CLAIM)))),
                    Map.entry("passwordCredentials", new Shape.Many(PASSWORD)),
                    Map.entry(
                            "publicClient",
                            new Shape.Merged("PublicClientApplication", Map.of("redirectUris", REDIRECTS))),
                    Map.entry("requiredResourceAccess", new Shape.Many(REQUIRED)),
                    Map.entry("samlMetadataUrl", URI),
                    Map.entry("serviceManagementReference", TEXT),
                    Map.entry(
                            "signInAudience",
                            new Shape.OneOf(Set.of(
                                    "AzureADMyOrg",
                                    "AzureADMultipleOrgs",
                                    "AzureADandPersonalMicrosoftAccount",
                                    "PersonalMicrosoftAccount"))),
                    Map.entry("spa", new Shape.Merged("SpaApplication", Map.of("redirectUris", REDIRECTS))),
                    Map.entry("tags", TEXTS),
                    Map.entry("tokenEncryptionKeyId", ID),
                    Map.entry("uniqueName", TEXT),
                    Map.entry("web", WEB)));

    private ApplicationShape() {}

    /** The body put over an application. */
    static ObjectNode over(ObjectNode application, ObjectNode body) {
        ObjectNode next = application.deepCopy();
        merge(next, body, APPLICATION);
        return next;
    }

    private static void merge(ObjectNode next, ObjectNode body, Shape.Merged type) {
        body.properties().forEach(entry -> {
            String name = entry.getKey();
            Shape shape = type.properties().get(name);
            if (shape == null) {
                throw GraphException.unknownProperty(
                        name,
                        type.name().substring(0, 1).toLowerCase(java.util.Locale.ROOT)
                                + type.name().substring(1));
            }
            JsonNode value = entry.getValue();
            if (shape instanceof Shape.Merged complex && value instanceof ObjectNode part) {
                ObjectNode there = next.path(name) instanceof ObjectNode object ? object : next.putObject(name);
                merge(there, part, complex);
                return;
            }
            if (shape instanceof Shape.Fixed) {
                if (value.equals(next.get(name))) {
                    return;
                }
                throw GraphException.readOnly(name);
            }
            check(name, value, shape, type.name());
            next.set(name, value);
        });
    }

    private static void check(String name, JsonNode value, Shape shape, String type) {
        if (value.isNull() && !(shape instanceof Shape.Many)) {
            return;
        }
        boolean fits = switch (shape) {
            case Shape.Text text -> value.isTextual() && value.asText().length() <= text.max();
            case Shape.Guid guid ->
                value.isTextual() && GUID.matcher(value.asText()).matches();
            case Shape.Bool bool -> value.isBoolean();
            case Shape.OneOf one -> value.isTextual() && one.values().contains(value.asText());
            case Shape.WholeNumber number ->
                value.isInt() && (number.values().isEmpty() || number.values().contains(value.asInt()));
            case Shape.Open open -> value.isObject();
            case Shape.Merged merged -> false;
            case Shape.Fixed fixed -> false;
            case Shape.Many many -> {
                if (value.isArray()) {
                    value.forEach(element -> check(name, notNull(name, element, type), many.of(), type));
                }
                yield value.isArray();
            }
            case Shape.Whole whole -> {
                if (value instanceof ObjectNode object) {
                    object.remove("@odata.type");
                    object.properties().forEach(entry -> {
                        Shape inner = whole.properties().get(entry.getKey());
                        if (inner == null) {
                            throw GraphException.unknownProperty(
                                    entry.getKey(),
                                    whole.name().substring(0, 1).toLowerCase(java.util.Locale.ROOT)
                                            + whole.name().substring(1));
                        }
                        check(entry.getKey(), entry.getValue(), inner, whole.name());
                    });
                }
                yield value.isObject();
            }
        };
        if (!fits) {
            throw GraphException.invalidValue(name, type);
        }
    }

    private static JsonNode notNull(String name, JsonNode element, String type) {
        if (element.isNull()) {
            throw GraphException.invalidValue(name, type);
        }
        return element;
    }
}
