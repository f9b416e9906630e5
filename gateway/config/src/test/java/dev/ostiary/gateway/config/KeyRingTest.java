package dev.ostiary.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.gateway.config.KeyRing.Purpose;
import dev.ostiary.gateway.config.KeyRing.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class KeyRingTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final KeyRing RING = KeyRing.generate(RANDOM, NOW);
    private static final String TEXT = new String(KeyRingCodec.write(RING), StandardCharsets.UTF_8);

    @ParameterizedTest
    @EnumSource(Purpose.class)
    void aFirstRingHasOneActiveKeyOfEveryPurpose(Purpose purpose) {
        assertThat(RING.of(purpose)).containsExactly(RING.active(purpose));
        assertThat(RING.active(purpose).created()).isEqualTo(NOW);
        assertThat(RING.version()).isEqualTo(1);
    }

    @Test
    void noTwoKeysAreTheSame() {
        Set<String> materials = new HashSet<>();
        RING.keys().forEach(key -> materials.add(Arrays.toString(key.material())));

        assertThat(materials).hasSize(Purpose.values().length);
    }

    @Test
    void signingKeysSign() throws Exception {
        for (int i = 0; i < 300; i++) {
            KeyRing.Key key = NewKeys.key(Purpose.SIGNING, State.ACTIVE, RANDOM, NOW);
            EcKeyPair pair = EcKeyPair.of(key);

            assertThat(pair.encoded()).as("short numbers are padded").isEqualTo(key.material());
            assertThat(pair.publicKey().getParams().toString()).contains("secp256r1");
            Signature signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(pair.privateKey());
            signer.update(TEXT.getBytes(StandardCharsets.UTF_8));
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance("SHA256withECDSA");
            verifier.initVerify(pair.publicKey());
            verifier.update(TEXT.getBytes(StandardCharsets.UTF_8));
            assertThat(verifier.verify(signature)).isTrue();
        }
    }

    @Test
    void aPairWhosePublicKeyIsAnothersIsNone() {
        byte[] one = RING.active(Purpose.SIGNING).material();
        byte[] other = RING.active(Purpose.ASSERTION).material();
        System.arraycopy(other, other.length - 64, one, one.length - 64, 64);

        assertThatThrownBy(() -> EcKeyPair.of(new KeyRing.Key("k", Purpose.SIGNING, State.ACTIVE, NOW, one)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause();
    }

    @Test
    void theKeysOfOtherPurposesAreNoPairs() {
        assertThatThrownBy(() -> EcKeyPair.of(RING.active(Purpose.SEALING)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void twoActiveKeysOfAPurposeOrTwoOfOneNameAreNoRing() {
        KeyRing.Key key = RING.active(Purpose.SEALING);
        KeyRing.Key other = KeyRing.generate(RANDOM, NOW).active(Purpose.SEALING);

        assertThatThrownBy(() -> new KeyRing(1, List.of(key, other))).hasMessageContaining("two active keys");
        assertThatThrownBy(() -> new KeyRing(1, List.of(key, key.in(State.RETIRING))))
                .hasMessageContaining("twice");
    }

    @Test
    void whatIsWrittenIsReadBackEqual() throws IOException {
        KeyRing rotating = new KeyRing(
                7,
                List.of(
                        RING.active(Purpose.SEALING),
                        NewKeys.key(Purpose.SEALING, State.RETIRING, RANDOM, NOW)
                                .removedAt(NOW.plusSeconds(1)),
                        NewKeys.key(Purpose.SEALING, State.PUBLISHED, RANDOM, NOW)));

        assertThat(KeyRingCodec.read(KeyRingCodec.write(RING))).isEqualTo(RING);
        assertThat(KeyRingCodec.read(KeyRingCodec.write(rotating))).isEqualTo(rotating);
    }

    @Test
    void aRingOfAnOlderReleaseGetsWhatItLacks() throws IOException {
        KeyRing.Key sealing = RING.active(Purpose.SEALING);
        KeyRing old = KeyRingCodec.read(KeyRingCodec.write(new KeyRing(4, List.of(sealing))));

        KeyRing completed = old.completed(RANDOM, NOW);

        assertThat(completed.version()).isEqualTo(5);
        assertThat(completed.active(Purpose.SEALING)).isEqualTo(sealing);
        assertThat(completed.keys()).extracting(KeyRing.Key::purpose).containsExactlyInAnyOrder(Purpose.values());
        assertThat(completed.completed(RANDOM, NOW)).isSameAs(completed);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "version" : 1          | "version" : 0
            "version" : 1          | "version" : null
            "version" : 1          | "version" : 1, "version" : 1
            "version" : 1          | "version" : 1, "more" : 1
            "state" : "ACTIVE"     | "state" : "RETIRING"
            "state" : "ACTIVE"     | "state" : "PUBLISHED"
            "state" : "ACTIVE"     | "state" : null
            "state" : "ACTIVE"     | "state" : "ASLEEP"
            "state" : "ACTIVE"     | "state" : "ACTIVE", "until" : "2026-11-21T10:00:00Z"
            "purpose" : "SEALING"  | "purpose" : "SIGNING"
            "purpose" : "SEALING"  | "purpose" : "ENCRYPTION"
            "purpose" : "SEALING"  | "purpose" : null
            "purpose" : "ASSERTION"| "purpose" : "SEALING"
            "id" : "               | "id" : "a b
            "id" : "               | "id" : "/
            "id" : "               | "id" : "00000000000000000000000000000000000000000000000000000000000000000
            "material" : "         | "material" : "AAAA
            "material" : "         | "material" : "*
            "material" : "         | "matter" : "
            "created" : "          | "created" : "yesterday
            "keys" : [             | "keys" : [ null,
            """)
    void aDamagedRingIsRefusedAndItsMaterialNotShown(String from, String to) {
        assertThat(TEXT).contains(from);
        byte[] damaged =
                TEXT.replaceFirst(java.util.regex.Pattern.quote(from), to).getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> KeyRingCodec.read(damaged))
                .isInstanceOf(IOException.class)
                .satisfies(thrown -> RING.keys()
                        .forEach(key -> assertThat(thrown.toString())
                                .doesNotContain(java.util.Base64.getEncoder()
                                        .encodeToString(key.material())
                                        .substring(40))));
    }

    @Test
    void everyPrefixOfARingIsRefused() {
        byte[] whole = KeyRingCodec.write(RING);
        for (int length = 0; length < whole.length; length++) {
            byte[] half = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> KeyRingCodec.read(half)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void nothingShowsMaterial() {
        assertThat(RING + " " + EcKeyPair.of(RING.active(Purpose.SIGNING)))
                .doesNotContain(Arrays.toString(RING.active(Purpose.SEALING).material()))
                .contains("EcKeyPair[P-256]");
    }
}
