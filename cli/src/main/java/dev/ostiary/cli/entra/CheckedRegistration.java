package dev.ostiary.cli.entra;

import dev.ostiary.cli.Terminal;
import dev.ostiary.entra.check.CheckText;
import dev.ostiary.entra.check.RegistrationCheck;
import dev.ostiary.entra.check.RegistrationFinding;
import dev.ostiary.entra.check.RegistrationFinding.Severity;
import dev.ostiary.entra.graph.Exchange;
import dev.ostiary.entra.graph.GraphException;
import dev.ostiary.entra.graph.Pause;
import dev.ostiary.entra.plan.ActualRegistration;
import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.entra.tenant.CredentialHolder;
import dev.ostiary.entra.tenant.LiveCheck;
import dev.ostiary.entra.tenant.RegistrationReader;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is found of a registration, and how it is told. */
record CheckedRegistration(List<RegistrationFinding> findings) {

    CheckedRegistration {
        findings = List.copyOf(findings);
    }

    /** Reads, compares and tries. */
    static CheckedRegistration of(
            DesiredRegistration desired,
            RegistrationReader reader,
            @Nullable CredentialHolder holder,
            Exchange exchange,
            InstantSource clock)
            throws GraphException, IOException, InterruptedException {
        ActualRegistration actual = reader.read(desired);
        DesiredRegistration known = actual.application() == null
                ? desired
                : desired.withClientId(actual.application().path("appId").asText());
        List<RegistrationFinding> findings = new ArrayList<>(RegistrationCheck.of(known, actual, clock.instant()));
        findings.addAll(RegistrationCheck.duplicates(known, reader.others(known, actual)));
        findings.addAll(new LiveCheck(exchange, clock, Pause.REAL).of(known, holder == null ? null : holder.read()));
        return new CheckedRegistration(findings);
    }

    /** 0 where nothing has to be done. */
    int exitCode() {
        return findings.stream().allMatch(finding -> finding.severity() == Severity.UNKNOWN)
                ? EntraExit.AS_DESIRED
                : EntraExit.DIFFERENT;
    }

    void print(Terminal terminal, boolean json) {
        if (json) {
            terminal.line(CheckText.json(findings).toPrettyString());
        } else {
            CheckText.lines(findings).forEach(terminal::line);
        }
    }
}
