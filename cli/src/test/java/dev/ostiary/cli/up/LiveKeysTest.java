package dev.ostiary.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.cli.Terminal;
import dev.ostiary.gateway.config.FacadeSettings;
import dev.ostiary.gateway.config.KeyPolicies;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.KeyRing.Purpose;
import dev.ostiary.gateway.config.KeyRotation;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveKeysTest {

    private static final Duration MONTH = Duration.ofDays(30);
    private static final KeyPolicies POLICIES = KeyPolicies.of(MONTH, FacadeSettings.DEFAULT);

    @TempDir
    private Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-21T10:00:00Z"));
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<KeyRing> enforced = new CopyOnWriteArrayList<>();
    private @Nullable LiveKeys keys;

    @AfterEach
    void close() {
        if (keys != null) {
            keys.close();
        }
    }

    @Test
    void keysRotateInStepsWhileTheGatewayRuns() throws Exception {
        LiveKeys live = open(state());
        KeyRing first = live.ring();
        assertThat(enforced).isEmpty();

        pass(MONTH);
        live.check();
        assertThat(live.ring().active(Purpose.SEALING)).isNotEqualTo(first.active(Purpose.SEALING));
        assertThat(live.ring().active(Purpose.SIGNING)).isEqualTo(first.active(Purpose.SIGNING));
        assertThat(live.ring().of(Purpose.SIGNING)).hasSize(2);

        pass(Duration.ofMinutes(5));
        live.check();
        assertThat(live.ring().active(Purpose.SIGNING)).isNotEqualTo(first.active(Purpose.SIGNING));
        assertThat(live.ring()
                        .find(Purpose.SIGNING, first.active(Purpose.SIGNING).id()))
                .isNotNull();

        pass(Duration.ofHours(1));
        live.check();
        assertThat(live.ring()
                        .find(Purpose.SIGNING, first.active(Purpose.SIGNING).id()))
                .isNull();
        assertThat(live.ring()
                        .find(Purpose.SEALING, first.active(Purpose.SEALING).id()))
                .isNotNull();
        assertThat(enforced)
                .endsWith(live.ring())
                .isSortedAccordingTo((a, b) -> Long.compare(a.version(), b.version()));
        assertThat(new KeyRingFile(folder.resolve("state")).read()).isEqualTo(live.ring());
    }

    @Test
    void keysWithoutAFolderRotateToo() throws Exception {
        LiveKeys live = open(null);
        KeyRing first = live.ring();

        pass(MONTH);
        live.check();

        assertThat(live.ring().active(Purpose.SEALING)).isNotEqualTo(first.active(Purpose.SEALING));
    }

    @Test
    void whatIsDueAtTheStartIsDoneAtTheStart() throws Exception {
        KeyRing first = new KeyRingFile(state()).readOrCreate(new SecureRandom(), now.get());
        pass(MONTH.multipliedBy(2));

        LiveKeys live = open(state());

        assertThat(live.ring().version()).isGreaterThan(first.version());
        assertThat(enforced).isNotEmpty();
    }

    @Test
    void aFileThatSomebodyElseChangesIsFollowed() throws Exception {
        LiveKeys live = open(state());
        KeyRing first = live.ring();

        KeyRotation.Emergency emergency =
                new KeyRotation(new SecureRandom()).emergency(first, KeyRotation.everything(), now.get());
        new KeyRingFile(state()).update(ring -> emergency.ring());

        await().untilAsserted(() -> assertThat(live.ring()).isEqualTo(emergency.ring()));
        assertThat(enforced).containsExactly(emergency.ring());
    }

    @Test
    void aFileThatBecomesUnreadableIsSaidOnceAndChangesNothing() throws Exception {
        LiveKeys live = open(state());
        KeyRing first = live.ring();
        Files.writeString(state().resolve("keys.json"), "{");
        await().until(() -> said().contains("not a usable key ring"));

        pass(MONTH);
        live.check();
        live.check();

        assertThat(live.ring()).isEqualTo(first);
        assertThat(state().resolve("keys.json")).hasContent("{");
        assertThat(said().split("not a usable key ring", -1)).hasSize(2);
    }

    @Test
    void aFileThatIsGoneIsNotMadeAgainWhileItsKeysAreInUse() throws Exception {
        LiveKeys live = open(state());
        Files.delete(state().resolve("keys.json"));

        await().until(() -> said().contains("there are no keys"));
        assertThat(state().resolve("keys.json")).doesNotExist();
        assertThat(live.ring().active(Purpose.SEALING)).isNotNull();
    }

    @Test
    void aRingThatTheGatewayRefusesIsNotCountedAsKnown() throws Exception {
        keys = LiveKeys.open(state(), now::get, terminal());
        KeyRing first = keys.ring();
        keys.keepUp(() -> POLICIES, ring -> {
            throw new IllegalStateException("refused");
        });

        pass(MONTH);
        keys.check();
        pass(MONTH);
        keys.check();

        assertThat(keys.ring()).isEqualTo(first);
        assertThat(said()).contains("refused");
        assertThat(new KeyRingFile(state()).read().active(Purpose.SEALING)).isEqualTo(first.active(Purpose.SEALING));
    }

    private LiveKeys open(@Nullable Path state) throws Exception {
        keys = LiveKeys.open(state, now::get, terminal());
        keys.keepUp(() -> POLICIES, enforced::add);
        return keys;
    }

    private Path state() {
        return folder.resolve("state");
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private Terminal terminal() {
        PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        return new Terminal(stream, stream, false);
    }
}
