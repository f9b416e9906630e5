package dev.ostiary.operator;

import static dev.ostiary.operator.Fixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.crds.Condition;
import dev.ostiary.crds.McpGateway;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A leader that loses its lease writes nothing from that moment on, even while its process still lives. */
class LeaseTest {

    /** Kubernetes' MicroTime. */
    private static final DateTimeFormatter MICRO_TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT);

    private Fixture fixture;
    private String otherUser;

    @BeforeEach
    void start() {
        fixture = new Fixture();
        fixture.stopOperator();
        // The audit log tells two replicas apart by their names alone.
        otherUser = fixture.user + "-2";
        ChartRules.alsoGrant(fixture.admin, otherUser, fixture.namespace);
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void theOldLeaderStopsWritingAndTheNewOneTakesOver() throws Exception {
        CountDownLatch lost = new CountDownLatch(1);
        try (KubernetesClient otherClient = ChartRules.client(fixture.server, otherUser);
                Operator first = fixture.replica("first", lost::countDown)) {
            until(() -> assertThat(first.leading()).isTrue());
            fixture.gateway("engineering", "");
            untilProgrammed();
            try (Operator second = Operator.start(
                    otherClient,
                    Given.settings(
                            fixture.namespace, Map.of("OSTIARY_LEADER_ELECTION", "true", "OSTIARY_POD", "second")),
                    Clock.systemUTC(),
                    () -> {})) {
                assertThat(second.leading()).isFalse();

                giveTheLeaseTo("somebody-else");
                assertThat(lost.await(60, TimeUnit.SECONDS)).isTrue();
                long writes = writes(fixture.user).size();
                // Nobody leads, and the process of the old leader goes on: it sees this edit, and may not act on it.
                fixture.apply(McpGateway.class, Given.gateway(fixture.namespace, "engineering", "replicas: 3"));
                until(() -> assertThat(first.longestWait()).isZero());
                first.sing();

                until(() -> assertThat(second.leading()).isTrue());
                untilEnforcedBy("3/3");
                first.sing();
                fixture.apply(McpGateway.class, Given.gateway(fixture.namespace, "engineering", "replicas: 1"));
                untilEnforcedBy("1/1");

                assertThat(first.leading()).isFalse();
                assertThat(writes(otherUser)).isNotEmpty();
                assertThat(writes(fixture.user)).as("of the old leader").hasSize((int) writes);
            }
        }
    }

    /** As somebody does who holds it and renews it at this moment. */
    private void giveTheLeaseTo(String holder) {
        until(() -> fixture.admin
                .genericKubernetesResources("coordination.k8s.io/v1", "Lease")
                .inNamespace(fixture.namespace)
                .withName(Operator.LEASE)
                .edit(lease -> {
                    Map<String, Object> spec = lease.get("spec");
                    spec.put("holderIdentity", holder);
                    spec.put("renewTime", MICRO_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)));
                    return lease;
                }));
    }

    private List<ChartRules.Request> writes(String user) {
        return ChartRules.requests(fixture.server, user).stream()
                .filter(ChartRules.Request::writes)
                .filter(request -> !request.resource().equals("leases"))
                .toList();
    }

    private void untilEnforcedBy(String replicas) {
        until(() -> assertThat(
                        fixture.get(McpGateway.class, "engineering").getStatus().enforcedBy())
                .isEqualTo(replicas));
        untilProgrammed();
    }

    private void untilProgrammed() {
        until(() -> {
            Condition programmed = fixture.gatewayCondition("engineering", "Programmed");
            assertThat(programmed.observedGeneration())
                    .isEqualTo(fixture.get(McpGateway.class, "engineering")
                            .getMetadata()
                            .getGeneration());
            assertThat(programmed.status()).as(programmed.toString()).isEqualTo(Condition.Status.TRUE);
        });
    }
}
