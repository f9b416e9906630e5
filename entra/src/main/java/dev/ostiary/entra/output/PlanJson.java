package dev.ostiary.entra.output;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ostiary.entra.plan.Change;
import dev.ostiary.entra.plan.Plan;
import java.util.List;

/** A plan for programs. */
public final class PlanJson {

    private PlanJson() {}

    /** The object. */
    public static ObjectNode of(Plan plan) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("gateway", plan.desired().gateway().toString());
        json.put("publicUrl", plan.desired().publicUrl().toString());
        json.put("tenantId", plan.desired().tenantId());
        json.put("clientId", plan.desired().clientId());
        json.put("writes", plan.steps().size());
        changes(json.putArray("changes"), plan.changes());
        changes(json.putArray("left"), plan.left());
        ArrayNode notes = json.putArray("notes");
        plan.desired().notes().forEach(notes::add);
        return json;
    }

    private static void changes(ArrayNode array, List<Change> changes) {
        for (Change change : changes) {
            ObjectNode one = array.addObject();
            one.put("field", change.path());
            one.put("there", change.there());
            one.put("needed", change.needed());
            one.put("why", change.why());
            one.put("portal", change.field().place());
            one.put("writes", change.steps().size());
        }
    }
}
