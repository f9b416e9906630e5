package dev.ostiary.gateway.server.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.gateway.config.KeyRing;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealerTest {

    private static final int MAX = 4096;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte[] VALUE = "a value of some length, with é".getBytes(UTF_8);

    private final KeyRing ring = KeyRing.generate(RANDOM, Instant.EPOCH);
    private final Sealer sealer = new Sealer(ring, RANDOM);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 15, 16, 17, 1000})
    void whatIsSealedOpens(int length) {
        byte[] value = new byte[length];
        new Random(length).nextBytes(value);

        String sealed = sealer.seal("p", value);

        assertThat(sealed).matches("[A-Za-z0-9_-]+");
        assertThat(sealer.open("p", sealed, MAX)).isEqualTo(value);
    }

    @Test
    void itOpensForItsPurposeAlone() {
        String sealed = sealer.seal("session", VALUE);

        assertThat(sealer.open("state", sealed, MAX)).isNull();
        assertThat(sealer.open("", sealed, MAX)).isNull();
        assertThat(sealer.open("sessio", sealed, MAX)).isNull();
    }

    @Test
    void aChangeOfAnyBitOfAnyByteIsNoticed() {
        byte[] sealed = Base64.getUrlDecoder().decode(sealer.seal("p", VALUE));
        for (int i = 0; i < sealed.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] forged = sealed.clone();
                forged[i] ^= (byte) (1 << bit);
                assertThat(sealer.open("p", encode(forged), MAX))
                        .as("byte %d bit %d", i, bit)
                        .isNull();
            }
        }
    }

    @Test
    void aChangeOfAnyCharacterIsNoticed() {
        String sealed = sealer.seal("p", VALUE);
        for (int i = 0; i < sealed.length(); i++) {
            for (char c : new char[] {'A', 'B', 'z', '9', '-', '_', '=', '+', '/', ' ', '\n', '.', 'é', '\0'}) {
                if (sealed.charAt(i) != c) {
                    String forged = sealed.substring(0, i) + c + sealed.substring(i + 1);
                    assertThat(sealer.open("p", forged, MAX))
                            .as("character %d", i)
                            .isNull();
                }
            }
        }
    }

    @Test
    void aPartOrMoreThanAllIsNotOpened() {
        String sealed = sealer.seal("p", VALUE);
        for (int i = 0; i < sealed.length(); i++) {
            assertThat(sealer.open("p", sealed.substring(0, i), MAX)).isNull();
        }
        assertThat(sealer.open("p", sealed + "A", MAX)).isNull();
        assertThat(sealer.open("p", sealed + "AAAA", MAX)).isNull();
        assertThat(sealer.open("p", sealed + "=", MAX)).isNull();
        assertThat(sealer.open("p", sealed + sealed, MAX)).isNull();
    }

    @Test
    void garbageIsNotOpened() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] garbage = new byte[random.nextInt(120)];
            random.nextBytes(garbage);
            if (garbage.length > 1 && random.nextBoolean()) {
                garbage[0] = 1;
                garbage[1] = (byte) random.nextInt(12);
            }
            assertThat(sealer.open("p", encode(garbage), MAX)).isNull();
            assertThat(sealer.open("p", new String(garbage, UTF_8), MAX)).isNull();
        }
    }

    @Test
    void whatIsLongerThanTheBoundIsNotLookedAt() {
        String sealed = sealer.seal("p", VALUE);

        assertThat(sealer.open("p", sealed, sealed.length())).isEqualTo(VALUE);
        assertThat(sealer.open("p", sealed, sealed.length() - 1)).isNull();
    }

    @Test
    void theSameValueIsNeverSealedTheSameWay() {
        Set<String> sealed = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            sealed.add(sealer.seal("p", VALUE));
        }
        assertThat(sealed).hasSize(1_000);
    }

    @Test
    void afterARotationTheOldStillOpensUntilItsKeyIsGone() {
        KeyRing.Key first = ring.keys().getFirst();
        KeyRing.Key second = KeyRing.generate(RANDOM, Instant.EPOCH).keys().getFirst();
        String sealedByFirst = sealer.seal("p", VALUE);

        Sealer published = new Sealer(new KeyRing(2, List.of(first, state(second, KeyRing.State.PUBLISHED))), RANDOM);
        Sealer rotated = new Sealer(new KeyRing(3, List.of(state(first, KeyRing.State.RETIRING), second)), RANDOM);
        Sealer removed = new Sealer(new KeyRing(4, List.of(second)), RANDOM);
        String sealedBySecond = rotated.seal("p", VALUE);

        assertThat(rotated.open("p", sealedByFirst, MAX)).isEqualTo(VALUE);
        assertThat(removed.open("p", sealedByFirst, MAX)).isNull();
        assertThat(removed.open("p", sealedBySecond, MAX)).isEqualTo(VALUE);
        // A replica that has not switched yet opens what one that has switched sealed.
        assertThat(published.open("p", sealedBySecond, MAX)).isEqualTo(VALUE);
        assertThat(sealer.open("p", sealedBySecond, MAX)).isNull();
    }

    @Test
    void anotherRingsKeyOfTheSameIdDoesNotOpen() {
        KeyRing.Key key = ring.keys().getFirst();
        KeyRing other = new KeyRing(
                1, List.of(new KeyRing.Key(key.id(), key.purpose(), key.state(), key.created(), new byte[32])));

        assertThat(new Sealer(other, RANDOM).open("p", sealer.seal("p", VALUE), MAX))
                .isNull();
    }

    @Test
    void aKeyOfAnotherPurposeSealsNothing() {
        KeyRing.Key key = ring.keys().getFirst();
        KeyRing.Key encryption = new KeyRing.Key(
                "other", KeyRing.Purpose.ENCRYPTION, KeyRing.State.ACTIVE, Instant.EPOCH, key.material());

        assertThatThrownBy(() -> new Sealer(new KeyRing(1, List.of(encryption)), RANDOM))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aKeyOfAnotherPurposeOpensNothingEvenUnderTheSameId() {
        KeyRing.Key sealing = ring.keys().getFirst();
        KeyRing.Key encryption = new KeyRing.Key(
                sealing.id(), KeyRing.Purpose.ENCRYPTION, KeyRing.State.ACTIVE, Instant.EPOCH, new byte[32]);
        Sealer forClients = new Sealer(ring, RANDOM);
        Sealer forStores = new Sealer(new KeyRing(1, List.of(encryption)), KeyRing.Purpose.ENCRYPTION, RANDOM);

        String stored = forStores.seal("GRANT/1", VALUE);

        assertThat(forStores.open("GRANT/1", stored, MAX)).isEqualTo(VALUE);
        assertThat(forStores.open("GRANT/2", stored, MAX)).isNull();
        assertThat(forStores.open("SESSION/1", stored, MAX)).isNull();
        assertThat(forClients.open("GRANT/1", stored, MAX)).isNull();
        assertThat(forStores.open("p", forClients.seal("p", VALUE), MAX)).isNull();
    }

    @Test
    void aKeyThatIsNotAes256IsRefused() {
        KeyRing.Key shortKey =
                new KeyRing.Key("k", KeyRing.Purpose.SEALING, KeyRing.State.ACTIVE, Instant.EPOCH, new byte[16]);

        assertThatThrownBy(() -> new Sealer(new KeyRing(1, List.of(shortKey)), RANDOM))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("k");
    }

    @Test
    void manyThreadsMaySealAndOpen() throws InterruptedException, ExecutionException {
        List<Future<Boolean>> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 400; i++) {
                byte[] value = ("value " + i).getBytes(UTF_8);
                results.add(threads.submit(() -> Arrays.equals(value, sealer.open("p", sealer.seal("p", value), MAX))));
            }
        }
        for (Future<Boolean> result : results) {
            assertThat(result.get()).isTrue();
        }
    }

    @Test
    void itDoesNotPrintItsKeys() {
        assertThat(sealer.toString()).isEqualTo("Sealer[1 keys]");
    }

    private static KeyRing.Key state(KeyRing.Key key, KeyRing.State state) {
        return new KeyRing.Key(key.id(), key.purpose(), state, key.created(), key.material());
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
