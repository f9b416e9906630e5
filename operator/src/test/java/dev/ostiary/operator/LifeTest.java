package dev.ostiary.operator;

import static dev.ostiary.operator.Fixture.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.crds.Condition;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Starting, standing by, taking over, ending; and what probes are told of it. */
class LifeTest {

    private final HttpClient http = HttpClient.newHttpClient();
    private Fixture fixture;

    @BeforeEach
    void start() {
        fixture = new Fixture();
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
        http.close();
    }

    @Test
    void oneReplicaWorksAndAnotherTakesOver() throws Exception {
        fixture.stopOperator();
        AtomicInteger lost = new AtomicInteger();
        try (Operator second = leader(lost)) {
            assertThat(answer(second, "/readyz").statusCode()).isEqualTo(200);
            fixture.gateway("engineering", "");
            until(() -> assertThat(fixture.gatewayCondition("engineering", "Programmed")
                            .status())
                    .isEqualTo(Condition.Status.TRUE));
        }
        assertThat(lost).as("nobody lost a lease: it was given back").hasValue(0);
    }

    /** The second of two, after the first has ended in order. */
    private Operator leader(AtomicInteger lost) throws Exception {
        Operator first = fixture.replica("first", lost::incrementAndGet);
        Operator second = null;
        try {
            until(() -> assertThat(first.leading()).isTrue());
            second = fixture.replica("second", lost::incrementAndGet);
            Operator standby = second;
            until(() -> assertThat(answer(standby, "/readyz").body())
                    .as("who stands by is ready, so that a rolling upgrade goes on")
                    .isEqualTo("ok\n"));
            assertThat(second.leading()).isFalse();
            assertThat(answer(second, "/metrics").body()).contains("ostiary_operator_leader 0.0");
        } finally {
            first.close();
        }
        Operator taking = second;
        until(() -> assertThat(taking.leading()).isTrue());
        return second;
    }

    @Test
    void probesAndMetricsAreServed() throws Exception {
        fixture.gateway("engineering", "");
        until(() -> assertThat(
                        fixture.gatewayCondition("engineering", "Programmed").status())
                .isEqualTo(Condition.Status.TRUE));

        Operator operator = fixture.operator();
        assertThat(answer(operator, "/livez").statusCode()).isEqualTo(200);
        until(() -> assertThat(answer(operator, "/readyz").body()).isEqualTo("ok\n"));
        assertThat(answer(operator, "/elsewhere").statusCode()).isEqualTo(404);
        assertThat(http.send(
                                HttpRequest.newBuilder(uri(operator, "/metrics"))
                                        .POST(HttpRequest.BodyPublishers.ofString("x"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(405);
        // The operator hears of its own writes a little later than whoever reads them at the API server.
        until(() -> assertThat(answer(operator, "/metrics").body())
                .contains("ostiary_operator_conditions{kind=\"McpGateway\",reason=\"Programmed\",status=\"true\","
                        + "type=\"Programmed\"} 1.0"));
        assertThat(answer(operator, "/metrics").body())
                .contains("ostiary_operator_reconcile_seconds_count{kind=\"McpGateway\",outcome=\"updated\"}")
                .contains("ostiary_operator_writes_total{kind=\"Deployment\",verb=\"apply\"}")
                .contains("ostiary_operator_world{kind=\"gateways\"} 1.0")
                .contains("ostiary_operator_compile_seconds_count")
                .contains("ostiary_operator_leader 1.0")
                .contains("ostiary_operator_keys_overdue_seconds 0.0")
                .doesNotContain("engineering");
    }

    @Test
    void itEndsWithinTheGracePeriod() throws IOException {
        Operator operator = fixture.operator();
        URI live = uri(operator, "/livez");
        long begin = System.nanoTime();
        operator.close();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Operator.STOPPING.plusSeconds(5));
        assertThatThrownBy(
                        () -> http.send(HttpRequest.newBuilder(live).build(), HttpResponse.BodyHandlers.discarding()))
                .isInstanceOf(IOException.class);
        assertThat(operator.leading()).isTrue();
    }

    private HttpResponse<String> answer(Operator operator, String path) throws Exception {
        return http.send(HttpRequest.newBuilder(uri(operator, path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static URI uri(Operator operator, String path) {
        return URI.create("http://127.0.0.1:" + operator.adminAddress().getPort() + path);
    }
}
