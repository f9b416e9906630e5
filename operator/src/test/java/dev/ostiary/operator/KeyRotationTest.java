package dev.ostiary.operator;

import static dev.ostiary.operator.Fixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGatewayReplica;
import dev.ostiary.gateway.config.KeyPolicies;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.KeyRing.Purpose;
import dev.ostiary.gateway.config.KeyRing.State;
import dev.ostiary.gateway.config.KeyRingCodec;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys through time: known to every replica before they are used, used before the old ones go. */
class KeyRotationTest {

    private static final Duration A_MONTH = Duration.ofDays(31);

    private final ShiftedClock clock = new ShiftedClock();
    private Fixture fixture;

    @BeforeEach
    void start() {
        fixture = new Fixture(clock);
        fixture.gateway("engineering", "keys: { rotateEvery: 30d }");
        until(() -> assertThat(
                        fixture.gatewayCondition("engineering", "Programmed").status())
                .isEqualTo(Condition.Status.TRUE));
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void aKeyIsPublishedThenActiveThenRetiringThenGone() throws IOException {
        String first = ring().active(Purpose.SIGNING).id();

        clock.forward(A_MONTH);
        untilStates(Purpose.SIGNING, State.ACTIVE, State.PUBLISHED);
        assertThat(ring().active(Purpose.SIGNING).id())
                .as("the old one still signs")
                .isEqualTo(first);
        untilEveryReplicaHasIt();

        // Every replica has it now, and the time is up for which somebody may have an older list of public keys.
        clock.forward(KeyPolicies.JWKS_MAX_AGE.plusMinutes(1));
        untilStates(Purpose.SIGNING, State.RETIRING, State.ACTIVE);
        assertThat(ring().find(Purpose.SIGNING, first).state()).isEqualTo(State.RETIRING);
        untilEveryReplicaHasIt();
        until(() -> {
            look();
            assertThat(ring().find(Purpose.SIGNING, first).until())
                    .as("nobody uses it any more, so its end is known")
                    .isNotNull();
        });

        // Access tokens of fifteen minutes at most, and clocks that differ.
        clock.forward(Duration.ofMinutes(30));
        untilStates(Purpose.SIGNING, State.ACTIVE);
        assertThat(ring().find(Purpose.SIGNING, first)).isNull();
        assertThat(ring().of(Purpose.REGISTRATION))
                .as("what clients keep for years is readable for years")
                .extracting(KeyRing.Key::state)
                .contains(State.RETIRING);
    }

    @Test
    void noKeyIsUsedBeforeEveryReplicaHasIt() throws Exception {
        fixture.cluster.silence();
        clock.forward(A_MONTH);
        untilStates(Purpose.SIGNING, State.ACTIVE, State.PUBLISHED);
        long version = ring().version();

        // However long it lasts: the replicas report an older ring.
        clock.forward(Duration.ofDays(2));
        for (int i = 0; i < 3; i++) {
            look();
            Quiet.await(fixture);
        }
        assertThat(ring().version()).isEqualTo(version);
        untilStates(Purpose.SIGNING, State.ACTIVE, State.PUBLISHED);
        assertThat(overdueSeconds()).as("what the alert on keys goes by").isGreaterThan(2 * 86_400);

        fixture.cluster.speak();
        until(() -> {
            look();
            clock.forward(Duration.ofMinutes(1));
            assertThat(states(Purpose.SIGNING)).contains(State.RETIRING);
        });
    }

    @Test
    void aPlannedRotationBeginsWhenItIsAskedFor() throws IOException {
        String first = ring().active(Purpose.ASSERTION).id();

        ask("planned:assertion");

        until(() -> {
            assertThat(states(Purpose.ASSERTION)).containsExactlyInAnyOrder(State.ACTIVE, State.PUBLISHED);
            assertThat(annotations()).doesNotContainKey("ostiary.dev/rotate");
        });
        assertThat(states(Purpose.SIGNING)).containsExactly(State.ACTIVE);
        assertThat(ring().active(Purpose.ASSERTION).id()).isEqualTo(first);
    }

    @Test
    void anEmergencyForgetsTheOldKeysAtOnceAndReachesReplicas() throws IOException {
        KeyRing before = ring();

        ask("emergency:signing");

        until(() -> {
            assertThat(ring().active(Purpose.SIGNING).id())
                    .isNotEqualTo(before.active(Purpose.SIGNING).id());
            assertThat(annotations()).doesNotContainKey("ostiary.dev/rotate");
        });
        assertThat(ring().of(Purpose.SIGNING)).hasSize(1);
        assertThat(ring().of(Purpose.ENCRYPTION)).isEqualTo(before.of(Purpose.ENCRYPTION));
        untilEveryReplicaHasIt();
    }

    @Test
    void aWishThatCannotBeMeantChangesNothing() throws IOException {
        KeyRing before = ring();

        for (String value : List.of("emergency:everything", "now", "emergency:", "planned:signing,", "")) {
            ask(value);
            look();
            Quiet.await(fixture);
        }

        assertThat(ring()).isEqualTo(before);
        assertThat(annotations()).containsKey("ostiary.dev/rotate");
    }

    private double overdueSeconds() throws Exception {
        URI metrics = URI.create(
                "http://127.0.0.1:" + fixture.operator().adminAddress().getPort() + "/metrics");
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("ostiary_operator_keys_overdue_seconds "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private void ask(String value) {
        until(() -> fixture.admin
                .secrets()
                .inNamespace(fixture.namespace)
                .withName("engineering-keys")
                .edit(secret -> secret.edit()
                        .editMetadata()
                        .addToAnnotations("ostiary.dev/rotate", value)
                        .endMetadata()
                        .build()));
    }

    private Map<String, String> annotations() {
        Map<String, String> found =
                fixture.get(Secret.class, "engineering-keys").getMetadata().getAnnotations();
        return found == null ? Map.of() : found;
    }

    /** And the operator knows, at the time that it is now. */
    private void untilEveryReplicaHasIt() {
        until(() -> assertThat(fixture.admin
                        .resources(McpGatewayReplica.class)
                        .inNamespace(fixture.namespace)
                        .list()
                        .getItems())
                .hasSize(2)
                .allSatisfy(replica ->
                        assertThat(replica.getSpec().keyRingVersion()).isEqualTo(ring().version())));
        look();
        Quiet.await(fixture);
    }

    /** What the operator does by itself every half minute, or quarter of an hour, of real time. */
    private void look() {
        fixture.operator().sing();
    }

    private void untilStates(Purpose purpose, State... states) {
        until(() -> {
            look();
            assertThat(states(purpose)).containsExactlyInAnyOrder(states);
        });
    }

    private List<State> states(Purpose purpose) throws IOException {
        return ring().of(purpose).stream().map(KeyRing.Key::state).toList();
    }

    private KeyRing ring() throws IOException {
        return KeyRingCodec.read(fixture.data("engineering-keys").get("keys.json"));
    }
}
