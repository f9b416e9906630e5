package dev.ostiary.entra.emulator.token;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Random values: ids, codes, opaque claims, lifetimes. Repeatable when seeded. Safe for any thread. */
public final class Opaque {

    private final Random random;

    /** Values from this seed; null for unpredictable ones. */
    public Opaque(@Nullable Long seed) {
        this.random = seed == null ? new SecureRandom() : new Random(seed);
    }

    /** So many random bytes, base64url. */
    public String text(int bytes) {
        byte[] value = new byte[bytes];
        random.nextBytes(value);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(value);
    }

    /** A random GUID. */
    public String guid() {
        byte[] value = new byte[16];
        random.nextBytes(value);
        long high = 0;
        long low = 0;
        for (int i = 0; i < 8; i++) {
            high = (high << 8) | (value[i] & 0xff);
            low = (low << 8) | (value[i + 8] & 0xff);
        }
        high = (high & ~0xf000L) | 0x4000L;
        low = (low & 0x3fffffffffffffffL) | 0x8000000000000000L;
        return new UUID(high, low).toString();
    }

    /** A trace id: a GUID that ends in 00 (fact sheet §2.5, [O]). */
    public String traceId() {
        return guid().substring(0, 34) + "00";
    }

    /** A whole number from {@code low} to {@code high}, both included. */
    public int between(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }
}
