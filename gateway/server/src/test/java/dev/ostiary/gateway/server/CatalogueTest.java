package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.gateway.config.ToolPin;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogueTest extends GatewayScenario {

    private static int uid;

    /** A workload made anew is one of which nothing is known. */
    @BeforeEach
    void nothingIsKnown() {
        apply();
    }

    private void apply(ToolPin... pins) {
        gateway.apply(
                GatewayFixture.with(notes(), "uid-" + ++uid, notes().upstream(), notes().policies(), List.of(pins)),
                gateway.route("other"));
    }

    @Test
    void theWorkloadIsAskedInTheCallersSessionOnceForAllWhoWait() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        gateway.workload.script((request, reply) -> {
            if (request.rpc().equals("tools/list")) {
                hold(gate);
            }
            answering(request, reply);
        });
        String session = gateway.initialize("anna", "notes");
        List<CompletableFuture<HttpResponse<String>>> calls = IntStream.range(0, 20)
                .mapToObj(i -> gateway.http.sendAsync(
                        gateway.request("anna", "notes")
                                .header("Mcp-Session-Id", session)
                                .POST(HttpRequest.BodyPublishers.ofString(call(i, "read_note")))
                                .build(),
                        HttpResponse.BodyHandlers.ofString()))
                .toList();
        org.awaitility.Awaitility.await().until(() -> listings().size() == 1);
        gate.countDown();
        for (CompletableFuture<HttpResponse<String>> call : calls) {
            assertThat(call.get(10, TimeUnit.SECONDS).body()).contains("\"result\"");
        }
        assertThat(listings()).singleElement().satisfies(listing -> {
            assertThat(listing.header("Mcp-session-id")).containsExactly("session-of-the-workload");
            assertThat(listing.header("Mcp-protocol-version")).containsExactly("2025-06-18");
            assertThat(listing.header("Authorization")).isEmpty();
        });
        assertThat(inSession("anna", session, READ).body()).contains("\"result\"");
        assertThat(listings()).hasSize(1);
    }

    @Test
    void allPagesAreReadAndEventsToo() throws Exception {
        gateway.workload.script((request, reply) -> {
            if (request.body().contains("\"cursor\":\"two\\\"\"")) {
                reply.events()
                        .write(utf8("data: {\"jsonrpc\":\"2.0\",\"id\":" + request.id() + ",\"result\":" + TOOLS
                                + "}\n\n"));
            } else if (request.rpc().equals("tools/list")) {
                reply.result(request, "{\"tools\":[],\"nextCursor\":\"two\\\"\"}");
            } else {
                answering(request, reply);
            }
        });
        assertThat(gateway.post("anna", "notes", READ).body()).contains("\"result\"");
        assertThat(listings()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32603,\"message\":\"no\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":{}}}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[],\"nextCursor\":\"again\"}}",
                "nonsense"
            })
    void aWorkloadThatCannotSayLeavesTheToolClosed(String answer) throws Exception {
        gateway.workload.script((request, reply) -> {
            if (request.rpc().equals("tools/list")) {
                reply.json(200, answer);
            } else {
                answering(request, reply);
            }
        });
        HttpResponse<String> denied = gateway.post("anna", "notes", READ);
        assertThat(denied.statusCode()).isEqualTo(200);
        assertThat(denied.body()).contains("AnnotationsUnknown").contains("\"id\":2");
        assertThat(gateway.workload.received())
                .noneMatch(request -> request.rpc().equals("tools/call"));

        gateway.workload.script(GatewayScenario::answering);
        assertThat(gateway.post("anna", "notes", READ).body()).contains("\"result\"");
    }

    @Test
    void aToolThatIsNotListedIsUnknown() throws Exception {
        assertThat(gateway.post("anna", "notes", call(2, "hidden")).body()).contains("ToolUnknown");
        assertThat(gateway.post("anna", "notes", call(2, "hidden")).body()).contains("ToolUnknown");
        assertThat(listings()).hasSize(1);
    }

    @Test
    void aToolThatHasChangedItsAnnotationsIsAskedForAgainWhenTheWorkloadSaysSo() throws Exception {
        assertThat(gateway.post("anna", "notes", READ).body()).contains("\"result\"");
        gateway.workload.script((request, reply) -> {
            if (request.method().equals("GET")) {
                reply.handOver(streams);
            } else if (request.rpc().equals("tools/list")) {
                reply.result(request, TOOLS.replace("true", "false"));
            } else {
                answering(request, reply);
            }
        });
        String session = gateway.initialize("anna", "notes");
        Events events = gateway.listen("anna", "notes", session);
        Workload.Stream stream = stream();
        assertThat(inSession("anna", session, READ).body()).contains("\"result\"");
        stream.message(notification("notifications/tools/list_changed", "{}"));
        events.next();
        assertThat(inSession("anna", session, READ).body()).contains("NoPermit");
        stream.end();
    }

    @Test
    void aListThatPassesByIsLearntFrom() throws Exception {
        gateway.post("anna", "notes", LIST);
        gateway.workload.received().clear();
        assertThat(gateway.post("anna", "notes", READ).body()).contains("\"result\"");
        assertThat(listings()).isEmpty();
    }

    @Test
    void whatIsPinnedWinsOverWhatTheWorkloadSays() throws Exception {
        apply(pin("delete_note", true, null), pin("read_note", false, null));
        assertThat(gateway.post("anna", "notes", DELETE).body()).contains("\"result\"");
        assertThat(gateway.post("anna", "notes", READ).body()).contains("NoPermit");
        assertThat(gateway.post("anna", "notes", LIST).body())
                .contains("delete_note")
                .doesNotContain("read_note");
    }

    @Test
    void aDefinitionThatIsNotTheApprovedOneClosesTheToolInCallsAndLists() throws Exception {
        apply(pin("read_note", null, "sha256:" + "0".repeat(64)));
        HttpResponse<String> denied = gateway.post("ben", "notes", READ);
        assertThat(denied.body()).contains("DefinitionChanged");
        assertThat(gateway.post("ben", "notes", LIST).body())
                .contains("delete_note")
                .doesNotContain("read_note");
        assertThat(gateway.post("ben", "notes", DELETE).body()).contains("\"result\"");
    }

    @Test
    void aPinThatComesLaterIsCheckedAgainstTheDefinitionItself() throws Exception {
        assertThat(gateway.post("ben", "notes", READ).body()).contains("\"result\"");
        gateway.apply(
                GatewayFixture.with(
                        notes(),
                        "uid-" + uid,
                        notes().upstream(),
                        notes().policies(),
                        List.of(pin("read_note", null, "sha256:" + approvedHash()))),
                gateway.route("other"));
        assertThat(gateway.post("ben", "notes", READ).body()).contains("\"result\"");
        assertThat(gateway.post("ben", "notes", LIST).body()).contains("read_note");
    }

    /** SHA-256 of the canonical definition of {@code read_note}: members sorted, no white space. */
    private static String approvedHash() throws Exception {
        String canonical =
                "{\"annotations\":{\"readOnlyHint\":true},\"inputSchema\":{\"type\":\"object\"},\"name\":\"read_note\"}";
        return java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(utf8(canonical)));
    }

    private static ToolPin pin(String name, @Nullable Boolean readOnly, @Nullable String hash) {
        return new ToolPin(name, readOnly, null, null, null, hash);
    }

    private List<Workload.Received> listings() {
        return gateway.workload.received().stream()
                .filter(request -> request.rpc().equals("tools/list"))
                .toList();
    }

    private static void hold(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
