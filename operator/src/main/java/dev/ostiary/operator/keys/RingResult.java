package dev.ostiary.operator.keys;

import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.operator.status.Refusal;

/** A gateway's keys, or why there are none to be used. */
public sealed interface RingResult {

    /** The ring that is stored. */
    record Usable(KeyRing ring) implements RingResult {}

    /** Nothing is changed: what replicas have goes on. */
    record Refused(Refusal refusal) implements RingResult {}
}
