package dev.ostiary.entra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.check.RegistrationCheck;
import dev.ostiary.entra.check.RegistrationFinding;
import dev.ostiary.entra.check.RegistrationFinding.Severity;
import dev.ostiary.entra.plan.Diff;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.gateway.config.EntraField;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way that a registration is known to be wrong, and the field that {@code check} names for it. */
class BrokenRegistrationsTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final String CALLBACK = "https://mcp.example.com/oauth/callback";

    /**
     * A breakage.
     *
     * @param folder whose registration is broken
     * @param code what users see; empty: nothing of Entra's
     */
    record Broken(
            String name,
            String folder,
            Consumer<Perfect> how,
            EntraField field,
            String path,
            String code,
            Severity severity) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Broken> broken() {
        return Stream.of(
                error(
                        "v1 tokens",
                        "direct",
                        app(a -> a.withObject("/api").remove("requestedAccessTokenVersion")),
                        EntraField.TOKEN_VERSION,
                        "api.requestedAccessTokenVersion",
                        ""),
                warning(
                        "accounts of any tenant",
                        "facade",
                        app(a -> a.put("signInAudience", "AzureADMultipleOrgs")),
                        EntraField.ACCOUNT_TYPES,
                        "signInAudience",
                        ""),
                error(
                        "personal accounts only",
                        "facade",
                        app(a -> a.put("signInAudience", "PersonalMicrosoftAccount")),
                        EntraField.ACCOUNT_TYPES,
                        "signInAudience",
                        "AADSTS9002346"),
                error(
                        "no callback",
                        "facade",
                        app(a -> uris(a, "web")),
                        EntraField.REDIRECT_URIS,
                        "web.redirectUris",
                        "AADSTS50011"),
                error(
                        "callback with a slash at its end",
                        "facade",
                        app(a -> uris(a, "web", CALLBACK + "/")),
                        EntraField.REDIRECT_URIS,
                        "web.redirectUris",
                        "AADSTS50011"),
                error(
                        "callback in another case",
                        "facade",
                        app(a -> uris(a, "web", CALLBACK.replace("oauth", "OAuth"))),
                        EntraField.REDIRECT_URIS,
                        "web.redirectUris",
                        "AADSTS50011"),
                error(
                        "callback of another host",
                        "facade",
                        app(a -> uris(a, "web", "https://old.example.com/oauth/callback")),
                        EntraField.REDIRECT_URIS,
                        "web.redirectUris",
                        "AADSTS50011"),
                error(
                        "callback of a single-page application",
                        "facade",
                        app(a -> {
                            uris(a, "web");
                            uris(a, "spa", CALLBACK);
                        }),
                        EntraField.REDIRECT_URIS,
                        "web.redirectUris",
                        "AADSTS9002327"),
                error(
                        "callback of a desktop application",
                        "facade",
                        app(a -> {
                            uris(a, "web");
                            uris(a, "publicClient", CALLBACK);
                        }),
                        EntraField.REDIRECT_URIS,
                        "web.redirectUris",
                        "AADSTS700025"),
                error(
                        "clients' redirect on the platform Web",
                        "direct",
                        app(a -> {
                            uris(a, "publicClient");
                            uris(a, "web", "http://localhost/callback");
                        }),
                        EntraField.REDIRECT_URIS,
                        "publicClient.redirectUris",
                        "AADSTS7000218"),
                error(
                        "no Application ID URI",
                        "direct",
                        app(a -> a.putArray("identifierUris")),
                        EntraField.IDENTIFIER_URIS,
                        "identifierUris",
                        "AADSTS500011"),
                error(
                        "api:// only",
                        "direct",
                        app(a -> a.putArray("identifierUris").add("api://" + Perfect.APP_ID)),
                        EntraField.IDENTIFIER_URIS,
                        "identifierUris",
                        "AADSTS500011"),
                error(
                        "Application ID URI with a slash at its end",
                        "direct",
                        app(a -> a.putArray("identifierUris")
                                .add("https://mcp.example.com/notes/")
                                .add("https://mcp.example.com/wiki")),
                        EntraField.IDENTIFIER_URIS,
                        "identifierUris",
                        "AADSTS500011"),
                error(
                        "a new route's URL is missing",
                        "direct",
                        app(a -> a.putArray("identifierUris").add("https://mcp.example.com/notes")),
                        EntraField.IDENTIFIER_URIS,
                        "identifierUris",
                        "AADSTS500011"),
                error(
                        "no scope",
                        "direct",
                        app(a -> a.withObject("/api").putArray("oauth2PermissionScopes")),
                        EntraField.SCOPES,
                        "api.oauth2PermissionScopes",
                        "AADSTS650053"),
                error(
                        "a scope that is switched off",
                        "direct",
                        app(a -> scope(a).put("isEnabled", false)),
                        EntraField.SCOPES,
                        "api.oauth2PermissionScopes",
                        "AADSTS650053"),
                error(
                        "a scope of another name",
                        "direct",
                        app(a -> scope(a).put("value", "mcp.note")),
                        EntraField.SCOPES,
                        "api.oauth2PermissionScopes",
                        "AADSTS650053"),
                error(
                        "no client authorised in advance",
                        "direct",
                        app(a -> a.withObject("/api").putArray("preAuthorizedApplications")),
                        EntraField.PRE_AUTHORIZED,
                        "api.preAuthorizedApplications",
                        "AADSTS65001"),
                error(
                        "a client authorised without its scopes",
                        "direct",
                        app(a -> ((ObjectNode) a.at("/api/preAuthorizedApplications/0"))
                                .putArray("delegatedPermissionIds")),
                        EntraField.PRE_AUTHORIZED,
                        "api.preAuthorizedApplications",
                        "AADSTS65001"),
                error("no app role", "direct", app(a -> a.putArray("appRoles")), EntraField.APP_ROLES, "appRoles", ""),
                error(
                        "an app role that apps cannot have",
                        "direct",
                        app(a -> ((ObjectNode) a.at("/appRoles/0"))
                                .putArray("allowedMemberTypes")
                                .add("User")),
                        EntraField.APP_ROLES,
                        "appRoles",
                        ""),
                error(
                        "no groups claim",
                        "facade",
                        app(a -> a.putNull("groupMembershipClaims")),
                        EntraField.GROUPS_CLAIM,
                        "groupMembershipClaims",
                        ""),
                error(
                        "directory roles for groups",
                        "facade",
                        app(a -> a.put("groupMembershipClaims", "DirectoryRole")),
                        EntraField.GROUPS_CLAIM,
                        "groupMembershipClaims",
                        ""),
                error(
                        "groups by name",
                        "facade",
                        app(a -> groups(a, "sam_account_name")),
                        EntraField.GROUPS_CLAIM,
                        "optionalClaims.idToken.groups.additionalProperties",
                        ""),
                error(
                        "groups as roles",
                        "facade",
                        app(a -> groups(a, "emit_as_roles")),
                        EntraField.GROUPS_CLAIM,
                        "optionalClaims.idToken.groups.additionalProperties",
                        ""),
                error(
                        "a claim that policies read is missing",
                        "facade",
                        app(a -> a.remove("optionalClaims")),
                        EntraField.OPTIONAL_CLAIMS,
                        "optionalClaims",
                        ""),
                warning(
                        "permissions not asked for",
                        "facade",
                        app(a -> a.putArray("requiredResourceAccess")),
                        EntraField.PERMISSIONS,
                        "requiredResourceAccess",
                        ""),
                error(
                        "no admin consent",
                        "facade",
                        p -> p.grants().clear(),
                        EntraField.PERMISSIONS,
                        "admin consent",
                        "AADSTS90094"),
                error(
                        "no consent to look groups up",
                        "facade",
                        p -> p.assignments().clear(),
                        EntraField.GRAPH_PERMISSIONS,
                        "admin consent",
                        ""),
                error(
                        "no enterprise application",
                        "facade",
                        p -> {
                            p.principal().removeAll();
                            p.grants().clear();
                        },
                        EntraField.SERVICE_PRINCIPAL,
                        "servicePrincipal",
                        "AADSTS700016"),
                error(
                        "switched off",
                        "facade",
                        p -> p.principal().put("accountEnabled", false),
                        EntraField.ENABLED,
                        "servicePrincipal.accountEnabled",
                        "AADSTS7000112"),
                error(
                        "no enterprise application, without a facade",
                        "direct",
                        p -> {
                            p.principal().removeAll();
                            p.grants().clear();
                        },
                        EntraField.SERVICE_PRINCIPAL,
                        "servicePrincipal",
                        "AADSTS500011"),
                error(
                        "switched off, without a facade",
                        "direct",
                        p -> p.principal().put("accountEnabled", false),
                        EntraField.ENABLED,
                        "servicePrincipal.accountEnabled",
                        "AADSTS500014"),
                warning(
                        "assignment required",
                        "facade",
                        p -> p.principal().put("appRoleAssignmentRequired", true),
                        EntraField.ASSIGNMENT,
                        "servicePrincipal.appRoleAssignmentRequired",
                        "AADSTS50105"),
                error(
                        "no client secret",
                        "facade",
                        app(a -> a.putArray("passwordCredentials")),
                        EntraField.CLIENT_SECRETS,
                        "passwordCredentials",
                        "AADSTS7000215"),
                error(
                        "an expired client secret",
                        "facade",
                        app(a -> a.putArray("passwordCredentials")
                                .addObject()
                                .put("endDateTime", "2026-11-20T00:00:00Z")),
                        EntraField.CLIENT_SECRETS,
                        "passwordCredentials",
                        "AADSTS7000222"),
                warning(
                        "a client secret that expires soon",
                        "facade",
                        app(a -> a.putArray("passwordCredentials")
                                .addObject()
                                .put("endDateTime", "2026-12-01T00:00:00Z")),
                        EntraField.CLIENT_SECRETS,
                        "passwordCredentials",
                        "AADSTS7000222"),
                error(
                        "no certificate",
                        "both",
                        app(a -> a.putArray("keyCredentials")),
                        EntraField.CERTIFICATES,
                        "keyCredentials",
                        "AADSTS700027"),
                error(
                        "an expired certificate",
                        "both",
                        app(a -> a.putArray("keyCredentials").addObject().put("endDateTime", "2026-11-20T00:00:00Z")),
                        EntraField.CERTIFICATES,
                        "keyCredentials",
                        "AADSTS700027"),
                error(
                        "no federated credential",
                        "federated",
                        p -> p.federated().clear(),
                        EntraField.FEDERATED_CREDENTIALS,
                        "federatedIdentityCredentials",
                        "AADSTS70025"),
                error(
                        "issuer without its slash",
                        "federated",
                        p -> p.federated()
                                .getFirst()
                                .put("issuer", Given.ISSUER.substring(0, Given.ISSUER.length() - 1)),
                        EntraField.FEDERATED_ISSUER,
                        "federatedIdentityCredentials[].issuer",
                        "AADSTS700211"),
                error(
                        "subject of another service account",
                        "federated",
                        p -> p.federated().getFirst().put("subject", "system:serviceaccount:mcp:default"),
                        EntraField.FEDERATED_SUBJECT,
                        "federatedIdentityCredentials[].subject",
                        "AADSTS700213"),
                error(
                        "another audience",
                        "federated",
                        p -> p.federated().getFirst().putArray("audiences").add("sts.amazonaws.com"),
                        EntraField.FEDERATED_AUDIENCE,
                        "federatedIdentityCredentials[].audiences",
                        "AADSTS700212"),
                warning(
                        "public client flows",
                        "facade",
                        app(a -> a.put("isFallbackPublicClient", true)),
                        EntraField.PUBLIC_CLIENT_FLOWS,
                        "isFallbackPublicClient",
                        ""),
                warning(
                        "implicit grant",
                        "facade",
                        app(a -> a.withObject("/web/implicitGrantSettings").put("enableAccessTokenIssuance", true)),
                        EntraField.REDIRECT_URIS,
                        "web.implicitGrantSettings.enableAccessTokenIssuance",
                        ""),
                warning(
                        "a scope for administrators",
                        "direct",
                        app(a -> scope(a).put("type", "Admin")),
                        EntraField.SCOPES,
                        "api.oauth2PermissionScopes[mcp.notes].type",
                        "AADSTS90094"),
                warning(
                        "a client secret beside a federated credential",
                        "federated",
                        app(a -> a.putArray("passwordCredentials")
                                .addObject()
                                .put("endDateTime", "2027-06-01T00:00:00Z")),
                        EntraField.CLIENT_SECRETS,
                        "passwordCredentials",
                        ""));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void theFieldIsNamed(Broken broken) {
        DesiredRegistration desired = Given.registration(broken.folder()).withClientId(Perfect.APP_ID);
        Perfect registration = Perfect.of(desired);
        broken.how().accept(registration);

        List<RegistrationFinding> findings = RegistrationCheck.of(desired, registration.actual(), NOW);

        assertThat(findings)
                .anySatisfy(finding -> {
                    assertThat(finding.field()).isEqualTo(broken.field());
                    assertThat(finding.path()).isEqualTo(broken.path());
                    assertThat(finding.code()).isEqualTo(broken.code());
                    assertThat(finding.severity()).isEqualTo(broken.severity());
                })
                .allSatisfy(finding -> {
                    assertThat(finding.needed()).isNotBlank();
                    assertThat(finding.breaks()).isNotBlank();
                });
        // Nothing else is blamed: what is found is about this field, or follows from it.
        assertThat(findings.getFirst().field()).isEqualTo(broken.field());
    }

    @ParameterizedTest
    @ValueSource(strings = {"facade", "direct", "both", "federated"})
    void thereIsNothingToSayOfOneThatIsAsDesired(String folder) {
        DesiredRegistration desired = Given.registration(folder).withClientId(Perfect.APP_ID);
        Perfect registration = Perfect.of(desired);

        assertThat(RegistrationCheck.of(desired, registration.actual(), NOW)).isEmpty();
        assertThat(Diff.of(desired, registration.actual(), Diff.Options.DEFAULT).changes())
                .isEmpty();
    }

    private static Broken error(
            String name, String folder, Consumer<Perfect> how, EntraField field, String path, String code) {
        return new Broken(name, folder, how, field, path, code, Severity.ERROR);
    }

    private static Broken warning(
            String name, String folder, Consumer<Perfect> how, EntraField field, String path, String code) {
        return new Broken(name, folder, how, field, path, code, Severity.WARNING);
    }

    private static Consumer<Perfect> app(Consumer<ObjectNode> how) {
        return perfect -> how.accept(perfect.application());
    }

    private static void uris(ObjectNode application, String platform, String... uris) {
        ArrayNode array = application.withObject("/" + platform).putArray("redirectUris");
        for (String uri : uris) {
            array.add(uri);
        }
    }

    private static ObjectNode scope(ObjectNode application) {
        return (ObjectNode) application.at("/api/oauth2PermissionScopes/0");
    }

    private static void groups(ObjectNode application, String form) {
        ArrayNode claims = application.withObject("/optionalClaims").withArray("idToken");
        claims.addObject()
                .put("name", "groups")
                .putArray("additionalProperties")
                .add(form);
    }
}
