package dev.ostiary.gateway.server;

import dev.ostiary.entra.emulator.token.SigningKeys;

/** Token keys for emulators: made once, since that takes up to a second. */
public final class EmulatorKeys {

    private static final SigningKeys MADE = SigningKeys.generate();

    private EmulatorKeys() {}

    /** The same keys for everybody, each copy to be rolled over on its own. */
    public static SigningKeys copy() {
        return MADE.copy();
    }
}
