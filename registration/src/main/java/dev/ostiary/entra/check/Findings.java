package dev.ostiary.entra.check;

import dev.ostiary.entra.check.RegistrationFinding.Severity;
import dev.ostiary.gateway.config.EntraField;
import java.util.List;
import java.util.TreeSet;

/** Findings as they come, each once, told worst first. Not safe for concurrent use. */
final class Findings {

    private final TreeSet<RegistrationFinding> all = new TreeSet<>();

    List<RegistrationFinding> worstFirst() {
        return List.copyOf(all);
    }

    void error(EntraField field, String path, String there, String needed, String breaks, String code) {
        add(Severity.ERROR, field, path, there, needed, breaks, code);
    }

    void warning(EntraField field, String path, String there, String needed, String breaks, String code) {
        add(Severity.WARNING, field, path, there, needed, breaks, code);
    }

    void add(
            Severity severity, EntraField field, String path, String there, String needed, String breaks, String code) {
        all.add(new RegistrationFinding(severity, field, path, there, needed, breaks, code));
    }
}
