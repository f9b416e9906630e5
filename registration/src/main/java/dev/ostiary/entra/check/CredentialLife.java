package dev.ostiary.entra.check;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.entra.check.RegistrationFinding.Severity;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.registration.DesiredRegistration.Credential;
import dev.ostiary.gateway.config.EntraField;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Whether the registration has a client secret or a certificate that has not expired, and will not soon. */
final class CredentialLife {

    private final Credential credential;
    private final ActualRegistration actual;
    private final Instant now;
    private final Findings findings;

    CredentialLife(Credential credential, ActualRegistration actual, Instant now, Findings findings) {
        this.credential = credential;
        this.actual = actual;
        this.now = now;
        this.findings = findings;
    }

    void find() {
        switch (credential) {
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
            findings.error(field, path, "", needed, breaks, none);
        } else if (!last.isAfter(now)) {
            findings.error(field, path, "expired " + day(last), needed, breaks, expired);
        } else if (last.isBefore(now.plus(Duration.ofDays(30)))) {
            findings.add(
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
}
