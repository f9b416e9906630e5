package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may cancel what, and that nobody else's request is hit. */
class CancellationTest extends GatewayScenario {

    private static final String CANCEL = cancel(2);

    private static String cancel(int id) {
        return notification("notifications/cancelled", "{\"requestId\":" + id + ",\"reason\":\"changed my mind\"}");
    }

    /** A workload that keeps no sessions, so that an id is all it has to go by. */
    private void withoutSessions(Workload.Received request, Workload.Reply reply) throws java.io.IOException {
        if (request.rpc().equals("initialize")) {
            reply.result(request, GatewayFixture.INITIALIZED);
        } else if (request.rpc().equals("tools/call")) {
            reply.handOver(streams);
        } else {
            answering(request, reply);
        }
    }

    private List<String> cancellations() {
        return gateway.workload.received().stream()
                .filter(request -> request.rpc().equals("notifications/cancelled"))
                .map(Workload.Received::body)
                .toList();
    }

    @Test
    void aCancellationReachesTheSessionOfItsSenderAndNoOther() throws Exception {
        gateway.workload.script(this::streaming);
        String bens = gateway.initialize("ben", "notes");
        String annas = gateway.initialize("anna", "notes");
        Events events = gateway.stream("ben", "notes", READ, "Mcp-Session-Id", bens);
        Workload.Stream stream = stream();
        String upstreams =
                gateway.workload.received().getLast().header("Mcp-session-id").getFirst();

        // Ben's session in anna's hands is unknown; her own leads to her own session of the workload.
        assertThat(inSession("anna", bens, CANCEL).statusCode()).isEqualTo(404);
        assertThat(cancellations()).isEmpty();
        assertThat(inSession("anna", annas, CANCEL).statusCode()).isEqualTo(202);
        assertThat(gateway.workload.received().getLast().header("Mcp-session-id"))
                .doesNotContain(upstreams);

        assertThat(inSession("ben", bens, CANCEL).statusCode()).isEqualTo(202);
        assertThat(gateway.workload.received().getLast()).satisfies(cancelled -> {
            assertThat(cancelled.body()).isEqualTo(CANCEL);
            assertThat(cancelled.header("Mcp-session-id")).containsExactly(upstreams);
        });
        stream.end();
        events.close();
    }

    @Test
    void withoutSessionsOnlyOnesOwnOpenRequestCanBeCancelled() throws Exception {
        gateway.workload.script(this::withoutSessions);
        Events events = gateway.stream("ben", "notes", READ);
        Workload.Stream stream = stream();

        assertThat(gateway.post("anna", "notes", CANCEL).statusCode()).isEqualTo(202);
        assertThat(gateway.post("ben", "notes", cancel(3)).statusCode()).isEqualTo(202);
        assertThat(gateway.post("ben", "notes", CANCEL.replace("\"requestId\":2", "\"requestId\":\"2\""))
                        .statusCode())
                .isEqualTo(202);
        assertThat(gateway.post("ben", "notes", notification("notifications/cancelled", "{}"))
                        .statusCode())
                .isIn(202, 400);
        assertThat(cancellations()).isEmpty();

        assertThat(gateway.post("ben", "notes", CANCEL).statusCode()).isEqualTo(202);
        assertThat(cancellations()).containsExactly(CANCEL);

        stream.message(result(2, "{\"content\":[]}")).end();
        assertThat(events.next()).contains("\"result\"");
        assertThat(events.next()).isEqualTo(Events.END);
        // Too late is no error, and nothing that the workload must hear.
        assertThat(gateway.post("ben", "notes", CANCEL).statusCode()).isEqualTo(202);
        assertThat(cancellations()).hasSize(1);
    }

    @Test
    void aGatewaySessionWithoutOneOfTheWorkloadSeparatesNothing() throws Exception {
        gateway.workload.script(this::withoutSessions);
        String bens = gateway.initialize("ben", "notes");
        String annas = gateway.initialize("anna", "notes");
        Events events = gateway.stream("ben", "notes", READ, "Mcp-Session-Id", bens);
        Workload.Stream stream = stream();
        assertThat(inSession("anna", annas, CANCEL).statusCode()).isEqualTo(202);
        assertThat(cancellations()).isEmpty();
        assertThat(inSession("ben", bens, CANCEL).statusCode()).isEqualTo(202);
        assertThat(cancellations()).containsExactly(CANCEL);
        stream.end();
        events.close();
    }

    @Test
    void aBatchThatCancelsSomebodyElsesRequestIsKeptBackWhole() throws Exception {
        gateway.workload.script(this::withoutSessions);
        Events events = gateway.stream("ben", "notes", READ);
        Workload.Stream stream = stream();
        HttpResponse<String> response = gateway.post(
                "anna",
                "notes",
                "[" + request(8, "ping", "{}") + "," + CANCEL + "]",
                "MCP-Protocol-Version",
                "2025-03-26");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(gateway.workload.received())
                .noneMatch(request -> request.body().contains("ping"));
        stream.end();
        events.close();
    }

    @Test
    void aClientThatGoesAwayTakesItsOpenRequestWithIt() throws Exception {
        try (RawWorkload workload = new RawWorkload(peer -> {
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: open\n\n");
            peer.watch();
        })) {
            gateway.apply(
                    GatewayFixture.to(workload.url(), gateway.route("notes", GatewayFixture.WRITERS_MAY)),
                    gateway.route("other"));
            Events events = gateway.stream("ben", "notes", READ);
            assertThat(workload.nextBody()).isEqualTo(READ);
            assertThat(events.next()).startsWith(": open");
            events.close();
            workload.awaitGone();
            nothingIsLeft();
            assertThat(gateway.post("ben", "notes", CANCEL).statusCode()).isEqualTo(202);
            assertThat(workload.isIdle()).isTrue();
        }
    }
}
