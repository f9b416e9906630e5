package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.gateway.config.ListenerSettings;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest extends GatewayScenario {

    /** No policy that looks at annotations, so that the call itself is the first to reach the workload. */
    @Override
    String[] policies() {
        return new String[] {GatewayFixture.WRITERS_MAY};
    }

    @BeforeEach
    void hurry() {
        ListenerSettings.Timeouts slow = ListenerSettings.Timeouts.DEFAULT;
        gateway.listener = new ListenerSettings(
                List.of(),
                List.of(),
                new ListenerSettings.Limits(8192, 65536, 1 << 22, 64, 100, 20_000, 10_000, 100, 100_000, 64),
                new ListenerSettings.Timeouts(
                        slow.headerRead(),
                        slow.requestRead(),
                        slow.keepAliveIdle(),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2)));
        gateway.apply(notes(), gateway.route("other"));
    }

    static Stream<Arguments> answers() {
        String json = "Content-Type: application/json";
        return Stream.of(
                Arguments.of(
                        "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"upstream-secret\"",
                        "upstream-secret",
                        502),
                Arguments.of("403 Forbidden\r\n" + json, "{\"error\":\"upstream-secret\"}", 502),
                Arguments.of("429 Too Many Requests\r\n" + json, "{}", 503),
                Arguments.of("500 Internal Server Error\r\n" + json, "{\"trace\":\"at java.lang.Exception\"}", 502),
                Arguments.of("503 Service Unavailable", "upstream-secret", 503),
                Arguments.of("302 Found\r\nLocation: http://127.0.0.1:9999/upstream-secret", "", 502),
                Arguments.of("304 Not Modified", "", 502),
                Arguments.of("200 OK", "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}", 502),
                Arguments.of("200 OK\r\nContent-Type: text/html", "<h1>upstream-secret</h1>", 502),
                Arguments.of("200 OK\r\nContent-Encoding: gzip\r\n" + json, "upstream-secret", 502),
                Arguments.of(
                        "200 OK\r\nContent-Encoding: br\r\nContent-Type: text/event-stream", "upstream-secret", 502),
                Arguments.of("404 Not Found\r\nContent-Type: text/html", "upstream-secret", 502),
                Arguments.of("400 Bad Request\r\nContent-Type: text/plain", "upstream-secret", 400),
                Arguments.of("400 Bad Request\r\n" + json, "{\"error\":\"upstream-secret\"}", 400),
                Arguments.of("200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: x", "", 502),
                Arguments.of("999 What\r\n" + json, "{}", 502));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void anAnswerThatIsNotMcpIsAnErrorOfTheGatewaysOwn(String head, String body, int status) throws Exception {
        try (RawWorkload workload = new RawWorkload(peer -> {
            peer.request();
            peer.answer(head, body);
            peer.watch();
        })) {
            assertFails(workload.url(), READ, status);
        }
    }

    @Test
    void anEmptyAnswerToARequestIsNone() throws Exception {
        try (RawWorkload workload = new RawWorkload(peer -> {
            peer.request();
            peer.send("HTTP/1.1 204 No Content\r\n\r\n");
            peer.watch();
        })) {
            assertFails(workload.url(), READ, 502);
        }
    }

    @Test
    void aWorkloadThatRefusesConnectionsIsUnreachable() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        assertFails(URI.create("http://127.0.0.1:" + closed + "/mcp"), READ, 502);
        assertFails(URI.create("http://no-such-host.invalid/mcp"), READ, 502);
    }

    @Test
    void aWorkloadThatNeverAnswersTimesOut() throws Exception {
        try (RawWorkload workload = new RawWorkload(peer -> {
            peer.request();
            peer.watch();
        })) {
            assertFails(workload.url(), READ, 504);
            workload.awaitGone();
        }
    }

    @Test
    void aWorkloadThatDiesBeforeItsAnswerHasFailed() throws Exception {
        try (RawWorkload workload = new RawWorkload(peer -> {
            peer.request();
            peer.reset();
        })) {
            assertFails(workload.url(), READ, 502);
        }
    }

    @Test
    void aShortBodyThatBreaksOffIsAnError() throws Exception {
        try (RawWorkload workload = new RawWorkload(peer -> {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"jsonrpc\"");
        })) {
            assertFails(workload.url(), READ, 502);
        }
    }

    @Test
    void aLongBodyThatBreaksOffBreaksTheAnswerOff() throws Exception {
        try (RawWorkload workload = new RawWorkload(peer -> {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000000\r\n\r\n"
                    + "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":\"" + "x".repeat(200_000));
            peer.reset();
        })) {
            gateway.apply(GatewayFixture.to(workload.url(), notes()), gateway.route("other"));
            Events answer = gateway.stream("ben", "notes", READ);
            assertThat(answer.head().statusCode()).isEqualTo(200);
            assertThat(answer.next()).isEqualTo(Events.BROKEN);
        }
    }

    @Test
    void anAnswerOfAnyLengthThatNobodyLooksAtIsPassedOnAsItComes() throws Exception {
        String answer = result(2, "{\"content\":[{\"type\":\"text\",\"text\":\"" + "y".repeat(3_000_000) + "\"}]}");
        gateway.workload.script((request, reply) -> reply.json(200, answer));
        assertThat(gateway.post("ben", "notes", READ).body()).isEqualTo(answer);
    }

    @Test
    void aListOverTheLimitIsWithheld() throws Exception {
        gateway.workload.script(
                (request, reply) -> reply.result(request, "{\"tools\":[],\"pad\":\"" + "z".repeat(200_000) + "\"}"));
        assertFails(null, LIST, 502);
    }

    @Test
    void anEventOverTheLimitEndsTheStreamWithAnError() throws Exception {
        gateway.workload.script((request, reply) ->
                reply.events().write(utf8(": a\n\ndata: " + result(2, "\"" + "z".repeat(200_000) + "\"") + "\n\n")));
        HttpResponse<String> response = gateway.post("ben", "notes", READ);
        assertThat(response.body()).contains("\"id\":2").contains("\"error\"").doesNotContain("zzz");
        assertSaysNothingInternal(response.body());
    }

    @Test
    void aStreamThatDiesEndsWithAnErrorForWhoeverWaits() throws Exception {
        try (RawWorkload workload = new RawWorkload(peer -> {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: open\n\ndata: {\"half\"");
            peer.reset();
        })) {
            gateway.apply(GatewayFixture.to(workload.url(), notes()), gateway.route("other"));
            HttpResponse<String> response = gateway.post("ben", "notes", READ);
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).contains(": open").contains("\"id\":2").contains("correlationId");
            assertSaysNothingInternal(response.body());
        }
    }

    @Test
    void aNotificationIsAcceptedWhateverTheWorkloadSaysToIt() throws Exception {
        gateway.workload.script((request, reply) -> reply.json(200, "anything"));
        assertThat(gateway.post("ben", "notes", notification("notifications/initialized", "{}"))
                        .statusCode())
                .isEqualTo(202);
        try (RawWorkload workload = new RawWorkload(peer -> {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: for ever\n\n");
            peer.watch();
        })) {
            gateway.apply(GatewayFixture.to(workload.url(), notes()), gateway.route("other"));
            HttpResponse<String> response =
                    gateway.post("ben", "notes", notification("notifications/initialized", "{}"));
            assertThat(response.statusCode()).isEqualTo(202);
            assertThat(response.body()).isEmpty();
            workload.awaitGone();
        }
    }

    @Test
    void aClientThatGoesBeforeItsBodyIsCompleteGetsNothingDone() throws Exception {
        try (Socket client = connect()) {
            client.getOutputStream().write(utf8(head(READ.length() + 1) + READ));
            await().untilAsserted(() ->
                    assertThat(gateway.metric("ostiary_exchanges")).isEqualTo(1));
        }
        nothingIsLeft();
        assertThat(gateway.workload.received()).isEmpty();
    }

    @Test
    void aClientThatGoesWhileTheWorkloadIsSilentCancelsTheCall() throws Exception {
        try (RawWorkload workload = new RawWorkload(peer -> {
            peer.request();
            peer.watch();
        })) {
            gateway.apply(GatewayFixture.to(workload.url(), notes()), gateway.route("other"));
            try (Socket client = connect()) {
                client.getOutputStream().write(utf8(head(READ.length()) + READ));
                assertThat(workload.nextBody()).isEqualTo(READ);
            }
            workload.awaitGone();
        }
    }

    @Test
    void aClientThatGoesInTheMiddleOfALongBodyCancelsTheCall() throws Exception {
        try (RawWorkload workload = new RawWorkload(peer -> {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500000\r\n\r\n{\"a\":");
            peer.watch();
        })) {
            gateway.apply(GatewayFixture.to(workload.url(), notes()), gateway.route("other"));
            try (Socket client = connect()) {
                client.getOutputStream().write(utf8(head(READ.length()) + READ));
                assertThat(new String(client.getInputStream().readNBytes(12), StandardCharsets.UTF_8))
                        .isEqualTo("HTTP/1.1 200");
            }
            workload.awaitGone();
        }
    }

    @Test
    void clientsThatGoAtAnyMomentLeaveNothingBehind() throws Exception {
        Random random = new Random(42);
        String whole = head(READ.length()) + READ;
        for (int i = 0; i < 150; i++) {
            try (Socket client = connect()) {
                client.getOutputStream().write(utf8(whole.substring(0, 1 + random.nextInt(whole.length()))));
            }
        }
        assertThat(gateway.post("ben", "notes", READ).statusCode()).isEqualTo(200);
    }

    @Test
    void aClientThatGoesWhileItsCallIsDecidedGetsNothingDone() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        gateway.workload.script((request, reply) -> {
            if (request.rpc().equals("tools/list")) {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            answering(request, reply);
        });
        gateway.apply(
                gateway.route("notes", GatewayFixture.READ_TOOLS, GatewayFixture.WRITERS_MAY), gateway.route("other"));
        try (Socket client = connect()) {
            client.getOutputStream().write(utf8(head(READ.length()) + READ));
            await().until(() -> !gateway.workload.received().isEmpty());
        }
        nothingIsLeft();
        gate.countDown();
        await().untilAsserted(() -> assertThat(gateway.auditLines()).contains("\"target\":\"read_note\""));
        assertThat(gateway.post("ben", "notes", READ).statusCode()).isEqualTo(200);
        assertThat(gateway.workload.received())
                .filteredOn(request -> request.rpc().equals("tools/call"))
                .hasSize(1);
    }

    @Test
    void withoutEntraNobodySignsInAnewAndNothingElseIsLost() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        try {
            gateway.authority = URI.create("http://127.0.0.1:" + closed);
            gateway.apply(notes(), gateway.route("other"));
            String tenant = DemoDirectory.TENANT_ID;
            String token = gateway.entra
                    .tokens()
                    .userToken(
                            "ben@" + DemoDirectory.DOMAIN,
                            FirstPartyApps.AZURE_CLI_ID,
                            DemoDirectory.GATEWAY_CLIENT_ID,
                            "mcp.notes")
                    .issuer(gateway.entra.issuer(tenant).replace(gateway.entra.origin(), gateway.authority.toString()))
                    .build();
            HttpResponse<String> response = gateway.post("", "notes", READ, "Authorization", "Bearer " + token);
            assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
            assertThat(response.headers().firstValue("Retry-After")).isPresent();
            assertSaysNothingInternal(response.body());
            assertThat(gateway.admin("/livez").statusCode()).isEqualTo(200);
        } finally {
            gateway.authority = null;
        }
        gateway.apply(notes(), gateway.route("other"));
        assertThat(gateway.post("ben", "notes", READ).statusCode()).isEqualTo(200);
    }

    @Test
    void othersAreServedWhileAWorkloadHangs() throws Exception {
        try (RawWorkload workload = new RawWorkload(peer -> {
            peer.request();
            peer.watch();
        })) {
            gateway.apply(
                    GatewayFixture.to(workload.url(), gateway.route("other", GatewayFixture.WRITERS_MAY)), notes());
            List<CompletableFuture<HttpResponse<String>>> hanging = Stream.generate(() -> gateway.http.sendAsync(
                            gateway.request("ben", "other")
                                    .POST(HttpRequest.BodyPublishers.ofString(READ))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString()))
                    .limit(50)
                    .toList();
            assertThat(gateway.post("ben", "notes", READ).statusCode()).isEqualTo(200);
            for (CompletableFuture<HttpResponse<String>> call : hanging) {
                assertThat(call.join().statusCode()).isEqualTo(504);
            }
        }
    }

    private void assertFails(URI workload, String body, int status) throws Exception {
        if (workload != null) {
            gateway.apply(GatewayFixture.to(workload, notes()), gateway.route("other"));
        }
        HttpResponse<String> response = gateway.post("ben", "notes", body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(response.headers().firstValue("WWW-Authenticate")).isEmpty();
        assertThat(response.headers().firstValue("Location")).isEmpty();
        assertThat(response.body())
                .contains("\"jsonrpc\":\"2.0\"")
                .contains(body.substring(0, body.indexOf(",\"method")).substring(16))
                .contains("\"error\"")
                .contains("correlationId");
        assertSaysNothingInternal(response.body());
        if (status == 503) {
            assertThat(response.headers().firstValue("Retry-After")).isPresent();
        }
    }

    private Socket connect() throws Exception {
        return new Socket(InetAddress.getLoopbackAddress(), gateway.port);
    }

    private String head(int length) {
        return "POST /notes HTTP/1.1\r\nHost: localhost:" + gateway.port
                + "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nAuthorization: Bearer "
                + gateway.token("ben", "notes") + "\r\nContent-Length: " + length + "\r\n\r\n";
    }
}
