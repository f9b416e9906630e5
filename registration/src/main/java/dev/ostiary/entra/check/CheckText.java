package dev.ostiary.entra.check;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Findings for people, and for programs. */
public final class CheckText {

    private CheckText() {}

    /** Lines; one that says so where there is nothing to say. */
    public static List<String> lines(List<RegistrationFinding> findings) {
        if (findings.isEmpty()) {
            return List.of("The registration is as the gateway needs it.");
        }
        List<String> lines = new ArrayList<>();
        for (RegistrationFinding finding : findings) {
            lines.add(finding.severity().name().toLowerCase(Locale.ROOT) + " " + finding.path()
                    + (finding.code().isEmpty() ? "" : " (" + finding.code() + ")"));
            lines.add("    there:  " + (finding.there().isEmpty() ? "nothing" : printable(finding.there())));
            lines.add("    needed: " + printable(finding.needed()));
            lines.add("    breaks: " + printable(finding.breaks()));
            lines.add("    portal: " + finding.field().place());
        }
        return lines;
    }

    /** The same as JSON. */
    public static ArrayNode json(List<RegistrationFinding> findings) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (RegistrationFinding finding : findings) {
            ObjectNode one = array.addObject();
            one.put("severity", finding.severity().name().toLowerCase(Locale.ROOT));
            one.put("field", finding.path());
            one.put("there", finding.there());
            one.put("needed", finding.needed());
            one.put("breaks", finding.breaks());
            one.put("code", finding.code());
            one.put("portal", finding.field().place());
        }
        return array;
    }

    private static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", " ");
    }
}
