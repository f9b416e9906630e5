package dev.ostiary.entra.output;

import dev.ostiary.entra.plan.Change;
import dev.ostiary.entra.plan.Plan;
import dev.ostiary.entra.registration.DesiredRegistration;
import java.util.ArrayList;
import java.util.List;

/** A plan for people: one block per field, with the reason. */
public final class PlanText {

    private PlanText() {}

    /** The lines. */
    public static List<String> of(Plan plan) {
        DesiredRegistration desired = plan.desired();
        List<String> lines = new ArrayList<>();
        String id = desired.clientId();
        lines.add("Registration of " + desired.gateway() + " (" + desired.publicUrl() + ") in tenant "
                + desired.tenantId() + ": " + (id == null ? "to be made" : id));
        for (Change change : plan.changes()) {
            lines.add("");
            boolean removal = change.needed().isEmpty();
            lines.add("  " + (change.there().isEmpty() ? "+" : removal ? "-" : "~") + " " + change.path());
            add(lines, "there:  ", change.there());
            add(lines, "needed: ", change.needed());
            add(lines, "why:    ", change.why());
            add(lines, "portal: ", change.field().place());
        }
        for (Change change : plan.left()) {
            lines.add("");
            lines.add("  = " + change.path() + ": left in place, --prune removes it");
            add(lines, "there:  ", change.there());
            add(lines, "why:    ", change.why());
        }
        for (String note : desired.notes()) {
            lines.add("");
            lines.add("  ! " + note);
        }
        lines.add("");
        int writes = plan.steps().size();
        lines.add(writes == 0 ? "Nothing to change." : writes == 1 ? "1 write." : writes + " writes.");
        return lines;
    }

    private static void add(List<String> lines, String label, String text) {
        if (!text.isEmpty()) {
            lines.add("      " + label + printable(text));
        }
    }

    /** One line without control characters, whatever a registration says. */
    static String printable(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            int type = Character.getType(c);
            boolean strange = type == Character.CONTROL
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR
                    || type == Character.SURROGATE;
            line.appendCodePoint(strange ? ' ' : c);
        });
        return line.toString();
    }
}
