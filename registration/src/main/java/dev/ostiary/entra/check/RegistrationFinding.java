package dev.ostiary.entra.check;

import dev.ostiary.gateway.config.EntraField;
import java.util.Comparator;
import java.util.Locale;

/**
 * A field of a registration that is not as the gateway needs it. Holds no secret.
 *
 * @param severity how bad it is
 * @param field which, as the page in the browser names it
 * @param path its name in Graph, or in the resource
 * @param there what is there, for people; empty: nothing
 * @param needed what must be there
 * @param breaks what does not work
 * @param code the error that users see, {@code AADSTS} and digits; empty: they see none of Entra's
 */
public record RegistrationFinding(
        Severity severity, EntraField field, String path, String there, String needed, String breaks, String code)
        implements Comparable<RegistrationFinding> {

    private static final Comparator<RegistrationFinding> ORDER = Comparator.comparing(RegistrationFinding::severity)
            .thenComparing(RegistrationFinding::field)
            .thenComparing(RegistrationFinding::path)
            .thenComparing(RegistrationFinding::there)
            .thenComparing(RegistrationFinding::needed);

    /** How bad a finding is; worst first. */
    public enum Severity {
        /** Somebody cannot sign in, or cannot call. */
        ERROR,
        /** It works, and will not for ever, or for everybody, or is more open than it has to be. */
        WARNING,
        /** It could not be found out. */
        UNKNOWN
    }

    /** All of it but the field, as one line: what the condition of a gateway, its log and its start on one machine say. */
    public String message() {
        StringBuilder line = new StringBuilder(there.isEmpty() ? "nothing is there" : "there is " + there);
        line.append("; needed: ").append(needed).append(". ");
        line.append(breaks.substring(0, 1).toUpperCase(Locale.ROOT)).append(breaks.substring(1));
        if (!code.isEmpty() && !breaks.contains(code)) {
            line.append(" (").append(code).append(')');
        }
        line.append('.');
        if (!field.place().equals(path)) {
            line.append(" Place: ").append(field.place()).append('.');
        }
        return line.toString();
    }

    /** The same with another weight. */
    public RegistrationFinding as(Severity other) {
        return new RegistrationFinding(other, field, path, there, needed, breaks, code);
    }

    @Override
    public int compareTo(RegistrationFinding other) {
        return ORDER.compare(this, other);
    }
}
