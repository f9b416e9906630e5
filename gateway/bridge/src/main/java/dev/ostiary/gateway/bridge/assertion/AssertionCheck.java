package dev.ostiary.gateway.bridge.assertion;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks the header {@code Ostiary-Assertion}: a JWT (RFC 7519) with {@code typ} {@value #TYPE}, signed with ES256 (RFC 7518 §3.4)
 * by one of the gateway's assertion keys, for this workload, not expired. Nothing of an assertion is trusted before its signature
 * is. A gateway shows one assertion for many calls, so those that held are remembered, and only their time is looked at again.
 * Any thread.
 */
public final class AssertionCheck {

    /** The header that carries it. */
    public static final String HEADER = "Ostiary-Assertion";

    static final String TYPE = "ostiary-assertion+jwt";

    /** What clocks of two machines may differ by. */
    private static final long SKEW_SECONDS = 30;

    /** No assertion lives longer: one that says so was not made by a gateway. */
    private static final long LONGEST_SECONDS = 600;

    private static final int MOST_CHARS = 16 * 1024;
    private static final int MOST_REMEMBERED = 1_024;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final Base64.Decoder BASE64 = Base64.getUrlDecoder();

    private record Held(Caller caller, long until, String keyId) {}

    private record Claims(Map<String, String> strings, Map<String, Long> numbers) {}

    private final KeyFile keys;
    private final String audience;
    private final InstantSource clock;
    private final Map<String, Held> held = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Held> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    /** @param audience {@code aud}, exactly */
    public AssertionCheck(KeyFile keys, String audience, InstantSource clock) {
        this.keys = keys;
        this.audience = audience;
        this.clock = clock;
    }

    /** Whom it speaks for; null when it does not hold, for whatever reason. */
    public @Nullable Caller check(@Nullable String assertion) {
        if (assertion == null || assertion.length() > MOST_CHARS) {
            return null;
        }
        long now = clock.millis() / 1_000;
        Held known;
        synchronized (held) {
            known = held.get(assertion);
        }
        if (known == null) {
            known = verify(assertion, now);
            if (known == null) {
                return null;
            }
            synchronized (held) {
                held.put(assertion, known);
            }
        }
        // A key that is gone takes its assertions with it.
        return now < known.until && keys.key(known.keyId) != null ? known.caller : null;
    }

    private @Nullable Held verify(String assertion, long now) {
        try {
            String[] parts = assertion.split("\\.", 4);
            if (parts.length != 3) {
                return null;
            }
            Claims header = claims(BASE64.decode(parts[0]));
            String keyId = header.strings.get("kid");
            if (keyId == null
                    || !"ES256".equals(header.strings.get("alg"))
                    || !TYPE.equals(header.strings.get("typ"))
                    || header.strings.containsKey("crit")) {
                return null;
            }
            PublicKey key = keys.key(keyId);
            byte[] signature = BASE64.decode(parts[2]);
            if (key == null || signature.length != 64) {
                return null;
            }
            Signature check = Signature.getInstance("SHA256withECDSAinP1363Format");
            check.initVerify(key);
            check.update((parts[0] + '.' + parts[1]).getBytes(StandardCharsets.US_ASCII));
            if (!check.verify(signature)) {
                return null;
            }
            return held(claims(BASE64.decode(parts[1])), keyId, now);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException _) {
            return null;
        }
    }

    private @Nullable Held held(Claims claims, String keyId, long now) {
        String issuer = claims.strings.get("iss");
        String subject = claims.strings.get("sub");
        Long expires = claims.numbers.get("exp");
        Long issued = claims.numbers.get("iat");
        if (issuer == null
                || subject == null
                || subject.isEmpty()
                || expires == null
                || issued == null
                || !audience.equals(claims.strings.get("aud"))
                || issued > now + SKEW_SECONDS
                || expires > now + LONGEST_SECONDS
                || expires + SKEW_SECONDS <= now) {
            return null;
        }
        return new Held(
                new Caller(
                        issuer,
                        claims.strings.getOrDefault("tid", ""),
                        subject,
                        claims.strings.getOrDefault("client_id", "")),
                expires + SKEW_SECONDS,
                keyId);
    }

    /** The members that are strings or whole numbers; {@code crit} in whatever shape. */
    private static Claims claims(byte[] bytes) throws IOException {
        Map<String, String> strings = new LinkedHashMap<>();
        Map<String, Long> numbers = new LinkedHashMap<>();
        try (JsonParser json = JSON.createParser(bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not an object");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (value == JsonToken.VALUE_STRING) {
                    strings.put(name, json.getText());
                } else if (value == JsonToken.VALUE_NUMBER_INT) {
                    numbers.put(name, json.getLongValue());
                } else {
                    if (name.equals("crit")) {
                        strings.put(name, "");
                    }
                    json.skipChildren();
                }
            }
            if (json.nextToken() != null) {
                throw new IOException("more than an object");
            }
        }
        return new Claims(strings, numbers);
    }
}
