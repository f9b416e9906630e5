package dev.ostiary.gateway.bridge;

import static dev.ostiary.gateway.bridge.Bridge.call;
import static dev.ostiary.gateway.bridge.Bridge.rpc;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who gets nothing, and what a server gets of the bridge: nothing. */
class StrangersTest {

    private static Bridge bridge;

    @BeforeAll
    static void start() throws Exception {
        bridge = new Bridge(
                List.of("--message-bytes", "100000"),
                List.of(SmallServer.path(), "an argument", "", "ü'$HOME"),
                Map.of(
                        "LC_ALL",
                        "C.UTF-8",
                        "ODD",
                        "a=b\n\u00fc",
                        "_JAVA_OPTIONS",
                        "-Dx=y",
                        "JAVA_TOOL_OPTIONS",
                        "-Dz=1"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (bridge != null) {
            bridge.close();
        }
    }

    private static int statusWith(String... assertions) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(bridge.uri("/mcp"))
                .timeout(Bridge.PATIENCE)
                .header("Accept", "application/json, text/event-stream")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(rpc("1", "ping", "{}")));
        for (String assertion : assertions) {
            request.header("Ostiary-Assertion", assertion);
        }
        HttpResponse<String> response = bridge.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.body()).doesNotContain("eyJ");
        return response.statusCode();
    }

    @Test
    void withoutAValidAssertionThereIsNothing() throws Exception {
        GatewayKeys keys = bridge.keys;
        long now = System.currentTimeMillis() / 1000;
        String good = GatewayKeys.payload("anna", now, now + 60);
        String header = keys.header();
        // 400: let in, and told that a session is missing.
        assertThat(statusWith(keys.sign(header, good))).isEqualTo(400);
        List<String> bad = List.of(
                "",
                "x",
                "a.b.c",
                keys.sign(header, good) + ".d",
                keys.sign(header, good).replaceFirst("\\.[^.]*$", "."),
                keys.sign(header, good).replaceFirst("\\.[^.]*$", "." + "A".repeat(86)),
                new GatewayKeys("k1").sign(header, good),
                new GatewayKeys("k2").sign(new GatewayKeys("k2").header(), good),
                keys.sign(header.replace("ostiary-assertion+jwt", "at+jwt"), good),
                keys.sign(header.replace("\"typ\":\"ostiary-assertion+jwt\",", ""), good),
                keys.sign(header.replace("ES256", "none"), good),
                keys.sign(header.replace("ES256", "HS256"), good),
                keys.sign(header.replace("}", ",\"crit\":[\"exp\"]}"), good),
                keys.sign(header.replace("}", ",\"alg\":\"ES256\"}"), good),
                keys.sign(header, good.replace("mcp/small", "mcp/other")),
                keys.sign(header, good.replace("\"sub\":\"anna\"", "\"sub\":\"\"")),
                keys.sign(header, good.replace("\"sub\":\"anna\"", "\"sub\":1")),
                keys.sign(header, good.replace("\"iss\":", "\"isss\":")),
                keys.sign(header, good + " {}"),
                keys.sign(header, "[]"),
                keys.sign(header, GatewayKeys.payload("anna", now - 200, now - 100)),
                keys.sign(header, GatewayKeys.payload("anna", now + 300, now + 360)),
                keys.sign(header, GatewayKeys.payload("anna", now, now + 100_000)));
        for (String assertion : bad) {
            assertThat(assertion.isEmpty() ? statusWith() : statusWith(assertion))
                    .as(assertion)
                    .isEqualTo(401);
        }
        assertThat(statusWith(keys.sign(header, good), keys.sign(header, good))).isEqualTo(401);
        assertThat(bridge.log).noneMatch(line -> line.contains("eyJ"));
    }

    @Test
    void somebodyElsesSessionIsNone() throws Exception {
        String session = bridge.open("anna");
        assertThat(bridge.post("ben", session, call("1", "echo", 1)).statusCode())
                .isEqualTo(404);
        assertThat(bridge.delete("ben", session).statusCode()).isEqualTo(404);
        try (Bridge.Events events = bridge.stream("ben", session, null)) {
            assertThat(events.head.statusCode()).isEqualTo(404);
        }
        assertThat(bridge.post("anna", session, call("1", "echo", 1)).statusCode())
                .isEqualTo(200);
        assertThat(session).startsWith("pod-0.").hasSize(6 + 32);
        assertThat(bridge.post("anna", session.replace("pod-0", "pod-1"), call("1", "echo", 1))
                        .statusCode())
                .isEqualTo(404);
        assertThat(bridge.post("anna", null, call("1", "echo", 1)).statusCode()).isEqualTo(400);
    }

    /** Gateways pass answers on whatever replica passed the question. */
    @Test
    void anAnswerThatTheServerDidNotAskForIsRefused() throws Exception {
        String session = bridge.open("anna");

        for (String id : List.of("1", "\"1\"", "\"ostiary-1\"")) {
            String answer = "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{\"roots\":[]}}";
            assertThat(bridge.post("anna", session, answer).statusCode()).as(id).isEqualTo(400);
        }
        assertThat(bridge.post("anna", session, call("1", "echo", 1)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void keysAreReadAgain() throws Exception {
        try (Bridge own = Bridge.of()) {
            GatewayKeys next = new GatewayKeys("k2");
            String session = own.open("anna");
            GatewayKeys.write(own.keysFile(), next);
            await().atMost(Bridge.PATIENCE)
                    .until(() -> own.post("anna", session, call("1", "echo", 1)).statusCode() == 401);
            Files.writeString(own.keysFile(), "{\"keys\":[{");
            await().atMost(Bridge.PATIENCE).until(() -> {
                own.get("/readyz");
                return own.log.stream().anyMatch(line -> line.contains("cannot read the assertion keys"));
            });
            HttpRequest request = HttpRequest.newBuilder(own.uri("/mcp"))
                    .header("Ostiary-Assertion", next.of("anna"))
                    .header("Accept", "application/json, text/event-stream")
                    .header("Content-Type", "application/json")
                    .header("Mcp-Session-Id", session)
                    .POST(HttpRequest.BodyPublishers.ofString(call("1", "echo", 1)))
                    .build();
            assertThat(own.http
                            .send(request, HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void theServerGetsTheEnvironmentByteForByteAndNothingElse() throws Exception {
        String session = bridge.open("anna");
        List<String> seen = new ArrayList<>();
        var entries = Pattern.compile("\"([0-9a-f]*)\"")
                .matcher(bridge.post("anna", session, call("1", "environment", 0))
                        .body()
                        .replaceFirst(".*environment", ""));
        while (entries.find()) {
            seen.add(entries.group(1));
        }
        List<String> given = new ArrayList<>();
        byte[] environment = bridge.environment();
        int start = 0;
        for (int i = 0; i < environment.length; i++) {
            if (environment[i] == 0) {
                given.add(HexFormat.of().formatHex(environment, start, i));
                start = i + 1;
            }
        }
        seen.removeIf(String::isEmpty);
        assertThat(given).hasSizeGreaterThan(4);
        assertThat(seen).isEqualTo(given);
        assertThat(bridge.post("anna", session, call("2", "descriptors", 0)).body())
                .contains("\"0 1 2 \"");
        assertThat(bridge.post("anna", session, call("3", "arguments", 0)).body())
                .contains("\"arguments\":[\"an argument\",\"\",\"ü'$HOME\"]");
    }

    /** Messages of all callers pass through the bridge's memory, and its servers are of the same user. */
    @Test
    void aServerCannotReadTheBridgesMemory() throws Exception {
        try (Bridge own = Bridge.unprivileged(SmallServer.path())) {
            String session = own.open("anna");
            assertThat(own.post("anna", session, call("1", "peek", 0)).body()).contains("\"text\":\"denied\"");
        }
    }

    @Test
    void whatIsNoSingleMessageIsRefusedBeforeTheServerSeesIt() throws Exception {
        String session = bridge.open("anna");
        for (String body : List.of(
                "",
                "{",
                "[]",
                "[" + call("1", "echo", 1) + "]",
                "{}",
                call("1", "echo", 1) + call("2", "echo", 2),
                call("null", "echo", 1),
                call("1.5", "echo", 1),
                call("{}", "echo", 1),
                call("1", "echo", 1).replace("2.0", "1.0"),
                call("1", "echo", 1).replace("{\"jsonrpc\"", "{\"id\":2,\"jsonrpc\""),
                "{\"a\":".repeat(400) + "1" + "}".repeat(400),
                "\ufeff" + call("1", "echo", 1))) {
            assertThat(bridge.post("anna", session, body).statusCode()).as(body).isEqualTo(400);
        }
        assertThat(bridge.post("anna", session, "x".repeat(100_001)).statusCode())
                .isEqualTo(413);
        assertThat(bridge.post("anna", session, call("1", "echo", 1).replace(",", ",\r\n  "))
                        .body())
                .contains("\"n\":1");
    }

    @Test
    void theHeadersMustFit() throws Exception {
        String session = bridge.open("anna");
        HttpRequest.Builder request = HttpRequest.newBuilder(bridge.uri("/mcp"))
                .header("Ostiary-Assertion", bridge.keys.of("anna"))
                .header("Mcp-Session-Id", session);
        HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofString(call("1", "echo", 1));
        assertThat(bridge.http
                        .send(
                                request.copy()
                                        .header("Accept", "application/json, text/event-stream")
                                        .header("Content-Type", "text/plain")
                                        .POST(body)
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(415);
        assertThat(bridge.http
                        .send(
                                request.copy()
                                        .header("Accept", "application/json")
                                        .header("Content-Type", "application/json")
                                        .POST(body)
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(406);
        assertThat(bridge.http
                        .send(request.copy().method("PUT", body).build(), HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(405);
        assertThat(bridge.get("/").statusCode()).isEqualTo(404);
        assertThat(bridge.get("/livez/x").statusCode()).isEqualTo(404);
    }
}
