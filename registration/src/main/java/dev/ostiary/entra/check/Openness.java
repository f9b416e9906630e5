package dev.ostiary.entra.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.Credential;
import dev.ostiary.gateway.config.EntraField;
import java.util.List;

/** What lets more people or programs in than has to be, or fewer. */
final class Openness {

    private final DesiredRegistration desired;
    private final ActualRegistration actual;
    private final Findings findings;

    Openness(DesiredRegistration desired, ActualRegistration actual, Findings findings) {
        this.desired = desired;
        this.actual = actual;
        this.findings = findings;
    }

    void find() {
        ObjectNode principal = actual.servicePrincipal();
        if (principal != null && principal.path("appRoleAssignmentRequired").asBoolean(false)) {
            findings.warning(
                    EntraField.ASSIGNMENT,
                    "servicePrincipal.appRoleAssignmentRequired",
                    "true",
                    "false, or everybody who may sign in assigned",
                    "users who are not assigned, alone or by a group, cannot sign in",
                    "AADSTS50105");
        }
        if (desired.facade() && actual.at("isFallbackPublicClient").asBoolean(false)) {
            findings.warning(
                    EntraField.PUBLIC_CLIENT_FLOWS,
                    "isFallbackPublicClient",
                    "true",
                    "false",
                    "anybody can start device code sign-ins in the gateway's name, without its credential",
                    "");
        }
        for (String grant : List.of("enableAccessTokenIssuance", "enableIdTokenIssuance")) {
            if (actual.at("web.implicitGrantSettings." + grant).asBoolean(false)) {
                findings.warning(
                        EntraField.REDIRECT_URIS,
                        "web.implicitGrantSettings." + grant,
                        "true",
                        "false",
                        "tokens may be sent in URLs, which nothing here needs",
                        "");
            }
        }
        for (JsonNode scope : actual.at("api.oauth2PermissionScopes")) {
            boolean ours = desired.scopes().stream()
                    .anyMatch(one -> one.value().equals(scope.path("value").asText()));
            if (ours && scope.path("type").asText().equals("Admin")) {
                findings.warning(
                        EntraField.SCOPES,
                        "api.oauth2PermissionScopes[" + scope.path("value").asText() + "].type",
                        "Admin",
                        "User",
                        "clients that are not authorised in advance need an administrator for it",
                        "AADSTS90094");
            }
        }
        if (desired.credential() instanceof Credential.Federated
                && !actual.at("passwordCredentials").isEmpty()) {
            findings.warning(
                    EntraField.CLIENT_SECRETS,
                    "passwordCredentials",
                    actual.at("passwordCredentials").size() + " client secrets",
                    "none",
                    "the gateway needs none, and whoever has one is the gateway to Entra",
                    "");
        }
        for (ObjectNode credential : actual.federated()) {
            if (credential.path("audiences").size() != 1) {
                findings.error(
                        EntraField.FEDERATED_AUDIENCE,
                        EntraField.FEDERATED_AUDIENCE.path(),
                        credential.path("audiences").size() + " audiences",
                        "exactly one",
                        "Entra refuses the credential",
                        "AADSTS700212");
            }
        }
    }
}
