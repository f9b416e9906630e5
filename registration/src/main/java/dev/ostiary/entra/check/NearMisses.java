package dev.ostiary.entra.check;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.Credential;
import dev.ostiary.gateway.config.EntraField;
import java.util.Locale;

/** Values that look right, and are not: Entra compares letter for letter. */
final class NearMisses {

    private final DesiredRegistration desired;
    private final ActualRegistration actual;
    private final SeenCodes codes;
    private final Findings findings;

    NearMisses(DesiredRegistration desired, ActualRegistration actual, SeenCodes codes, Findings findings) {
        this.desired = desired;
        this.actual = actual;
        this.codes = codes;
        this.findings = findings;
    }

    void find() {
        for (String needed : desired.identifierUris()) {
            for (String there : actual.texts("identifierUris")) {
                if (!there.equals(needed) && same(there, needed)) {
                    findings.error(
                            EntraField.IDENTIFIER_URIS,
                            "identifierUris",
                            there,
                            needed,
                            "differs in case or in the slash at its end, and clients send the other form as resource",
                            codes.ofIdentifierUris(needed));
                }
            }
        }
        for (String needed : desired.webRedirects()) {
            for (String there : actual.texts("web.redirectUris")) {
                if (!there.equals(needed) && same(there, needed)) {
                    findings.error(
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

    /** Whether one of them explains why there is no federated credential as needed. */
    boolean ofTheFederatedCredential() {
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
            findings.error(
                    EntraField.FEDERATED_ISSUER,
                    EntraField.FEDERATED_ISSUER.path(),
                    issuer,
                    needed.issuer(),
                    breaks,
                    "AADSTS700211");
        } else if (!subject.equals(needed.subject())) {
            findings.error(
                    EntraField.FEDERATED_SUBJECT,
                    EntraField.FEDERATED_SUBJECT.path(),
                    subject,
                    needed.subject(),
                    breaks,
                    "AADSTS700213");
        } else {
            findings.error(
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
}
