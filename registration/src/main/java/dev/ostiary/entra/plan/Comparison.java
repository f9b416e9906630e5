package dev.ostiary.entra.plan;

import dev.ostiary.entra.registration.DesiredRegistration;
import dev.ostiary.gateway.config.EntraField;
import java.util.ArrayList;
import java.util.List;

/** A plan while it is made: what shall be, what is, and the changes that were found so far, in their order. */
final class Comparison {

    private final DesiredRegistration desired;
    private final ActualRegistration actual;
    private final boolean prune;
    private final List<Change> changes = new ArrayList<>();
    private final List<Change> left = new ArrayList<>();

    /** @param prune whether what nobody needs is removed */
    Comparison(DesiredRegistration desired, ActualRegistration actual, boolean prune) {
        this.desired = desired;
        this.actual = actual;
        this.prune = prune;
    }

    DesiredRegistration desired() {
        return desired;
    }

    ActualRegistration actual() {
        return actual;
    }

    boolean prunes() {
        return prune;
    }

    /** Something has to change. */
    void change(Change change) {
        changes.add(change);
    }

    /** Something is more than needed: it is removed in these steps, or left as it is. */
    void surplus(EntraField field, String path, String there, String why, List<Step> removal) {
        (prune ? changes : left).add(new Change(field, path, there, "", why, prune ? removal : List.of()));
    }

    /** The plan, with all that was found. */
    Plan plan() {
        return new Plan(desired, changes, left);
    }
}
