package dev.ostiary.entra.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.check.RegistrationFinding.Severity;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.plan.Change;
import dev.ostiary.entra.plan.Diff;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.Credential;
import dev.ostiary.entra.registration.DesiredRegistration.Permission;
import dev.ostiary.gateway.config.EntraField;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** What can be told from the registration alone. Pure. */
public final class RegistrationCheck {

    private static final Set<String> GROUP_FORMS = Set.of(
            "sam_account_name",
            "dns_domain_and_sam_account_name",
            "netbios_domain_and_sam_account_name",
            "cloud_displayname",
            "emit_as_roles");

    private static final String PERSONAL_ONLY = "PersonalMicrosoftAccount";

    private final DesiredRegistration desired;
    private final ActualRegistration actual;
    private final Instant now;
    private final TreeSet<RegistrationFinding> findings = new TreeSet<>();

    private RegistrationCheck(DesiredRegistration desired, ActualRegistration actual, Instant now) {
        this.desired = desired;
        this.actual = actual;
        this.now = now;
    }

    /** All findings, worst first. */
    public static List<RegistrationFinding> of(DesiredRegistration desired, ActualRegistration actual, Instant now) {
        RegistrationCheck check = new RegistrationCheck(desired, actual, now);
        if (actual.application() == null) {
            check.missing();
        } else {
            check.differences();
            check.nearMisses();
            check.claims();
            check.credential();
            check.openness();
            check.unknownApis();
        }
        return List.copyOf(check.findings);
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
        error(
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
            if (follows || (change.field() == EntraField.FEDERATED_CREDENTIALS && federatedNearMiss())) {
                continue;
            }
            add(
                    severity(change),
                    change.field(),
                    change.path(),
                    change.there(),
                    change.needed(),
                    change.why(),
                    code(change));
        }
    }

    /** Users of more tenants than needed, and permissions that were granted and are no longer listed, do no harm today. */
    private static Severity severity(Change change) {
        boolean openToOthers =
                change.field() == EntraField.ACCOUNT_TYPES && !change.there().equals(PERSONAL_ONLY);
        return openToOthers || change.path().equals("requiredResourceAccess") ? Severity.WARNING : Severity.ERROR;
    }

    /** What users see of Entra's when this is wrong, in the order in which Entra looks at a request. */
    private String code(Change change) {
        return switch (change.field()) {
            case REDIRECT_URIS -> redirectCode(change.there());
            case ACCOUNT_TYPES -> change.there().equals(PERSONAL_ONLY) ? "AADSTS9002346" : "";
            case IDENTIFIER_URIS -> scopesAreBelow(change.needed()) ? "AADSTS500011" : "AADSTS9010010";
            case SCOPES -> "AADSTS650053";
            case PRE_AUTHORIZED -> "AADSTS65001";
            case PERMISSIONS -> change.path().equals("admin consent") ? "AADSTS90094" : "";
            case SERVICE_PRINCIPAL -> desired.facade() ? "AADSTS700016" : "AADSTS500011";
            case ENABLED -> desired.facade() ? "AADSTS7000112" : "AADSTS500014";
            case FEDERATED_CREDENTIALS -> actual.federated().isEmpty() ? "AADSTS70025" : "AADSTS700211";
            default -> "";
        };
    }

    private static String redirectCode(String there) {
        if (there.contains("spa: ")) {
            return "AADSTS9002327";
        }
        if (there.contains("publicClient: ")) {
            return "AADSTS700025";
        }
        return there.contains("web: ") ? "AADSTS7000218" : "AADSTS50011";
    }

    /** Whether clients ask for a scope below one of these URIs: then they fail with the scope before the resource is compared. */
    private boolean scopesAreBelow(String uris) {
        return desired.scopes().stream()
                .filter(scope -> scope.value().startsWith("mcp."))
                .anyMatch(scope -> List.of(uris.split(", ", -1)).stream()
                        .anyMatch(uri -> uri.endsWith("/" + scope.value().substring("mcp.".length()))));
    }

    /** Values that look right, and are not: Entra compares letter for letter. */
    private void nearMisses() {
        for (String needed : desired.identifierUris()) {
            for (String there : actual.texts("identifierUris")) {
                if (!there.equals(needed) && same(there, needed)) {
                    error(
                            EntraField.IDENTIFIER_URIS,
                            "identifierUris",
                            there,
                            needed,
                            "differs in case or in the slash at its end, and clients send the other form as resource",
                            scopesAreBelow(needed) ? "AADSTS500011" : "AADSTS9010010");
                }
            }
        }
        for (String needed : desired.webRedirects()) {
            for (String there : actual.texts("web.redirectUris")) {
                if (!there.equals(needed) && same(there, needed)) {
                    error(
                            EntraField.REDIRECT_URIS,
                            "web.redirectUris",
                            there,
                            needed,
                            "differs in case or in the slash at its end, and Entra compares letter for letter",
                            "AADSTS50011");
                }
            }
        }
        if (desired.credential() instanceof Credential.Federated needed) {
            actual.federated().forEach(there -> federated(there, needed));
        }
    }

    private static boolean same(String one, String other) {
        return simple(one).equals(simple(other));
    }

    private static String simple(String uri) {
        String lower = uri.toLowerCase(Locale.ROOT);
        return lower.endsWith("/") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private boolean federatedNearMiss() {
        return desired.credential() instanceof Credential.Federated needed
                && actual.federated().stream().anyMatch(there -> agreements(there, needed) == 2);
    }

    /** Two of three agree: the third is the mistake. */
    private void federated(ObjectNode there, Credential.Federated needed) {
        if (agreements(there, needed) != 2) {
            return;
        }
        String breaks = "the gateway's own token does not match the federated credential, so it cannot prove itself";
        String issuer = there.path("issuer").asText();
        String subject = there.path("subject").asText();
        if (!issuer.equals(needed.issuer())) {
            error(
                    EntraField.FEDERATED_ISSUER,
                    EntraField.FEDERATED_ISSUER.path(),
                    issuer,
                    needed.issuer(),
                    breaks,
                    "AADSTS700211");
        } else if (!subject.equals(needed.subject())) {
            error(
                    EntraField.FEDERATED_SUBJECT,
                    EntraField.FEDERATED_SUBJECT.path(),
                    subject,
                    needed.subject(),
                    breaks,
                    "AADSTS700213");
        } else {
            error(
                    EntraField.FEDERATED_AUDIENCE,
                    EntraField.FEDERATED_AUDIENCE.path(),
                    there.path("audiences").path(0).asText(),
                    needed.audience(),
                    breaks,
                    "AADSTS700212");
        }
    }

    private static int agreements(ObjectNode there, Credential.Federated needed) {
        int agree = there.path("issuer").asText().equals(needed.issuer()) ? 1 : 0;
        agree += there.path("subject").asText().equals(needed.subject()) ? 1 : 0;
        return agree + (there.path("audiences").path(0).asText().equals(needed.audience()) ? 1 : 0);
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
                        error(
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

    private void credential() {
        switch (desired.credential()) {
            case Credential.None none -> {}
            case Credential.Federated federated -> {}
            case Credential.Secret secret ->
                valid(
                        EntraField.CLIENT_SECRETS,
                        "passwordCredentials",
                        "a client secret that has not expired",
                        "AADSTS7000215",
                        "AADSTS7000222");
            case Credential.Certificate certificate ->
                valid(
                        EntraField.CERTIFICATES,
                        "keyCredentials",
                        "a certificate that has not expired",
                        "AADSTS700027",
                        "AADSTS700027");
        }
    }

    private void valid(EntraField field, String path, String needed, String none, String expired) {
        Instant last = Instant.MIN;
        int count = 0;
        for (JsonNode one : actual.at(path)) {
            count++;
            Instant end = time(one.path("endDateTime").asText(""));
            last = end.isAfter(last) ? end : last;
        }
        String breaks = "the gateway cannot prove that it is the registration: nobody can sign in through it";
        if (count == 0) {
            error(field, path, "", needed, breaks, none);
        } else if (!last.isAfter(now)) {
            error(field, path, "expired " + day(last), needed, breaks, expired);
        } else if (last.isBefore(now.plus(Duration.ofDays(30)))) {
            add(
                    Severity.WARNING,
                    field,
                    path,
                    "expires " + day(last),
                    "one that lasts longer",
                    "from then on " + breaks,
                    expired);
        }
    }

    private static Instant time(String text) {
        try {
            return text.isEmpty() ? Instant.MAX : Instant.parse(text);
        } catch (DateTimeParseException e) {
            return Instant.MAX;
        }
    }

    private static String day(Instant instant) {
        return instant.equals(Instant.MAX) ? "never" : instant.toString().substring(0, 10);
    }

    private void openness() {
        ObjectNode principal = actual.servicePrincipal();
        if (principal != null && principal.path("appRoleAssignmentRequired").asBoolean(false)) {
            warning(
                    EntraField.ASSIGNMENT,
                    "servicePrincipal.appRoleAssignmentRequired",
                    "true",
                    "false, or everybody who may sign in assigned",
                    "users who are not assigned, alone or by a group, cannot sign in",
                    "AADSTS50105");
        }
        if (desired.facade() && actual.at("isFallbackPublicClient").asBoolean(false)) {
            warning(
                    EntraField.PUBLIC_CLIENT_FLOWS,
                    "isFallbackPublicClient",
                    "true",
                    "false",
                    "anybody can start device code sign-ins in the gateway's name, without its credential",
                    "");
        }
        for (String grant : List.of("enableAccessTokenIssuance", "enableIdTokenIssuance")) {
            if (actual.at("web.implicitGrantSettings." + grant).asBoolean(false)) {
                warning(
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
                warning(
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
            warning(
                    EntraField.CLIENT_SECRETS,
                    "passwordCredentials",
                    actual.at("passwordCredentials").size() + " client secrets",
                    "none",
                    "the gateway needs none, and whoever has one is the gateway to Entra",
                    "");
        }
        for (ObjectNode credential : actual.federated()) {
            if (credential.path("audiences").size() != 1) {
                error(
                        EntraField.FEDERATED_AUDIENCE,
                        EntraField.FEDERATED_AUDIENCE.path(),
                        credential.path("audiences").size() + " audiences",
                        "exactly one",
                        "Entra refuses the credential",
                        "AADSTS700212");
            }
        }
    }

    private void unknownApis() {
        for (Permission permission : desired.permissions()) {
            ActualRegistration.Api api = actual.apis().get(permission.api());
            if (api == null) {
                error(
                        EntraField.PERMISSIONS,
                        "requiredResourceAccess",
                        "no API " + permission.api() + " in the tenant",
                        "the API installed in the tenant, and its Application ID URI in upstreamAuth.scopes",
                        permission.why() + ": that cannot work",
                        "AADSTS500011");
            } else if (api.permission(permission.application(), permission.value()) == null) {
                error(
                        EntraField.SCOPES,
                        "api.oauth2PermissionScopes of " + api.name(),
                        "no permission " + permission.value(),
                        permission.value(),
                        permission.why() + ": that cannot work",
                        "AADSTS650053");
            }
        }
    }

    private void error(EntraField field, String path, String there, String needed, String breaks, String code) {
        add(Severity.ERROR, field, path, there, needed, breaks, code);
    }

    private void warning(EntraField field, String path, String there, String needed, String breaks, String code) {
        add(Severity.WARNING, field, path, there, needed, breaks, code);
    }

    private void add(
            Severity severity, EntraField field, String path, String there, String needed, String breaks, String code) {
        findings.add(new RegistrationFinding(severity, field, path, there, needed, breaks, code));
    }
}
