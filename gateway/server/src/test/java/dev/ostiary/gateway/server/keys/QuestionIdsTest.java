package dev.ostiary.gateway.server.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.server.keys.QuestionIds.Question;
import dev.ostiary.gateway.server.keys.SessionSeal.UpstreamSession;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuestionIdsTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Instant NOW = Instant.parse("2026-11-21T22:30:00Z");
    private static final SessionSeal SESSION = session("ben", "github", "uid", "grant", "s-1", 3, 1_800_000_000);

    private final KeyRing ring = KeyRing.generate(RANDOM, Instant.EPOCH);
    private final QuestionIds ids = new QuestionIds(ring);

    @ParameterizedTest
    @ValueSource(strings = {"0", "70", "-7", "9007199254740991", "\"\"", "\"a\"", "\"\\u0061\"", "\"é 🎉 \\\" \\\\\""})
    void anAnswerSaysWhichQuestionItAnswers(String asked) {
        String id = ids.ask(SESSION, asked.getBytes(UTF_8), NOW).id();

        assertThat(id).matches("[A-Za-z0-9_-]+");
        assertThat(read(SESSION, id, NOW)).isEqualTo(asked);
    }

    @Test
    void whateverIsAskedWhereverItComesBackAsItWas() {
        Random random = new Random(7);
        for (int i = 0; i < 5_000; i++) {
            byte[] asked = new byte[random.nextInt(QuestionIds.MAX_ASKED_BYTES) + 1];
            random.nextBytes(asked);
            SessionSeal session = session(
                    "user" + random.nextInt(3),
                    "route" + random.nextInt(3),
                    "uid",
                    random.nextBoolean() ? "grant" : null,
                    random.nextBoolean() ? "s" + random.nextInt(3) : null,
                    random.nextInt(3) - 1,
                    random.nextInt(3));
            Instant now = NOW.plusSeconds(random.nextInt(1_000_000));
            Question question = ids.ask(session, asked, now);

            Question answered = new QuestionIds(ring).answered(session, question.id(), now);
            assertThat(answered.asked()).isEqualTo(asked);
            assertThat(answered.mark()).isEqualTo(question.mark());
            assertThat(question.json()).isEqualTo(('"' + question.id() + '"').getBytes(UTF_8));
        }
    }

    @Test
    void theSameQuestionHasTheSameIdAtEveryReplica() {
        byte[] asked = "70".getBytes(UTF_8);

        assertThat(new QuestionIds(ring).ask(SESSION, asked, NOW).id())
                .isEqualTo(ids.ask(SESSION, asked, NOW.plusSeconds(60)).id());
    }

    static Stream<SessionSeal> others() {
        return Stream.of(
                session("anna", "github", "uid", "grant", "s-1", 3, 1_800_000_000),
                session("ben", "gitlab", "uid", "grant", "s-1", 3, 1_800_000_000),
                session("ben", "github", "uid-2", "grant", "s-1", 3, 1_800_000_000),
                session("ben", "github", "uid", "grant-2", "s-1", 3, 1_800_000_000),
                session("ben", "github", "uid", null, "s-1", 3, 1_800_000_000),
                session("ben", "github", "uid", "grant", "s-2", 3, 1_800_000_000),
                session("ben", "github", "uid", "grant", null, 3, 1_800_000_000),
                session("ben", "github", "uid", "grant", "s-1", 2, 1_800_000_000),
                session("ben", "github", "uid", "grant", "s-1", 3, 1_800_000_001),
                // The fields are told apart: what one ends with is not what the next one begins with.
                session("beng", "ithub", "uid", "grant", "s-1", 3, 1_800_000_000));
    }

    @ParameterizedTest
    @MethodSource("others")
    void itIsOfNoUseInAnotherSession(SessionSeal other) {
        assertThat(read(other, ids.ask(SESSION, "70".getBytes(UTF_8), NOW).id(), NOW))
                .isNull();
    }

    @Test
    void aChangeOfAnyBitOfAnyByteIsNoticed() {
        byte[] bytes = Base64.getUrlDecoder()
                .decode(ids.ask(SESSION, "\"seventy\"".getBytes(UTF_8), NOW).id());
        for (int i = 0; i < bytes.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] forged = bytes.clone();
                forged[i] ^= (byte) (1 << bit);
                assertThat(read(SESSION, encode(forged), NOW))
                        .as("byte %d bit %d", i, bit)
                        .isNull();
            }
        }
    }

    @Test
    void itHasOneSpellingAndNoParts() {
        for (String asked : List.of("7", "70", "700")) {
            String id = ids.ask(SESSION, asked.getBytes(UTF_8), NOW).id();
            for (int i = 0; i < id.length(); i++) {
                assertThat(read(SESSION, id.substring(0, i), NOW)).isNull();
                for (char c : new char[] {'A', 'B', 'z', '9', '-', '_', '=', '+', '/', ' ', '\n', 'é', '\0'}) {
                    if (id.charAt(i) != c) {
                        assertThat(read(SESSION, id.substring(0, i) + c + id.substring(i + 1), NOW))
                                .isNull();
                    }
                }
            }
            assertThat(read(SESSION, id + "A", NOW)).isNull();
            assertThat(read(SESSION, id + "=", NOW)).isNull();
            assertThat(read(SESSION, id + id, NOW)).isNull();
        }
    }

    @Test
    void garbageIsNoQuestion() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] garbage = new byte[random.nextInt(120)];
            random.nextBytes(garbage);
            if (garbage.length > 1 && random.nextBoolean()) {
                garbage[0] = 1;
                garbage[1] = (byte) random.nextInt(12);
            }
            assertThat(read(SESSION, encode(garbage), NOW)).isNull();
            assertThat(read(SESSION, new String(garbage, UTF_8), NOW)).isNull();
        }
        assertThat(read(SESSION, "A".repeat(1_000_000), NOW)).isNull();
    }

    @Test
    void nothingElseThatIsSealedCanBeTakenForOne() {
        Sealer sealer = new Sealer(ring, RANDOM);
        Question question = ids.ask(SESSION, "70".getBytes(UTF_8), NOW);

        assertThat(read(SESSION, SESSION.seal(sealer), NOW)).isNull();
        assertThat(read(SESSION, sealer.seal("mcp-question", question.asked()), NOW))
                .isNull();
        assertThat(SessionSeal.open(sealer, question.id(), "ben", "github", "uid", "grant"))
                .isInstanceOf(SessionSeal.Opened.Unknown.class);
    }

    @Test
    void itHoldsForTwelveHoursAtTheLeastAndTwentyFourAtTheMost() {
        for (Duration later = Duration.ZERO; later.toHours() < 12; later = later.plusMinutes(30)) {
            Instant asked = NOW.plus(later);
            String id = ids.ask(SESSION, "70".getBytes(UTF_8), asked).id();

            assertThat(read(SESSION, id, asked.plus(QuestionIds.ANSWERABLE))).isEqualTo("70");
            assertThat(read(SESSION, id, asked.plus(QuestionIds.ANSWERABLE.multipliedBy(2))))
                    .isNull();
            assertThat(read(SESSION, id, asked.minus(QuestionIds.ANSWERABLE.multipliedBy(2))))
                    .isNull();
            // Another replica's clock may be a little behind.
            assertThat(read(SESSION, id, asked.minusSeconds(5))).isEqualTo("70");
        }
    }

    @Test
    void theLongestIdThatIsTakenFitsUnderTheLongestKeyId() {
        KeyRing.Key key = ring.active(KeyRing.Purpose.SEALING);
        QuestionIds longest = new QuestionIds(new KeyRing(
                2,
                List.of(new KeyRing.Key("k".repeat(64), key.purpose(), key.state(), key.created(), key.material()))));
        byte[] asked = new byte[QuestionIds.MAX_ASKED_BYTES];

        Question question = longest.ask(SESSION, asked, NOW);
        assertThat(question.id()).hasSizeLessThanOrEqualTo(QuestionIds.MAX_LENGTH);
        assertThat(longest.answered(SESSION, question.id(), NOW).asked()).isEqualTo(asked);
        assertThat(longest.ask(SESSION, new byte[QuestionIds.MAX_ASKED_BYTES + 1], NOW))
                .isNull();
    }

    @Test
    void aQuestionOutlivesTheKeyThatItWasAskedUnderUntilThatIsRemoved() {
        KeyRing.Key first = ring.active(KeyRing.Purpose.SEALING);
        KeyRing.Key second = KeyRing.generate(RANDOM, Instant.EPOCH).active(KeyRing.Purpose.SEALING);
        KeyRing.Key retiring =
                new KeyRing.Key(first.id(), first.purpose(), KeyRing.State.RETIRING, first.created(), first.material());
        String id = ids.ask(SESSION, "70".getBytes(UTF_8), NOW).id();

        assertThat(new QuestionIds(new KeyRing(2, List.of(retiring, second))).answered(SESSION, id, NOW))
                .isNotNull();
        assertThat(new QuestionIds(new KeyRing(3, List.of(second))).answered(SESSION, id, NOW))
                .isNull();
    }

    @Test
    void aRingWithoutASealingKeyIsNone() {
        assertThatThrownBy(() -> new QuestionIds(new KeyRing(1, List.of()))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void noKeyIsPrinted() {
        assertThat(ids.toString()).isEqualTo("QuestionIds[1 keys]");
    }

    private @Nullable String read(SessionSeal session, String id, Instant now) {
        Question question = ids.answered(session, id, now);
        return question == null ? null : new String(question.asked(), UTF_8);
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static SessionSeal session(
            String principal,
            String route,
            String uid,
            @Nullable String grant,
            @Nullable String upstream,
            int pod,
            long issued) {
        return new SessionSeal(
                "2025-11-25",
                principal,
                route,
                uid,
                grant,
                List.of(new UpstreamSession(pod, null, upstream)),
                Instant.ofEpochSecond(issued));
    }
}
