package dev.ostiary.entra.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Removing scopes and roles, which Entra allows only once they are disabled. */
final class Removal {

    private Removal() {}

    /**
     * The two writes.
     *
     * @param all what is there, as it shall be otherwise
     * @param keep the values that stay
     */
    static List<Step> disableThenRemove(String path, ArrayNode all, List<String> keep) {
        ArrayNode disabled = JsonNodeFactory.instance.arrayNode();
        ArrayNode remaining = JsonNodeFactory.instance.arrayNode();
        boolean enabled = false;
        for (JsonNode one : all) {
            ObjectNode copy = one.deepCopy();
            if (keep.contains(one.path("value").asText())) {
                remaining.add(one.deepCopy());
            } else {
                enabled |= one.path("isEnabled").asBoolean(true);
                copy.put("isEnabled", false);
            }
            disabled.add(copy);
        }
        Step remove = Diff.update(path, remaining);
        return enabled ? List.of(Diff.update(path, disabled), remove) : List.of(remove);
    }
}
