package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.gateway.config.ListenerSettings;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventStreamsTest extends GatewayScenario {

    private static final String ONE_NOTE = "permit(principal in Group::\"" + DemoDirectory.READERS
            + "\", action, resource == Resource::\"note://1\");";
    private static final String SAMPLING = request(70, "sampling/createMessage", "{\"messages\":[],\"maxTokens\":1}");

    private String session;

    @Override
    String[] policies() {
        return new String[] {GatewayFixture.READ_TOOLS, GatewayFixture.WRITERS_MAY, ONE_NOTE};
    }

    @BeforeEach
    void openSession() throws Exception {
        gateway.workload.script(this::streaming);
        session = gateway.initialize("ben", "notes");
    }

    @Test
    void anAnswerByEventsIsPassedOnByteForByte() throws Exception {
        String events = ": hello\n\nid: 1\nretry: 500\ndata:\n\n"
                + "event: message\nid: 2\ndata: "
                + notification("notifications/progress", "{\"progressToken\":1,\"progress\":1}")
                + "\n\ndata: {\"jsonrpc\":\"2.0\",\ndata: \"id\":2,\"result\":{\"content\":[]}}\n\n";
        gateway.workload.script((request, reply) -> {
            if (request.rpc().equals("tools/call")) {
                reply.events().write(utf8(events));
            } else {
                answering(request, reply);
            }
        });

        HttpResponse<String> response = inSession("ben", session, READ);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(response.headers().firstValue("X-Accel-Buffering")).hasValue("no");
        assertThat(response.body()).isEqualTo(events);
    }

    @Test
    void eachEventIsPassedOnWhenItComes() throws Exception {
        Events events = inStream("ben", READ);
        Workload.Stream stream = stream();
        for (int i = 0; i < 3; i++) {
            String progress = notification("notifications/progress", "{\"progressToken\":1,\"progress\":" + i + "}");
            stream.message(progress);
            assertThat(events.next()).isEqualTo("data: " + progress + "\n");
        }
        stream.message(result(2, "{\"content\":[]}")).end();
        assertThat(events.next()).contains("\"result\"");
        assertThat(events.next()).isEqualTo(Events.END);
    }

    @Test
    void theListeningStreamAndItsResumptionReachTheWorkload() throws Exception {
        Events events = gateway.listen("ben", "notes", session, "Last-Event-ID", "41");
        Workload.Stream stream = stream();
        stream.send("id: 42\ndata: " + notification("notifications/tools/list_changed", "{}") + "\n\n");
        assertThat(events.next()).contains("id: 42").contains("list_changed");
        assertThat(gateway.workload.received().getLast().header("Last-event-id"))
                .containsExactly("41");
        stream.end();
        assertThat(events.next()).isEqualTo(Events.END);
    }

    @Test
    void aResumedStreamThatRepeatsAListIsFiltered() throws Exception {
        session = gateway.initialize("anna", "notes");
        Events events = gateway.listen("anna", "notes", session, "Last-Event-ID", "1");
        Workload.Stream stream = stream();
        stream.send("id: 2\ndata: " + result(1, TOOLS) + "\n\n");
        assertThat(events.next()).contains("id: 2").contains("read_note").doesNotContain("delete_note");
        stream.message(result(1, TOOLS.replace("{\"tools\"", "{\"prompts\":[],\"tools\"")));
        assertThat(events.next()).contains("\"error\"").doesNotContain("delete_note");
        stream.message(result(1, TOOLS.replace("{\"tools\"", "{\"Tools\"")));
        assertThat(events.next()).contains("\"error\"").doesNotContain("delete_note");
        stream.message(result(1, "{\"content\":[]}"));
        assertThat(events.next()).contains("\"content\"");
        stream.end();
    }

    @Test
    void answersOnAStreamThatResumesNothingAreDropped() throws Exception {
        Events events = gateway.listen("ben", "notes", session);
        Workload.Stream stream = stream();
        stream.send("id: 9\ndata: " + result(1, TOOLS) + "\n\n").message(notification("notifications/message", "{}"));
        assertThat(events.next()).isEqualTo("id: 9\ndata: \n");
        assertThat(events.next()).contains("notifications/message");
        stream.end();
    }

    @Test
    void aRequestOfTheWorkloadIsAnsweredOnceAndOnlyOnItsSession() throws Exception {
        Events events = inStream("ben", READ);
        Workload.Stream stream = stream();
        stream.message(SAMPLING);
        String asked = events.next();
        assertThat(asked).contains("sampling/createMessage");
        String given = result(70, "{\"role\":\"assistant\"}");
        String answer = given.replace("70", Events.id(asked));

        assertThat(inSession("ben", gateway.initialize("ben", "notes"), answer).statusCode())
                .isEqualTo(400);
        assertThat(inSession("ben", session, given).statusCode()).isEqualTo(400);
        assertThat(inSession("anna", gateway.initialize("anna", "notes"), answer)
                        .statusCode())
                .isEqualTo(400);
        assertThat(gateway.post("ben", "notes", answer).statusCode()).isEqualTo(400);
        assertThat(inSession("ben", session, answer).statusCode()).isEqualTo(202);
        assertThat(gateway.workload.received().getLast().body()).isEqualTo(given);
        int before = gateway.workload.received().size();
        assertThat(inSession("ben", session, answer).statusCode()).isEqualTo(400);
        assertThat(gateway.workload.received()).hasSize(before);
        stream.end();
    }

    @Test
    void aRequestThatTheWorkloadTookBackIsNoLongerAnswered() throws Exception {
        Events events = inStream("ben", READ);
        Workload.Stream stream = stream();
        stream.message(SAMPLING).message(notification("notifications/cancelled", "{\"requestId\":70}"));
        String id = Events.id(events.next());
        assertThat(events.next()).contains("cancelled").contains("\"requestId\":" + id);
        assertThat(inSession("ben", session, result(70, "{}").replace("70", id)).statusCode())
                .isEqualTo(400);
        stream.end();
    }

    @Test
    void withoutASessionAWorkloadCannotAsk() throws Exception {
        Events events = gateway.stream("ben", "notes", READ);
        Workload.Stream stream = stream();
        stream.message(SAMPLING).message(result(2, "{\"content\":[]}")).end();
        assertThat(events.next()).contains("\"result\"");
    }

    @Test
    void whatAWorkloadAsksInAJsonBodyIsAnsweredByNobody() throws Exception {
        gateway.workload.script((request, reply) -> {
            if (request.rpc().equals("tools/call")) {
                reply.json(200, SAMPLING);
            } else {
                answering(request, reply);
            }
        });
        inSession("ben", session, READ);
        assertThat(inSession("ben", session, result(70, "{}")).statusCode()).isEqualTo(400);
    }

    @Test
    void howeverMuchAWorkloadAsksEveryQuestionCanBeAnswered() throws Exception {
        Events events = inStream("ben", READ);
        Workload.Stream stream = stream();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            stream.message(SAMPLING.replace("70", Integer.toString(1000 + i)));
        }
        for (int i = 0; i < 200; i++) {
            ids.add(Events.id(events.next()));
        }
        assertThat(ids).doesNotHaveDuplicates();
        for (int i : new int[] {0, 199, 64}) {
            assertThat(inSession("ben", session, result(70, "{}").replace("70", ids.get(i)))
                            .statusCode())
                    .isEqualTo(202);
            assertThat(gateway.workload.received().getLast().body()).isEqualTo(result(1000 + i, "{}"));
        }
        stream.message(result(2, "{}")).end();
    }

    @Test
    void newsOfAForbiddenResourceIsDroppedAndItsEventIdStays() throws Exception {
        session = gateway.initialize("anna", "notes");
        Events events = gateway.listen("anna", "notes", session);
        Workload.Stream stream = stream();
        stream.send("id: 1\ndata: " + notification("notifications/resources/updated", "{\"uri\":\"note://2\"}")
                        + "\n\n")
                .message(notification("notifications/resources/updated", "{\"uri\":\"note://3\"}"))
                .send("id: 3\ndata: " + notification("notifications/resources/updated", "{\"uri\":\"note://1\"}")
                        + "\n\n");
        assertThat(events.next()).isEqualTo("id: 1\ndata: \n");
        assertThat(events.next()).contains("note://1");
        stream.end();
    }

    @Test
    void orderIsKeptWhileDecisionsArePending() throws Exception {
        session = gateway.initialize("anna", "notes");
        Events events = gateway.listen("anna", "notes", session);
        Workload.Stream stream = stream();
        StringBuilder all = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            // Each undecided URI needs a policy thread; what lies between needs none and must not overtake.
            all.append("id: ").append(i).append("\ndata: ");
            if (i % 2 == 0) {
                all.append(notification("notifications/resources/updated", "{\"uri\":\"note://x" + i + "\"}"));
                expected.add("id: " + i + "\ndata: \n");
            } else {
                String message = notification("notifications/message", "{\"data\":" + i + "}");
                all.append(message);
                expected.add("id: " + i + "\ndata: " + message + "\n");
            }
            all.append("\n\n");
        }
        stream.send(all.toString());
        List<String> came = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            came.add(events.next());
        }
        assertThat(came).isEqualTo(expected);
        stream.end();
    }

    @Test
    void whatIsNotAcceptedFromServersIsDropped() throws Exception {
        Events events = inStream("ben", READ);
        Workload.Stream stream = stream();
        stream.message(request(1, "tools/list", "{}"))
                .message(notification("notifications/initialized", "{}"))
                .message("{not json")
                .message(result(99, "{}"))
                .send("event: other\nid: 5\ndata: anything\n\n")
                .message("{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{},\"result\":{\"a\":1}}")
                .message(result(2, "{\"content\":[]}"))
                .message(result(2, "{\"again\":true}"))
                .end();
        assertThat(events.next()).isEqualTo("id: 5\ndata: \n");
        assertThat(events.next()).isEqualTo("data: " + result(2, "{\"content\":[]}") + "\n");
        assertThat(events.next()).isEqualTo(Events.END);
    }

    @Test
    void aStreamThatEndsWithoutAnAnswerIsAnsweredByTheGateway() throws Exception {
        Events events = inStream("ben", READ);
        stream().message(notification("notifications/message", "{}")).end();
        events.next();
        String error = events.next();
        assertThat(error).contains("\"id\":2").contains("\"error\"").contains("correlationId");
        assertSaysNothingInternal(error);
        assertThat(events.next()).isEqualTo(Events.END);
    }

    @Test
    void aStreamThatCanBeResumedEndsWithoutAnAnswer() throws Exception {
        Events events = inStream("ben", READ);
        stream().send("id: 1\ndata:\n\n").end();
        events.next();
        assertThat(events.next()).isEqualTo(Events.END);
    }

    @Test
    void streamsEndWithTheToken() throws Exception {
        String token = shortToken(Duration.ofMillis(2500));
        Events listening = gateway.events(
                withToken(token).header("Mcp-Session-Id", session).GET().build());
        Workload.Stream first = stream();
        Events calling = gateway.events(
                withToken(token).POST(HttpRequest.BodyPublishers.ofString(READ)).build());
        Workload.Stream second = stream();

        assertThat(listening.next()).isEqualTo(Events.END);
        assertThat(calling.next()).contains("\"id\":2").contains("\"error\"").contains("expired");
        assertThat(calling.next()).isEqualTo(Events.END);
        first.end();
        second.end();
    }

    @Test
    void onePrincipalHasABoundedNumberOfListeningStreams() throws Exception {
        ListenerSettings before = gateway.listener;
        ListenerSettings.Limits limits = before.limits();
        gateway.listener = new ListenerSettings(
                List.of(),
                List.of(),
                new ListenerSettings.Limits(
                        limits.initialLineBytes(),
                        limits.headerBytes(),
                        limits.bodyBytes(),
                        limits.jsonDepth(),
                        limits.batchMessages(),
                        limits.connections(),
                        limits.concurrentRequests(),
                        limits.streamsPerConnection(),
                        limits.responseBytes(),
                        2),
                before.timeouts());
        try {
            gateway.apply(notes(), gateway.route("other"));
            Events one = gateway.listen("ben", "notes", session);
            Workload.Stream first = stream();
            Events two = gateway.listen("ben", "notes", session);
            stream();
            int asked = gateway.workload.received().size();

            Events three = gateway.listen("ben", "notes", session);
            assertThat(three.head().statusCode()).isEqualTo(429);
            assertThat(three.head().headers().firstValue("Retry-After")).isPresent();
            assertThat(gateway.workload.received()).hasSize(asked);
            String annas = gateway.initialize("anna", "notes");
            Events other = gateway.listen("anna", "notes", annas);
            stream().end();
            assertThat(other.next()).isEqualTo(Events.END);

            first.end();
            assertThat(one.next()).isEqualTo(Events.END);
            Events again = gateway.listen("ben", "notes", session);
            stream().end();
            assertThat(again.next()).isEqualTo(Events.END);
            two.close();
        } finally {
            gateway.listener = before;
        }
    }

    @Test
    void aClientThatClosesItsStreamCancelsTheCall() throws Exception {
        try (RawWorkload workload = new RawWorkload(peer -> {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: open\n\n");
            peer.watch();
        })) {
            gateway.apply(
                    GatewayFixture.to(workload.url(), gateway.route("notes", GatewayFixture.WRITERS_MAY)),
                    gateway.route("other"));
            Events events = inStream("ben", READ);
            assertThat(events.next()).startsWith(": open");
            events.close();
            workload.awaitGone();
        }
    }

    @Test
    void aSlowClientHoldsTheWorkloadBackAndNobodyElse() throws Exception {
        String big = notification("notifications/message", "{\"data\":\"" + "x".repeat(60_000) + "\"}");
        AtomicLong sent = new AtomicLong();
        gateway.workload.script((request, reply) -> {
            if (request.rpc().equals("tools/call") && request.id().equals("2")) {
                var out = reply.events();
                for (int i = 0; i < 2_000; i++) {
                    out.write(utf8("data: " + big + "\n\n"));
                    out.flush();
                    sent.addAndGet(big.length());
                }
            } else {
                answering(request, reply);
            }
        });
        try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), gateway.port)) {
            slow.setReceiveBufferSize(8 * 1024);
            slow.getOutputStream()
                    .write(utf8("POST /notes HTTP/1.1\r\nHost: localhost:" + gateway.port
                            + "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream"
                            + "\r\nMcp-Session-Id: " + session + "\r\nAuthorization: Bearer "
                            + gateway.token("ben", "notes") + "\r\nContent-Length: " + READ.length() + "\r\n\r\n"
                            + READ));
            await().until(() -> sent.get() > 0);
            AtomicLong before = new AtomicLong(-1);
            await().during(Duration.ofMillis(500)).until(() -> before.getAndSet(sent.get()) == sent.get());
            assertThat(inSession("ben", session, LIST).statusCode()).isEqualTo(200);
            // What the sockets' buffers and the gateway hold together; the workload has 120 MB to say.
            assertThat(sent.get()).isLessThan(40_000_000);
        }
    }

    private Events inStream(String user, String body) {
        return gateway.stream(user, "notes", body, "Mcp-Session-Id", session);
    }

    private String shortToken(Duration lifetime) {
        return gateway.entra
                .tokens()
                .userToken(
                        "ben@" + DemoDirectory.DOMAIN,
                        FirstPartyApps.AZURE_CLI_ID,
                        DemoDirectory.GATEWAY_CLIENT_ID,
                        "mcp.notes")
                .expiresAt(Instant.now().plus(lifetime))
                .build();
    }

    private HttpRequest.Builder withToken(String token) {
        return HttpRequest.newBuilder(URI.create(gateway.publicUrl() + "/notes"))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .header("Authorization", "Bearer " + token);
    }
}
