package dev.ostiary.entra.check;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.entra.check.RegistrationFinding.Severity;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.plan.Change;
import dev.ostiary.entra.plan.Diff;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.Permission;
import dev.ostiary.gateway.config.EntraField;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** What can be told from the registration alone. Pure. */
public final class RegistrationCheck {

    private static final Set<String> GROUP_FORMS = Set.of(
            "sam_account_name",
            "dns_domain_and_sam_account_name",
            "netbios_domain_and_sam_account_name",
            "cloud_displayname",
            "emit_as_roles");

    private final DesiredRegistration desired;
    private final ActualRegistration actual;
    private final SeenCodes codes;
    private final Findings findings = new Findings();
    private final NearMisses nearMisses;

    private RegistrationCheck(DesiredRegistration desired, ActualRegistration actual) {
        this.desired = desired;
        this.actual = actual;
        this.codes = new SeenCodes(desired, actual);
        this.nearMisses = new NearMisses(desired, actual, codes, findings);
    }

    /** All findings, worst first. */
    public static List<RegistrationFinding> of(DesiredRegistration desired, ActualRegistration actual, Instant now) {
        RegistrationCheck check = new RegistrationCheck(desired, actual);
        if (actual.application() == null) {
            check.missing();
        } else {
            check.differences();
            check.nearMisses.find();
            check.claims();
            new CredentialLife(desired.credential(), actual, now, check.findings).find();
            new Openness(desired, actual, check.findings).find();
            check.unknownApis();
        }
        return check.findings.worstFirst();
    }

    /**
     * The finding about further registrations of the same gateway.
     *
     * @param others their client ids
     */
    public static List<RegistrationFinding> duplicates(DesiredRegistration desired, List<String> others) {
        return others.isEmpty()
                ? List.of()
                : List.of(new RegistrationFinding(
                        Severity.WARNING,
                        EntraField.CLIENT_ID,
                        "tags",
                        "further registrations " + String.join(", ", others),
                        "one registration with the tag " + desired.tag(),
                        "the gateway uses one of them, and whoever has a credential of another is not noticed; look at them under"
                                + " App registrations, and delete those that nothing uses",
                        ""));
    }

    private void missing() {
        String id = desired.clientId();
        findings.error(
                EntraField.CLIENT_ID,
                EntraField.CLIENT_ID.path(),
                id == null ? "no registration" : id,
                "the application id of a registration in tenant " + desired.tenantId(),
                "Entra does not know the gateway: nobody can sign in",
                "AADSTS700016");
    }

    /** Everything that {@code apply} would write. */
    private void differences() {
        for (Change change : Diff.of(desired, actual, Diff.Options.DEFAULT).changes()) {
            boolean follows = change.path().equals("admin consent") && actual.servicePrincipal() == null;
            if (follows
                    || (change.field() == EntraField.FEDERATED_CREDENTIALS && nearMisses.ofTheFederatedCredential())) {
                continue;
            }
            findings.add(
                    severity(change),
                    change.field(),
                    change.path(),
                    change.there(),
                    change.needed(),
                    change.why(),
                    codes.of(change));
        }
    }

    /** Users of more tenants than needed, and permissions that were granted and are no longer listed, do no harm today. */
    private static Severity severity(Change change) {
        boolean openToOthers =
                change.field() == EntraField.ACCOUNT_TYPES && !change.there().equals(SeenCodes.PERSONAL_ACCOUNTS_ONLY);
        return openToOthers || change.path().equals("requiredResourceAccess") ? Severity.WARNING : Severity.ERROR;
    }

    private void claims() {
        if (!desired.groups().needed()) {
            return;
        }
        for (String token : List.of("idToken", "accessToken")) {
            for (JsonNode claim : actual.at("optionalClaims." + token)) {
                if (!claim.path("name").asText().equals("groups")) {
                    continue;
                }
                for (JsonNode property : claim.path("additionalProperties")) {
                    if (GROUP_FORMS.contains(property.asText())) {
                        findings.error(
                                EntraField.GROUPS_CLAIM,
                                "optionalClaims." + token + ".groups.additionalProperties",
                                property.asText(),
                                "none: object ids",
                                property.asText().equals("emit_as_roles")
                                        ? "groups come as roles, and the app roles disappear from the token"
                                        : "groups come as names, and policies know them by their object ids: nobody is in any"
                                                + " group",
                                "");
                    }
                }
            }
        }
    }

    private void unknownApis() {
        for (Permission permission : desired.permissions()) {
            ActualRegistration.Api api = actual.apis().get(permission.api());
            if (api == null) {
                findings.error(
                        EntraField.PERMISSIONS,
                        "requiredResourceAccess",
                        "no API " + permission.api() + " in the tenant",
                        "the API installed in the tenant, and its Application ID URI in upstreamAuth.scopes",
                        permission.why() + ": that cannot work",
                        "AADSTS500011");
            } else if (api.permission(permission.application(), permission.value()) == null) {
                findings.error(
                        EntraField.SCOPES,
                        "api.oauth2PermissionScopes of " + api.name(),
                        "no permission " + permission.value(),
                        permission.value(),
                        permission.why() + ": that cannot work",
                        "AADSTS650053");
            }
        }
    }
}
