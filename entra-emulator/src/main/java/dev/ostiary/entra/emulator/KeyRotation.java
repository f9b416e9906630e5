package dev.ostiary.entra.emulator;

/** How token keys roll over (fact sheet §1.4, [D] signing-key-rollover.md). */
public enum KeyRotation {
    /** A new key signs; the old ones stay in the key set. */
    GRACEFUL,
    /** New keys replace the old ones at once. */
    EMERGENCY
}
