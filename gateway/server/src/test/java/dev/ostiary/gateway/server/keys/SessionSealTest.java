package dev.ostiary.gateway.server.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.server.keys.SessionSeal.Opened;
import dev.ostiary.gateway.server.keys.SessionSeal.UpstreamSession;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionSealTest {

    private static final String ANNA = "72f988bf-0000-4000-8000-2d7cd011db47/02223b6b-0000-4000-8000-000000000001";
    private static final String UID = "6e74172b-0000-4000-8000-e66a39bb12e3";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Sealer sealer = new Sealer(KeyRing.generate(RANDOM, Instant.EPOCH), RANDOM);

    @Test
    void aSessionIdStandsForItsSession() {
        SessionSeal seal = seal(
                new UpstreamSession(-1, null, "upstream-1"),
                new UpstreamSession(3, "i-7", null),
                new UpstreamSession(0, null, "~!x"));

        String id = seal.seal(sealer);

        assertThat(id).matches("[!-~]+").doesNotContain("upstream-1");
        assertThat(SessionSeal.open(sealer, id, ANNA, "github", UID)).isEqualTo(new Opened.Valid(seal));
    }

    @ParameterizedTest
    @CsvSource({
        "72f988bf-0000-4000-8000-2d7cd011db47/02223b6b-0000-4000-8000-000000000002, github, " + UID,
        ANNA + ", gitlab, " + UID,
        ANNA + ", github, 6e74172b-0000-4000-8000-e66a39bb12e4",
        ANNA + ", GitHub, " + UID,
        "'', '', ''"
    })
    void itIsOfNoUseToAnybodyElseOrAnywhereElse(String principal, String route, String uid) {
        String id = seal(new UpstreamSession(-1, null, "u")).seal(sealer);

        assertThat(SessionSeal.open(sealer, id, principal, route, uid)).isEqualTo(new Opened.Foreign(ANNA));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "x", "6e74172b-0000-4000-8000-e66a39bb12e3", "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"})
    void whatWeDidNotSealIsUnknown(String id) {
        assertThat(SessionSeal.open(sealer, id, ANNA, "github", UID)).isInstanceOf(Opened.Unknown.class);
    }

    @Test
    void whatWasSealedForSomethingElseIsUnknown() {
        String other = sealer.seal("state", SessionCodec.encode(seal(new UpstreamSession(-1, null, "u"))));

        assertThat(SessionSeal.open(sealer, other, ANNA, "github", UID)).isInstanceOf(Opened.Unknown.class);
    }

    @Test
    void aLayoutOfAnotherReleaseIsUnknown() {
        byte[] encoded = SessionCodec.encode(seal(new UpstreamSession(-1, null, "u")));
        for (int length = 0; length < encoded.length; length++) {
            assertThat(SessionCodec.decode(Arrays.copyOf(encoded, length))).isNull();
        }
        assertThat(SessionCodec.decode(Arrays.copyOf(encoded, encoded.length + 1)))
                .isNull();
        encoded[0] = 3;
        assertThat(SessionCodec.decode(encoded)).isNull();
    }

    @Test
    void aLongUpstreamIdFits() {
        SessionSeal seal = seal(new UpstreamSession(-1, null, "x".repeat(1024)));

        String id = seal.seal(sealer);

        assertThat(id).hasSizeLessThan(2048);
        assertThat(SessionSeal.open(sealer, id, ANNA, "github", UID)).isEqualTo(new Opened.Valid(seal));
    }

    @Test
    void whatCouldNotBeOpenedAgainIsNotSealed() {
        SessionSeal seal = seal(Collections.nCopies(4, new UpstreamSession(-1, null, "x".repeat(2048)))
                .toArray(UpstreamSession[]::new));

        assertThatThrownBy(() -> seal.seal(sealer)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\nb", "a\u007f", "é", "\u0000"})
    void anUpstreamIdThatIsNotVisibleAsciiIsRefused(String id) {
        assertThat(SessionSeal.isAcceptableId(id)).isFalse();
        assertThatThrownBy(() -> new UpstreamSession(-1, null, id)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theWorkloadsSessionIdIsNotPrinted() {
        assertThat(seal(new UpstreamSession(2, null, "upstream-1")).toString()).doesNotContain("upstream-1");
    }

    @Test
    void aSessionOfTheReleaseBeforeHasNoGrant() throws IOException {
        SessionSeal seal = seal(new UpstreamSession(-1, null, "u"));
        ByteArrayOutputStream before = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(before)) {
            out.writeByte(1);
            for (String text : List.of("2025-11-25", ANNA, "github", UID)) {
                out.writeUTF(text);
            }
            out.writeLong(1_800_000_000);
            out.writeByte(1);
            out.writeInt(-1);
            out.writeUTF("");
            out.writeUTF("u");
        }
        assertThat(SessionCodec.decode(before.toByteArray())).isEqualTo(seal);
    }

    @Test
    void aSessionBelongsToTheGrantThatOpenedIt() {
        SessionSeal seal = new SessionSeal("2025-11-25", ANNA, "github", UID, "grant-1", List.of(), Instant.EPOCH);
        String id = seal.seal(sealer);
        assertThat(SessionSeal.open(sealer, id, ANNA, "github", UID, "grant-1")).isEqualTo(new Opened.Valid(seal));
        assertThat(SessionSeal.open(sealer, id, ANNA, "github", UID, "grant-2")).isEqualTo(new Opened.Foreign(ANNA));
        assertThat(SessionSeal.open(sealer, id, ANNA, "github", UID)).isEqualTo(new Opened.Foreign(ANNA));
        String without = seal(new UpstreamSession(-1, null, "x")).seal(sealer);
        assertThat(SessionSeal.open(sealer, without, ANNA, "github", UID, "grant-1"))
                .isEqualTo(new Opened.Foreign(ANNA));
    }

    private static SessionSeal seal(UpstreamSession... upstreams) {
        return new SessionSeal(
                "2025-11-25", ANNA, "github", UID, List.of(upstreams), Instant.ofEpochSecond(1_800_000_000));
    }
}
