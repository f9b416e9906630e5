package dev.ostiary.entra.emulator.objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.emulator.directory.AppRegistration;
import dev.ostiary.entra.emulator.directory.AppRegistration.AppRole;
import dev.ostiary.entra.emulator.directory.AppRegistration.FederatedCredential;
import dev.ostiary.entra.emulator.directory.AppRegistration.GroupMembershipClaims;
import dev.ostiary.entra.emulator.directory.AppRegistration.PreAuthorized;
import dev.ostiary.entra.emulator.directory.AppRegistration.RedirectUris;
import dev.ostiary.entra.emulator.directory.AppRegistration.Scope;
import dev.ostiary.entra.emulator.directory.AppRegistration.Secret;
import dev.ostiary.entra.emulator.directory.AppRegistration.SignInAudience;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An application in Graph's properties, as the registration that sign-in goes by, and the other way round. */
final class Registrations {

    private static final String PEM_BEGIN = "-----BEGIN CERTIFICATE-----\n";
    private static final String PEM_END = "\n-----END CERTIFICATE-----\n";
    private static final String FOREVER = "2299-12-31T00:00:00Z";

    private Registrations() {}

    /** What sign-in goes by. */
    static AppRegistration of(TenantObjects objects, DirectoryObject application) {
        DirectoryObject principal =
                objects.servicePrincipalOf(application.text("appId")).orElse(null);
        boolean asItBegan = application.untouched()
                && principal != null
                && principal.untouched()
                && objects.withDeleted(Kind.FEDERATED_CREDENTIAL)
                        .filter(credential -> application.id().equals(credential.parent()))
                        .allMatch(DirectoryObject::untouched);
        if (asItBegan && application.origin() instanceof AppRegistration first) {
            return first;
        }
        JsonNode json = application.json();
        JsonNode api = json.path("api");
        String blueprint = application.origin() instanceof AppRegistration first ? first.agentBlueprint() : null;
        return new AppRegistration(
                application.text("appId"),
                application.text("displayName"),
                ObjectJson.texts(json.path("identifierUris")),
                api.path("requestedAccessTokenVersion").asInt(1),
                new RedirectUris(
                        ObjectJson.texts(json.path("web").path("redirectUris")),
                        ObjectJson.texts(json.path("spa").path("redirectUris")),
                        ObjectJson.texts(json.path("publicClient").path("redirectUris"))),
                json.path("isFallbackPublicClient").asBoolean(),
                secrets(objects, json),
                certificates(json),
                objects.current(Kind.FEDERATED_CREDENTIAL)
                        .filter(credential -> application.id().equals(credential.parent()))
                        .map(credential -> new FederatedCredential(
                                credential.text("issuer"),
                                credential.text("subject"),
                                String.join(
                                        ",", ObjectJson.texts(credential.json().path("audiences")))))
                        .toList(),
                api.path("oauth2PermissionScopes")
                        .valueStream()
                        .filter(scope -> scope.path("isEnabled").asBoolean(true))
                        .map(scope -> new Scope(
                                scope.path("id").asText(),
                                scope.path("value").asText(),
                                scope.path("type").asText().equals("Admin")))
                        .toList(),
                json.path("appRoles")
                        .valueStream()
                        .filter(role -> role.path("isEnabled").asBoolean(true))
                        .map(role -> new AppRole(
                                role.path("id").asText(), role.path("value").asText()))
                        .toList(),
                api.path("preAuthorizedApplications")
                        .valueStream()
                        .map(entry -> new PreAuthorized(
                                entry.path("appId").asText(), ObjectJson.texts(entry.path("delegatedPermissionIds"))))
                        .toList(),
                ObjectJson.texts(api.path("knownClientApplications")),
                optionalClaims(json.path("optionalClaims").path("accessToken")),
                optionalClaims(json.path("optionalClaims").path("idToken")),
                groups(json.path("groupMembershipClaims").asText("None")),
                SignInAudience.valueOf(json.path("signInAudience").asText()),
                principal != null
                        && principal.json().path("appRoleAssignmentRequired").asBoolean(),
                principal != null && principal.json().path("accountEnabled").asBoolean(true),
                blueprint);
    }

    private static List<Secret> secrets(TenantObjects objects, JsonNode json) {
        List<Secret> secrets = new ArrayList<>();
        for (JsonNode credential : json.path("passwordCredentials")) {
            objects.secret(credential.path("keyId").asText())
                    .ifPresent(value -> secrets.add(new Secret(value, time(credential.path("endDateTime")))));
        }
        return secrets;
    }

    private static List<String> certificates(JsonNode json) {
        return json.path("keyCredentials")
                .valueStream()
                .filter(credential -> credential.path("usage").asText("Verify").equals("Verify")
                        && credential.path("key").isTextual())
                .map(credential -> PEM_BEGIN + credential.path("key").asText() + PEM_END)
                .toList();
    }

    private static @Nullable Instant time(JsonNode text) {
        try {
            Instant time = Instant.parse(text.asText());
            return text.asText().equals(FOREVER) ? null : time;
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** Names, with those that go by an additional property. */
    private static List<String> optionalClaims(JsonNode claims) {
        List<String> names = new ArrayList<>();
        for (JsonNode claim : claims) {
            String name = claim.path("name").asText();
            List<String> more = ObjectJson.texts(claim.path("additionalProperties"));
            if (name.equals("aud")) {
                if (more.contains("use_guid")) {
                    names.add("aud/use_guid");
                }
                continue;
            }
            if (name.equals("groups")) {
                more.forEach(form -> names.add("groups/" + form));
                continue;
            }
            names.add(name);
            if (more.contains("include_user_token")) {
                names.add("include_user_token");
            }
        }
        return names;
    }

    private static GroupMembershipClaims groups(String text) {
        // Several names may be joined with commas; the emulator goes by the widest.
        List<String> names = List.of(text.replace(" ", "").split(","));
        for (GroupMembershipClaims which : List.of(
                GroupMembershipClaims.All,
                GroupMembershipClaims.SecurityGroup,
                GroupMembershipClaims.ApplicationGroup,
                GroupMembershipClaims.DirectoryRole)) {
            if (names.contains(which.name())) {
                return which;
            }
        }
        return GroupMembershipClaims.None;
    }

    /** Writes a registration of the first directory into a new application. */
    static void write(AppRegistration app, ObjectNode json, TenantObjects objects) {
        json.put("displayName", app.displayName());
        json.set("identifierUris", ObjectJson.array(app.identifierUris()));
        json.put("signInAudience", app.signInAudience().name());
        if (app.groupMembershipClaims() != GroupMembershipClaims.None) {
            json.put("groupMembershipClaims", app.groupMembershipClaims().name());
        }
        json.put("isFallbackPublicClient", app.isFallbackPublicClient());
        redirects(json, "web", app.redirectUris().web());
        redirects(json, "spa", app.redirectUris().spa());
        redirects(json, "publicClient", app.redirectUris().publicClient());
        ObjectNode api = json.withObject("/api").put("requestedAccessTokenVersion", app.requestedAccessTokenVersion());
        permissions(app, api, json);
        api.set("knownClientApplications", ObjectJson.array(app.knownClientApplications()));
        for (PreAuthorized client : app.preAuthorizedApplications()) {
            api.withArray("preAuthorizedApplications")
                    .addObject()
                    .put("appId", client.appId())
                    .set("delegatedPermissionIds", ObjectJson.array(client.delegatedPermissionIds()));
        }
        credentials(app, json, objects);
        claims(app.optionalClaims(), json, "accessToken");
        claims(app.idTokenClaims(), json, "idToken");
    }

    private static void claims(List<String> names, ObjectNode json, String token) {
        if (names.isEmpty()) {
            return;
        }
        ArrayNode claims = json.withObject("/optionalClaims").putArray(token);
        for (String name : names) {
            if (name.equals("include_user_token")) {
                continue;
            }
            String[] parts = name.split("/", 2);
            ObjectNode claim = claims.addObject().put("name", parts[0]);
            claim.putNull("source").put("essential", false);
            ArrayNode more = claim.putArray("additionalProperties");
            if (parts.length == 2) {
                more.add(parts[1]);
            }
            if (name.equals("idtyp") && names.contains("include_user_token")) {
                more.add("include_user_token");
            }
        }
    }

    /** Delegated permissions into one object, app roles into the other. */
    static void permissions(AppRegistration app, ObjectNode scopes, ObjectNode roles) {
        for (Scope scope : app.oauth2PermissionScopes()) {
            scopes.withArray("oauth2PermissionScopes")
                    .addObject()
                    .put("adminConsentDescription", scope.value())
                    .put("adminConsentDisplayName", scope.value())
                    .put("id", scope.id())
                    .put("isEnabled", true)
                    .put("type", scope.adminOnly() ? "Admin" : "User")
                    .putNull("userConsentDescription")
                    .putNull("userConsentDisplayName")
                    .put("value", scope.value());
        }
        for (AppRole role : app.appRoles()) {
            ObjectNode json = roles.withArray("appRoles").addObject();
            json.putArray("allowedMemberTypes").add("User").add("Application");
            json.put("description", role.value())
                    .put("displayName", role.value())
                    .put("id", role.id())
                    .put("isEnabled", true)
                    .put("origin", "Application")
                    .put("value", role.value());
        }
    }

    private static void redirects(ObjectNode json, String platform, List<String> uris) {
        json.withObject("/" + platform).set("redirectUris", ObjectJson.array(uris));
    }

    private static void credentials(AppRegistration app, ObjectNode json, TenantObjects objects) {
        int number = 0;
        for (Secret secret : app.secrets()) {
            String keyId = derived(app, "secret" + number++);
            Instant expires = secret.expires();
            json.withArray("passwordCredentials")
                    .addObject()
                    .putNull("customKeyIdentifier")
                    .putNull("displayName")
                    .put("endDateTime", expires == null ? FOREVER : ObjectJson.time(expires))
                    .put(
                            "hint",
                            secret.value()
                                    .substring(0, Math.min(3, secret.value().length())))
                    .put("keyId", keyId)
                    .putNull("secretText")
                    .put("startDateTime", json.path("createdDateTime").asText());
            objects.keepSecret(keyId, secret.value());
        }
        for (String pem : app.certs()) {
            String key = pem.replaceAll("-----[A-Z ]+-----|\\s", "");
            json.withArray("keyCredentials")
                    .addObject()
                    .putNull("customKeyIdentifier")
                    .putNull("displayName")
                    .put("endDateTime", FOREVER)
                    .put("key", key)
                    .put("keyId", derived(app, "key" + number++))
                    .put("startDateTime", json.path("createdDateTime").asText())
                    .put("type", "AsymmetricX509Cert")
                    .put("usage", "Verify");
        }
    }

    static List<ObjectNode> federatedCredentials(AppRegistration app, String applicationId) {
        List<ObjectNode> credentials = new ArrayList<>();
        int number = 0;
        for (FederatedCredential credential : app.federatedCredentials()) {
            ObjectNode json = ObjectJson.object()
                    .put("id", derived(app, applicationId + "federated" + number))
                    .put("name", "federated-" + number++)
                    .put("issuer", credential.issuer())
                    .put("subject", credential.subject())
                    .putNull("description");
            json.set("audiences", ObjectJson.array(List.of(credential.audience())));
            credentials.add(json);
        }
        return credentials;
    }

    private static String derived(AppRegistration app, String name) {
        return UUID.nameUUIDFromBytes((app.appId() + "|" + name).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /** Values of permissions by their ids, disabled ones included. */
    static Map<String, String> valuesById(JsonNode permissions) {
        Map<String, String> values = new java.util.HashMap<>();
        permissions.forEach(permission -> values.put(
                permission.path("id").asText(), permission.path("value").asText()));
        return values;
    }
}
