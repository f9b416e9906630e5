package dev.ostiary.entra.plan;

import dev.ostiary.gateway.config.EntraField;
import java.util.List;

/**
 * A field that is not as it must be, or is more than it must be.
 *
 * @param field which
 * @param path its name in Graph
 * @param there what is there, for people; empty: nothing
 * @param needed what must be there, for people
 * @param why what breaks otherwise, or what is bought with it
 * @param steps the writes that mend it, in this order; empty: it is left as it is
 */
public record Change(EntraField field, String path, String there, String needed, String why, List<Step> steps) {
    public Change {
        steps = List.copyOf(steps);
    }
}
