package dev.ostiary.entra.output;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.check.CheckText;
import dev.ostiary.entra.check.RegistrationFinding;
import dev.ostiary.entra.tenant.RegistrationWriter.Outcome;
import dev.ostiary.entra.tenant.RegistrationWriter.Refused;
import java.util.List;

/** What a run has done and found, for programs. Holds no secret. */
public final class OutcomeJson {

    private OutcomeJson() {}

    /** The object; {@code findings} are those of {@code check}. */
    public static ObjectNode of(Outcome outcome, List<RegistrationFinding> findings) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("gateway", outcome.desired().gateway().toString());
        json.put("publicUrl", outcome.desired().publicUrl().toString());
        json.put("tenantId", outcome.desired().tenantId());
        json.put("clientId", outcome.desired().clientId());
        json.put("writes", outcome.writes());
        ArrayNode refused = json.putArray("refused");
        for (Refused one : outcome.refused()) {
            ObjectNode entry = refused.addObject();
            entry.put("field", one.change().path());
            entry.put("needed", one.change().needed());
            entry.put("reason", one.reason());
        }
        json.set("findings", CheckText.json(findings));
        ArrayNode notes = json.putArray("notes");
        outcome.desired().notes().forEach(notes::add);
        return json;
    }
}
