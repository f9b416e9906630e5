package dev.ostiary.gateway.server.registration;

import dev.ostiary.entra.check.RegistrationFinding;
import dev.ostiary.entra.check.RegistrationFinding.Severity;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.registration.DesiredRegistration;

/**
 * What a difference means for a gateway that runs. {@code ostiary entra check} asks whether a registration is as {@code apply}
 * would make it; a condition that turns False wakes somebody up, so here only what certainly breaks is an error, and the rest
 * is a warning. Pure.
 */
record Weighing(DesiredRegistration desired, ActualRegistration actual) {

    /** The same finding with the weight that it has here. */
    RegistrationFinding weigh(RegistrationFinding finding) {
        return finding.severity() == Severity.ERROR && !breaks(finding) ? finding.as(Severity.WARNING) : finding;
    }

    private boolean breaks(RegistrationFinding finding) {
        return switch (finding.field()) {
            // Entra has just taken the credential, whatever is registered beside it.
            case CLIENT_SECRETS, CERTIFICATES, FEDERATED_CREDENTIALS -> false;
            // Consent can be given in another way.
            case PRE_AUTHORIZED -> false;
            // The gateway refuses tokens of other tenants anyway; personal accounts are of none.
            case ACCOUNT_TYPES -> finding.there().equals("PersonalMicrosoftAccount");
            // Id tokens are of v2.0 whatever this says.
            case TOKEN_VERSION ->
                !desired.scopes().isEmpty() || !desired.appRoles().isEmpty();
            // Chosen where a tenant refuses URLs; clients that can be told the scope work.
            case IDENTIFIER_URIS -> actual.texts("identifierUris").stream().noneMatch(uri -> uri.startsWith("api://"));
            default -> true;
        };
    }
}
