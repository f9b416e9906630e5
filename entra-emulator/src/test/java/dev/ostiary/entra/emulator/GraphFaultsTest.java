package dev.ostiary.entra.emulator;

import static dev.ostiary.entra.emulator.GraphClient.body;
import static dev.ostiary.entra.emulator.GraphClient.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.Faults.Fault;
import dev.ostiary.entra.emulator.graph.GraphWrites.Write;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Replicas that lag behind, and writes that go wrong on their way. */
class GraphFaultsTest {

    private EntraEmulator entra;
    private GraphClient graph;

    @BeforeEach
    void start() {
        entra = EntraEmulator.start(Settings.of(EmptyTenant.directory()).withKeys(Flow.KEYS));
        graph = GraphClient.of(entra, EmptyTenant.APPLICATION_ADMINISTRATOR);
    }

    @AfterEach
    void stop() {
        entra.close();
    }

    @Test
    @DisplayName("a new application is 404 for so many reads, and so is what hangs on it")
    void hiddenAtFirst() {
        entra.consistency().hideCreated(2);
        JsonNode made = graph.post("/applications", body("{'displayName':'a'}"));
        String path = "/applications/" + made.path("id").asText();
        refused(graph.get(path), 404, "Request_ResourceNotFound");
        refused(
                graph.send(
                        "POST",
                        "/servicePrincipals",
                        Map.of("appId", made.path("appId").asText())),
                400,
                "Request_BadRequest");
        assertThat(graph.json(path).path("displayName").asText()).isEqualTo("a");
        assertThat(graph.json("/applications").path("value")).hasSize(1);
    }

    @Test
    @DisplayName("a changed application reads as it was for so many reads")
    void staleAtFirst() {
        JsonNode made = graph.post("/applications", body("{'displayName':'a'}"));
        String path = "/applications/" + made.path("id").asText();
        entra.consistency().staleReads(2);
        graph.patch(path, body("{'displayName':'b'}"));
        assertThat(graph.json(path).path("displayName").asText()).isEqualTo("a");
        assertThat(graph.json("/applications")
                        .path("value")
                        .path(0)
                        .path("displayName")
                        .asText())
                .isEqualTo("a");
        assertThat(graph.json(path).path("displayName").asText()).isEqualTo("b");
        graph.delete(path);
        graph.json(path);
        graph.json(path);
        refused(graph.get(path), 404, "Request_ResourceNotFound");
    }

    @Test
    @DisplayName("or for a time of the emulator's clock")
    void lag() {
        entra.consistency().lag(Duration.ofSeconds(30));
        JsonNode made = graph.post("/applications", body("{'displayName':'a'}"));
        String path = "/applications/" + made.path("id").asText();
        refused(graph.get(path), 404, "Request_ResourceNotFound");
        entra.clock().advance(Duration.ofSeconds(31));
        graph.json(path);
        entra.consistency().clear();
        graph.patch(path, body("{'displayName':'b'}"));
        assertThat(graph.json(path).path("displayName").asText()).isEqualTo("b");
    }

    @Test
    @DisplayName("the second write is cut off after it was done; reads go on")
    void cut() {
        entra.faults().cut(Area.GRAPH_WRITES, 1);
        graph.post("/applications", body("{'displayName':'a'}"));
        assertThatThrownBy(() -> graph.send("POST", "/applications", body("{'displayName':'b'}")))
                .isInstanceOf(AssertionError.class)
                .hasRootCauseInstanceOf(java.io.IOException.class);
        assertThat(graph.json("/applications").path("value")).hasSize(2);
        graph.post("/applications", body("{'displayName':'c'}"));
        assertThat(entra.graphWrites().all()).extracting(Write::status).containsExactly(201, 201, 201);
    }

    @Test
    @DisplayName("throttled with Retry-After, unavailable, and a 504 although it was done")
    void statuses() {
        entra.faults().throttle(Area.GRAPH_WRITES, 7, 1);
        HttpResponse<String> throttled = graph.send("POST", "/applications", body("{'displayName':'a'}"));
        assertThat(throttled.statusCode()).isEqualTo(429);
        assertThat(throttled.headers().firstValue("Retry-After")).contains("7");
        assertThat(Browserless.json(throttled).path("error").path("code").asText())
                .isEqualTo("TooManyRequests");
        assertThat(graph.json("/applications").path("value")).isEmpty();
        entra.faults().arm(Area.GRAPH_WRITES, new Fault.DoneButStatus(504), 1);
        assertThat(graph.send("POST", "/applications", body("{'displayName':'a'}"))
                        .statusCode())
                .isEqualTo(504);
        assertThat(graph.json("/applications").path("value")).hasSize(1);
        assertThat(entra.graphWrites().all()).extracting(Write::status).containsExactly(429, 201);
        assertThat(entra.graphWrites().all()).extracting(Write::succeeded).containsExactly(false, true);
    }

    @Test
    @DisplayName("all of it over the admin API")
    void adminApi() {
        Browserless http = new Browserless(entra);
        admin(http, "POST", "graph/consistency", "{\"hideCreated\":1}");
        admin(http, "POST", "faults", "{\"area\":\"graph_writes\",\"cut\":true,\"after\":5,\"times\":1}");
        JsonNode made = graph.post("/applications", body("{'displayName':'a'}"));
        refused(graph.get("/applications/" + made.path("id").asText()), 404, "Request_ResourceNotFound");
        JsonNode writes = admin(http, "GET", "graph/writes", "");
        assertThat(writes.path("writes")).hasSize(1);
        assertThat(writes.path("writes").path(0).path("path").asText()).isEqualTo("/v1.0/applications");
        assertThat(writes.path("writes").path(0).path("status").asInt()).isEqualTo(201);
        admin(http, "DELETE", "graph/writes", "");
        assertThat(entra.graphWrites().all()).isEmpty();
    }

    private static JsonNode admin(Browserless http, String method, String path, String body) {
        HttpResponse<String> response = http.send(http.to("/_emulator/" + path)
                .header("Emulator-Admin", "1")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build());
        return GraphClient.expect(200, response);
    }
}
