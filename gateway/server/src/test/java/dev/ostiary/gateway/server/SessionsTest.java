package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.gateway.config.KeyRing;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionsTest extends GatewayScenario {

    @Test
    void theClientSeesASealedIdAndTheWorkloadItsOwn() throws Exception {
        String session = gateway.initialize("ben", "notes");
        assertThat(session).doesNotContain("session-of-the-workload").matches("[!-~]+");

        assertThat(inSession("ben", session, READ).statusCode()).isEqualTo(200);
        assertThat(lastReceived().header("Mcp-session-id")).containsExactly("session-of-the-workload");
    }

    @Test
    void anInitializeThatIsAnsweredByEventsOpensASessionToo() throws Exception {
        gateway.workload.script((request, reply) -> {
            if (request.rpc().equals("initialize")) {
                reply.header("Mcp-Session-Id", "by-events")
                        .events()
                        .write(utf8("id: 1\ndata:\n\ndata: " + result(0, GatewayFixture.INITIALIZED)
                                + "\n\n: the end\n\n"));
            } else {
                answering(request, reply);
            }
        });
        HttpResponse<String> opened = gateway.post("ben", "notes", GatewayFixture.INITIALIZE);
        String session = opened.headers().firstValue("Mcp-Session-Id").orElseThrow();
        assertThat(opened.body())
                .isEqualTo("id: 1\ndata:\n\ndata: " + result(0, GatewayFixture.INITIALIZED) + "\n\n: the end\n\n");

        inSession("ben", session, READ);
        assertThat(lastReceived().header("Mcp-session-id")).containsExactly("by-events");
    }

    @Test
    void theVersionOfTheSessionWinsOverWhatTheClientDoesNotSay() throws Exception {
        String session = gateway.initialize("ben", "notes");

        inSession("ben", session, READ);
        assertThat(lastReceived().header("Mcp-protocol-version")).containsExactly("2025-06-18");
        gateway.post("ben", "notes", READ, "Mcp-Session-Id", session, "MCP-Protocol-Version", "2025-03-26");
        assertThat(lastReceived().header("Mcp-protocol-version")).containsExactly("2025-06-18");
    }

    @Test
    void aSessionIsOfNoUseToAnybodyElse() throws Exception {
        String session = gateway.initialize("ben", "notes");
        gateway.workload.received().clear();

        HttpResponse<String> foreign = inSession("anna", session, READ);
        assertThat(foreign.statusCode()).isEqualTo(404);
        assertThat(foreign.body()).contains("\"id\":2").contains("Session not found");
        assertThat(gateway.workload.received()).isEmpty();
        await().untilAsserted(() -> assertThat(gateway.auditLines()).contains("\"reason\":\"ForeignSession\""));
    }

    @Test
    void aSessionIsOfNoUseOnAnotherRouteOrForAWorkloadMadeAnew() throws Exception {
        String session = gateway.initialize("ben", "notes");

        assertThat(gateway.post("ben", "other", READ, "Mcp-Session-Id", session).statusCode())
                .isEqualTo(404);
        gateway.apply(GatewayFixture.with(notes(), "another-uid", notes().upstream(), notes().policies(), List.of()));
        assertThat(inSession("ben", session, READ).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "session-of-the-workload", "AAAA", "a.b.c", "~"})
    void anIdThatWasNeverGivenIsNotFound(String id) throws Exception {
        assertThat(inSession("ben", id, READ).statusCode()).isEqualTo(404);
        assertThat(gateway.workload.received()).isEmpty();
    }

    @Test
    void anAlteredIdIsNotFound() throws Exception {
        String session = gateway.initialize("ben", "notes");
        gateway.workload.received().clear();
        for (int i = 0; i < session.length(); i += 7) {
            char other = session.charAt(i) == 'A' ? 'B' : 'A';
            String altered = session.substring(0, i) + other + session.substring(i + 1);
            assertThat(inSession("ben", altered, READ).statusCode()).isEqualTo(404);
        }
        assertThat(gateway.workload.received()).isEmpty();
    }

    @Test
    void twoIdsAreNone() throws Exception {
        String session = gateway.initialize("ben", "notes");

        assertThat(gateway.post("ben", "notes", READ, "Mcp-Session-Id", session, "Mcp-Session-Id", session)
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void aSessionThatTheWorkloadHasForgottenIsNotFound() throws Exception {
        String session = gateway.initialize("ben", "notes");
        // Its tools are known, or can be listed: the call itself is what it no longer has a session for.
        gateway.workload.script((request, reply) -> {
            if (request.rpc().equals("tools/call")) {
                reply.empty(404);
            } else {
                answering(request, reply);
            }
        });

        HttpResponse<String> response = inSession("ben", session, READ);
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).contains("\"id\":2").contains("\"code\":-32001");
    }

    @Test
    void endingASessionReachesTheWorkload() throws Exception {
        String session = gateway.initialize("ben", "notes");
        gateway.workload.script((request, reply) -> reply.empty(200));

        HttpResponse<String> ended = delete(session);
        assertThat(ended.statusCode()).isEqualTo(200);
        assertThat(lastReceived().method()).isEqualTo("DELETE");
        assertThat(lastReceived().header("Mcp-session-id")).containsExactly("session-of-the-workload");
        gateway.workload.script((request, reply) -> reply.empty(500));
        assertThat(delete(session).statusCode()).isEqualTo(502);
    }

    @Test
    void aWorkloadWithoutSessionsIsServedInOneAllTheSame() throws Exception {
        gateway.workload.script((request, reply) -> {
            if (request.rpc().equals("initialize")) {
                reply.result(request, GatewayFixture.INITIALIZED);
            } else {
                answering(request, reply);
            }
        });
        String session = gateway.initialize("ben", "notes");

        assertThat(inSession("ben", session, READ).statusCode()).isEqualTo(200);
        assertThat(lastReceived().header("Mcp-session-id")).isEmpty();
        int before = gateway.workload.received().size();
        assertThat(delete(session).statusCode()).isEqualTo(200);
        assertThat(gateway.workload.received()).hasSize(before);
        assertThat(gateway.post("ben", "notes", READ).statusCode()).isEqualTo(200);
    }

    @Test
    void withoutASessionThereIsNothingToListenToOrToEnd() throws Exception {
        for (String method : List.of("GET", "DELETE")) {
            HttpResponse<String> response = gateway.http.send(
                    gateway.request("ben", "notes")
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(405);
            assertThat(response.headers().firstValue("Allow")).isPresent();
        }
        assertThat(gateway.workload.received()).isEmpty();
    }

    @Test
    void keysMayRotateUnderASession() throws Exception {
        String session = gateway.initialize("ben", "notes");
        KeyRing before = gateway.keys;
        KeyRing fresh = KeyRing.generate(new SecureRandom(), Instant.now());
        List<KeyRing.Key> both = new ArrayList<>(fresh.keys());
        for (KeyRing.Key key : before.keys()) {
            both.add(new KeyRing.Key(key.id(), key.purpose(), KeyRing.State.RETIRING, key.created(), key.material()));
        }
        try {
            gateway.keys = new KeyRing(before.version() + 1, both);
            gateway.apply(notes(), gateway.route("other"));
            assertThat(inSession("ben", session, READ).statusCode()).isEqualTo(200);

            gateway.keys = fresh;
            gateway.apply(notes(), gateway.route("other"));
            assertThat(inSession("ben", session, READ).statusCode()).isEqualTo(404);
        } finally {
            gateway.keys = before;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2019-01-01", "2026-07-28", ""})
    void anAnswerWithoutAKnownVersionOpensNoSession(String version) throws Exception {
        gateway.workload.script((request, reply) -> reply.header("Mcp-Session-Id", "x")
                .result(request, GatewayFixture.INITIALIZED.replace("2025-06-18", version)));

        HttpResponse<String> response = gateway.post("ben", "notes", GatewayFixture.INITIALIZE);
        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(response.body()).contains("\"id\":0").contains("correlationId");
        assertThat(response.headers().firstValue("Mcp-Session-Id")).isEmpty();
    }

    private HttpResponse<String> delete(String session) throws IOException, InterruptedException {
        return gateway.http.send(
                HttpRequest.newBuilder(URI.create(gateway.publicUrl() + "/notes"))
                        .header("Authorization", "Bearer " + gateway.token("ben", "notes"))
                        .header("Mcp-Session-Id", session)
                        .DELETE()
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private Workload.Received lastReceived() {
        return gateway.workload.received().getLast();
    }
}
