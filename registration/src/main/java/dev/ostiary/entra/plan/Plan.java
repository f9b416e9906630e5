package dev.ostiary.entra.plan;

import dev.ostiary.entra.registration.DesiredRegistration;
import java.util.List;

/**
 * What to change, in the order in which it works.
 *
 * @param desired what the registration shall be
 * @param changes fields to write
 * @param left fields that hold more than is needed, and are left alone
 */
public record Plan(DesiredRegistration desired, List<Change> changes, List<Change> left) {
    public Plan {
        changes = List.copyOf(changes);
        left = List.copyOf(left);
    }

    /** Whether nothing has to be written. */
    public boolean isDone() {
        return changes.isEmpty();
    }

    /** All writes, in order. */
    public List<Step> steps() {
        return changes.stream().flatMap(change -> change.steps().stream()).toList();
    }
}
