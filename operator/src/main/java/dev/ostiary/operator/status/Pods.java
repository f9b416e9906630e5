package dev.ostiary.operator.status;

import java.util.List;

/**
 * The pods behind a resource, as their controller counts them.
 *
 * @param desired how many there shall be
 * @param ready how many are ready
 * @param rolledOut whether all of them are of the newest template, and the controller has seen it
 * @param troubles why some are not ready
 */
public record Pods(int desired, int ready, boolean rolledOut, List<PodTrouble> troubles) {

    public Pods {
        troubles = troubles.stream().distinct().sorted().toList();
    }
}
