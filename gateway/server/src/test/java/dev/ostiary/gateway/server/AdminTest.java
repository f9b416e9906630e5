package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.gateway.config.FacadeSettings;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdminTest extends GatewayScenario {

    @Test
    void thePlatformLearnsWhetherAndWhatIsServed() throws Exception {
        assertThat(gateway.admin("/livez").statusCode()).isEqualTo(200);
        assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(200);
        assertThat(gateway.admin("/revision").body()).isEqualTo(gateway.server.revision() + "\n");
        gateway.apply(gateway.route("other"));
        assertThat(gateway.admin("/revision").body()).isEqualTo(gateway.server.revision() + "\n");
        for (String path : List.of("/", "/livezzz", "/readyz/x", "/metrics/", "/admin")) {
            assertThat(gateway.admin(path).statusCode()).as(path).isEqualTo(404);
        }
        HttpRequest post = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.server.adminPort() + "/livez"))
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build();
        assertThat(gateway.http.send(post, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(405);
    }

    @Test
    void nothingThatACallerSendsMakesAnotherTimeSeries() throws Exception {
        gateway.post("ben", "notes", READ);
        gateway.post("ben", "notes", call(1, "unknown"));
        gateway.post("ben", "nowhere0", READ);
        inSession("ben", "junk", READ);
        gateway.post("", "notes", READ, "Authorization", "Bearer junk");
        gateway.post("ben", "notes", request(1, "made/up0", "{}"));
        long before = series();
        for (int i = 1; i < 20; i++) {
            gateway.post("ben", "notes", call(i, "unknown" + i));
            gateway.post("ben", "nowhere" + i, READ);
            inSession("ben", "junk" + i, READ);
            gateway.post("", "notes", READ, "Authorization", "Bearer junk" + i);
            gateway.post("ben", "notes", request(1, "made/up" + i, "{}"));
        }
        assertThat(series()).isEqualTo(before);
    }

    @Test
    void whatHappensAtTheFacadeIsCountedAndWrittenDown() throws Exception {
        gateway.facade = FacadeSettings.DEFAULT;
        gateway.apply(notes(), gateway.route("other"));
        try {
            HttpResponse<String> page = gateway.http.send(
                    HttpRequest.newBuilder(URI.create(gateway.publicUrl() + "/authorize?client_id=nobody"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            HttpResponse<String> refused = gateway.http.send(
                    HttpRequest.newBuilder(URI.create(gateway.publicUrl() + "/token"))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(HttpRequest.BodyPublishers.ofString("grant_type=authorization_code"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());

            assertThat(page.statusCode()).isEqualTo(400);
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(gateway.admin("/metrics").body())
                    .contains("ostiary_facade_events_total{event=\"refused\",reason=\"BAD_REQUEST\"} 1.0")
                    .contains("ostiary_grants_events_total{event=\"refused\",reason=\"invalid_client\"} 1.0");
            String correlation =
                    page.headers().firstValue("ostiary-correlation-id").orElseThrow();
            await().untilAsserted(() -> assertThat(gateway.audit.toString(StandardCharsets.UTF_8))
                    .contains("\"event\":\"request_refused\"", correlation, "\"event\":\"token_refused\""));
        } finally {
            gateway.facade = null;
        }
    }

    private long series() throws Exception {
        return gateway.admin("/metrics")
                .body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .count();
    }
}
