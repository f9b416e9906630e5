package dev.ostiary.gateway.config;

import dev.ostiary.gateway.config.KeyRing.Purpose;
import dev.ostiary.gateway.config.KeyRing.State;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;

/** Makes keys. */
final class NewKeys {

    private static final int SYMMETRIC_BYTES = 32;

    /** Enough that ids never meet by chance in a ring, few enough for a header of every token. */
    private static final int ID_BYTES = 8;

    private NewKeys() {}

    static KeyRing.Key key(Purpose purpose, State state, SecureRandom random, Instant now) {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return new KeyRing.Key(HexFormat.of().formatHex(id), purpose, state, now, material(purpose, random));
    }

    private static byte[] material(Purpose purpose, SecureRandom random) {
        if (purpose.asymmetric()) {
            return EcKeyPair.generate(random).encoded();
        }
        byte[] material = new byte[SYMMETRIC_BYTES];
        random.nextBytes(material);
        return material;
    }
}
