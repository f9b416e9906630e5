package dev.ostiary.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.gateway.config.KeyRing.Purpose;
import dev.ostiary.gateway.config.KeyRing.State;
import dev.ostiary.gateway.config.KeyRotation.Reported;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyRotationTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    private static final Duration MONTH = Duration.ofDays(30);
    private static final KeyPolicies POLICIES = KeyPolicies.of(MONTH, FacadeSettings.DEFAULT);

    private final KeyRotation rotation = new KeyRotation(RANDOM);
    private final KeyRing first = KeyRing.generate(RANDOM, START);

    @Test
    void nothingChangesBeforeItIsDue() {
        Instant before = START.plus(MONTH).minusMillis(1);

        assertThat(rotation.next(first, POLICIES, enforcedSince(first, START), before))
                .isSameAs(first);
    }

    @ParameterizedTest
    @EnumSource(Purpose.class)
    void aKeyIsPublishedThenUsedThenRetiredThenGone(Purpose purpose) {
        KeyPolicies.Policy policy = POLICIES.of(purpose);
        Instant due = START.plus(MONTH);
        KeyRing.Key old = first.active(purpose);

        KeyRing published = rotation.next(first, POLICIES, enforcedSince(first, START), due);
        assertThat(states(published, purpose)).containsExactly(State.ACTIVE, State.PUBLISHED);
        assertThat(published.active(purpose)).isEqualTo(old);

        Instant reported = due.plusSeconds(30);
        Instant usable = reported.plus(policy.delay());
        if (!policy.delay().isZero()) {
            KeyRing waiting =
                    rotation.next(published, POLICIES, enforcedSince(published, reported), usable.minusMillis(1));
            assertThat(waiting.active(purpose)).isEqualTo(old);
        }
        KeyRing used = rotation.next(published, POLICIES, enforcedSince(published, reported), usable);
        assertThat(states(used, purpose)).containsExactly(State.RETIRING, State.ACTIVE);
        assertThat(used.active(purpose).id())
                .isEqualTo(published.of(purpose).getLast().id());
        assertThat(used.find(purpose, old.id()).until())
                .as("some replica may still use it")
                .isNull();

        Instant stopped = usable.plusSeconds(5);
        KeyRing counting = rotation.next(used, POLICIES, enforcedSince(used, stopped), stopped);
        Instant end = counting.find(purpose, old.id()).until();
        assertThat(end).isEqualTo(stopped.plus(policy.retention()));

        KeyRing all = counting;
        Reported everywhere = new Reported(Long.MAX_VALUE, stopped);
        assertThat(rotation.next(all, never(), everywhere, end.minusMillis(1)).find(purpose, old.id()))
                .isNotNull();
        assertThat(rotation.next(all, never(), everywhere, end).find(purpose, old.id()))
                .isNull();
    }

    @Test
    void aReplicaThatLagsBehindStopsEverythingButPublishing() {
        Reported lagging = enforcedSince(first, START);
        KeyRing published = rotation.next(first, POLICIES, lagging, START.plus(MONTH));
        assertThat(published.version()).isEqualTo(2);

        assertThat(rotation.next(published, POLICIES, lagging, START.plus(Duration.ofDays(9999))))
                .isSameAs(published);
    }

    @Test
    void aRotationCanBeAskedForAndIsDoneOnce() {
        KeyRing begun = rotation.begin(first, KeyRotation.everything(), START);

        assertThat(begun.version()).isEqualTo(2);
        assertThat(begun.keys()).hasSize(2 * Purpose.values().length);
        assertThat(rotation.begin(begun, KeyRotation.everything(), START)).isSameAs(begun);
        assertThat(rotation.begin(first, Set.of(Purpose.SIGNING), START).keys()).hasSize(Purpose.values().length + 1);
    }

    @Test
    void anEmergencyLeavesNothingOfTheOldKeysAndSaysWhatEnds() {
        KeyRing begun = rotation.begin(first, KeyRotation.everything(), START);

        KeyRotation.Emergency all = rotation.emergency(begun, KeyRotation.everything(), START);
        assertThat(all.ring().keys()).hasSize(Purpose.values().length).allMatch(key -> key.state() == State.ACTIVE);
        assertThat(all.ring().keys())
                .extracting(KeyRing.Key::id)
                .doesNotContainAnyElementsOf(
                        begun.keys().stream().map(KeyRing.Key::id).toList());
        assertThat(all.ring().version()).isEqualTo(begun.version() + 1);
        assertThat(all.ends()).hasSize(Purpose.values().length).doesNotHaveDuplicates();

        KeyRotation.Emergency one = rotation.emergency(begun, Set.of(Purpose.SIGNING), START);
        assertThat(one.ring().of(Purpose.SEALING)).isEqualTo(begun.of(Purpose.SEALING));
        assertThat(one.ring().of(Purpose.SIGNING)).hasSize(1);
        assertThat(one.ends()).singleElement().asString().contains("access token");
    }

    @Test
    void lifetimesFollowFromTheSettings() {
        assertThat(POLICIES.of(Purpose.SIGNING).delay()).isEqualTo(Duration.ofMinutes(5));
        assertThat(POLICIES.of(Purpose.SIGNING).retention()).isGreaterThan(Duration.ofMinutes(15));
        assertThat(POLICIES.of(Purpose.ASSERTION).delay()).isEqualTo(Duration.ofMinutes(2));
        assertThat(POLICIES.of(Purpose.SEALING).retention()).isEqualTo(MONTH);
        assertThat(POLICIES.of(Purpose.ENCRYPTION).retention()).isEqualTo(MONTH);
        assertThat(POLICIES.of(Purpose.REGISTRATION).retention()).isEqualTo(Duration.ofDays(730));
        assertThatThrownBy(() -> KeyPolicies.of(Duration.ZERO, null)).isInstanceOf(IllegalArgumentException.class);
    }

    /**
     * Three replicas that lag, stop and restart, a clock that jumps, rotations asked for and emergencies, at random. What was
     * sealed or signed is remembered with its key and its end, and must be readable by every replica until then.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void whateverHappensOneKeyIsActiveAndNothingValidBecomesUnreadable(long seed) {
        Random chance = new Random(seed);
        List<Purpose> all = List.of(Purpose.values());
        KeyPolicies policies = shortened(Duration.ofHours(5 + chance.nextInt(60)));
        KeyRing ring = KeyRing.generate(RANDOM, START);
        Instant now = START;
        KeyRing[] replicas = {ring, ring, ring};
        Instant[] since = {now, now, now};
        Map<String, Instant> validUntil = new HashMap<>();
        Map<String, Purpose> purposes = new HashMap<>();
        Set<Purpose> changed = new HashSet<>();
        for (int step = 0; step < 3_000; step++) {
            now = now.plusSeconds(chance.nextInt(chance.nextInt(50) == 0 ? 400_000 : 600));
            // A replica comes to the current ring, some of the time.
            int one = chance.nextInt(replicas.length);
            if (chance.nextBoolean() && replicas[one].version() != ring.version()) {
                replicas[one] = ring;
                since[one] = now;
            }
            // Every replica seals and signs with what it has.
            for (KeyRing replica : replicas) {
                for (Purpose purpose : Purpose.values()) {
                    KeyRing.Key key = replica.active(purpose);
                    validUntil.merge(
                            key.id(), now.plus(policies.of(purpose).retention()), (a, b) -> a.isAfter(b) ? a : b);
                    purposes.put(key.id(), purpose);
                }
            }
            long version = Long.MAX_VALUE;
            Instant last = START;
            for (int i = 0; i < replicas.length; i++) {
                version = Math.min(version, replicas[i].version());
                last = since[i].isAfter(last) ? since[i] : last;
            }
            KeyRing before = ring;
            ring = chance.nextInt(300) == 0
                    ? rotation.begin(ring, Set.of(all.get(chance.nextInt(all.size()))), now)
                    : rotation.next(ring, policies, new Reported(version, last), now);

            assertThat(ring.equals(before) ? before.version() : before.version() + 1)
                    .isEqualTo(ring.version());
            for (Purpose purpose : Purpose.values()) {
                assertThat(ring.of(purpose).stream().filter(key -> key.state() == State.ACTIVE))
                        .hasSize(1);
                if (!ring.active(purpose).equals(before.active(purpose))) {
                    changed.add(purpose);
                    for (KeyRing replica : replicas) {
                        assertThat(replica.find(purpose, ring.active(purpose).id()))
                                .as("every replica knows the key before it is used")
                                .isNotNull();
                    }
                }
            }
            List<KeyRing> everywhere = new ArrayList<>(List.of(replicas));
            everywhere.add(ring);
            Instant time = now;
            validUntil.values().removeIf(end -> end.isBefore(time));
            for (KeyRing here : everywhere) {
                validUntil
                        .keySet()
                        .forEach(id ->
                                assertThat(here.find(purposes.get(id), id)).isNotNull());
            }
            assertThat(ring.keys()).as("the ring stays small").hasSizeLessThan(200);
        }
        assertThat(changed).as("it did rotate").containsExactlyInAnyOrder(Purpose.values());
    }

    private static KeyPolicies shortened(Duration rotateEvery) {
        Map<Purpose, KeyPolicies.Policy> policies = new HashMap<>();
        POLICIES.byPurpose()
                .forEach((purpose, policy) -> policies.put(
                        purpose,
                        new KeyPolicies.Policy(
                                rotateEvery,
                                policy.delay(),
                                purpose == Purpose.REGISTRATION ? Duration.ofDays(60) : policy.retention())));
        return new KeyPolicies(policies);
    }

    private static KeyPolicies never() {
        return KeyPolicies.of(Duration.ofDays(36500), FacadeSettings.DEFAULT);
    }

    private static Reported enforcedSince(KeyRing ring, Instant since) {
        return new Reported(ring.version(), since);
    }

    private static List<State> states(KeyRing ring, Purpose purpose) {
        return ring.of(purpose).stream().map(KeyRing.Key::state).toList();
    }
}
