package dev.ostiary.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ostiary.connect.ScriptedServer.Asked;
import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.http.Call;
import dev.ostiary.connect.http.McpHttp;
import dev.ostiary.connect.http.StreamableHttp;
import dev.ostiary.connect.message.Message;
import dev.ostiary.connect.settings.ConnectOptions;
import dev.ostiary.connect.token.StaticToken;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes over the wire, and what becomes of it when the server does not play along. */
class RelayTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    /** Of a call that gets no answer, in seconds. Others must be answered in it on a busy machine, too. */
    private static final String PATIENCE = "4";

    @TempDir
    private Path home;

    private LocalClient client(ScriptedServer server, String... variables) throws Exception {
        Map<String, String> environment = new HashMap<>(Map.of("HOME", home.toString()));
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return LocalClient.of(ConnectOptions.of(server.url().toString()), environment);
    }

    /** The usual server: a session, results in JSON, no stream of its own. */
    private static void usual(Asked asked, ScriptedServer.Reply reply, String session) throws IOException {
        if (!asked.method().equals("POST")) {
            reply.status(asked.method().equals("GET") ? 405 : 200);
        } else if (asked.rpc().equals("initialize")) {
            reply.initialized(asked, session);
        } else if (asked.json().has("id") && asked.json().has("method")) {
            reply.result(asked, "{\"said\":\"" + asked.rpc() + "\"}");
        } else {
            reply.status(202);
        }
    }

    @Test
    void aSessionIsKeptAndEnded() throws Exception {
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> usual(asked, reply, "s-1"));
                LocalClient client =
                        client(server, "MCP_ENTRA_TOKEN", "secret", "MCP_ENTRA_HEADERS", "{\"X-Api-Key\":\"k\"}")) {
            assertThat(client.initialize()
                            .path("result")
                            .path("serverInfo")
                            .path("name")
                            .asText())
                    .isEqualTo("scripted");
            assertThat(client.call(7, "tools/list").path("result").path("said").asText())
                    .isEqualTo("tools/list");
            client.end();

            Asked first = server.asked("initialize").getFirst();
            assertThat(first.header("Authorization")).isEqualTo("Bearer secret");
            assertThat(first.header("X-Api-Key")).isEqualTo("k");
            assertThat(first.header("Mcp-Session-Id")).isNull();
            assertThat(first.body()).isEqualTo(LocalClient.INITIALIZE);
            Asked list = server.asked("tools/list").getFirst();
            assertThat(list.header("Mcp-Session-Id")).isEqualTo("s-1");
            assertThat(list.header("MCP-Protocol-Version")).isEqualTo("2025-06-18");
            Asked last = server.asked().getLast();
            assertThat(last.method()).isEqualTo("DELETE");
            assertThat(last.header("Mcp-Session-Id")).isEqualTo("s-1");
            assertThat(client.errors()).isEmpty();
        }
    }

    @Test
    void aForgottenSessionIsBegunAgainAndTheRequestSentOnceMore() throws Exception {
        AtomicInteger sessions = new AtomicInteger();
        AtomicReference<String> valid = new AtomicReference<>("none");
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> {
                    if (asked.method().equals("POST") && asked.rpc().equals("initialize")) {
                        valid.set("s-" + sessions.incrementAndGet());
                    } else if (!valid.get().equals(asked.header("Mcp-Session-Id"))) {
                        reply.status(404);
                        return;
                    }
                    usual(asked, reply, valid.get());
                });
                LocalClient client = client(server)) {
            client.initialize();
            client.request(1, "logging/setLevel", "{\"level\":\"debug\"}");
            client.message();
            valid.set("restarted");

            client.request(2, "tools/call", "{\"name\":\"x\"}");

            assertThat(client.line())
                    .isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");
            assertThat(client.message().path("id").asInt()).isEqualTo(2);
            assertThat(sessions).hasValue(2);
            assertThat(server.asked("tools/call")).hasSize(2);
            assertThat(server.asked("logging/setLevel").getLast().header("Mcp-Session-Id"))
                    .isEqualTo("s-2");
            assertThat(server.asked("notifications/initialized")).hasSize(2);
        }
    }

    @Test
    void aStreamThatBreaksIsTakenUpWhereItWas() throws Exception {
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> {
                    if (asked.method().equals("GET") && "e-1".equals(asked.header("Last-Event-ID"))) {
                        reply.events("id: e-2\ndata: {\"jsonrpc\":\"2.0\",\ndata: \"id\":1,\"result\":{}}\n\n");
                    } else if (asked.method().equals("POST") && asked.rpc().equals("tools/call")) {
                        reply.events("retry: 10\nid: e-1\ndata:\n\n: and then it breaks");
                    } else {
                        usual(asked, reply, "s-1");
                    }
                });
                LocalClient client = client(server)) {
            client.initialize();
            client.request(1, "tools/call", "{\"name\":\"x\"}");
            assertThat(client.line()).isEqualTo("{\"jsonrpc\":\"2.0\", \"id\":1,\"result\":{}}");
        }
    }

    @Test
    void aStreamThatCannotBeTakenUpIsAnErrorOfItsCall() throws Exception {
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> {
                    if (asked.method().equals("POST") && asked.rpc().equals("tools/call")) {
                        reply.events(": and then it breaks\n\n");
                    } else {
                        usual(asked, reply, "s-1");
                    }
                });
                LocalClient client = client(server)) {
            client.initialize();
            assertThat(client.call(1, "tools/call")
                            .path("error")
                            .path("message")
                            .asText())
                    .contains("ended the stream before its answer");
        }
    }

    @Test
    void theServerAsksAndTheClientAnswers() throws Exception {
        CountDownLatch listening = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> {
                    if (asked.method().equals("GET")) {
                        try (OutputStream out = reply.events()) {
                            out.write("data: {\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"roots/list\"}\n\n"
                                    .getBytes(StandardCharsets.UTF_8));
                            out.flush();
                            listening.countDown();
                            over.await(30, TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    } else {
                        usual(asked, reply, "s-1");
                    }
                });
                LocalClient client = client(server)) {
            client.initialize();
            assertThat(client.message().path("method").asText()).isEqualTo("roots/list");
            client.send("{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"result\":{\"roots\":[]}}");
            await().atMost(SOON)
                    .until(() -> server.asked().stream()
                            .anyMatch(asked -> asked.body().contains("\"roots\":[]")));
            over.countDown();
        }
    }

    @Test
    void whatIsNoMessageIsAnsweredAndGoesNowhere() throws Exception {
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> usual(asked, reply, null));
                LocalClient client = client(server)) {
            for (String line : new String[] {
                "garbage",
                "[]",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"method\":\"b\"}",
                "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"a\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1}",
                "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"a\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\"} x",
            }) {
                client.send(line);
                assertThat(client.message().path("error").path("code").asInt())
                        .as(line)
                        .isEqualTo(-32700);
            }
            client.send(new byte[] {'"', (byte) 0xff, '"', '\n'});
            assertThat(client.message().path("error").path("message").asText()).contains("not UTF-8");
            client.send("  ");
            assertThat(server.asked()).isEmpty();
        }
    }

    @Test
    void aCallThatStaysSilentTimesOutAndTheServerIsTold() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> {
                    if (asked.method().equals("POST") && asked.rpc().equals("tools/call")) {
                        try {
                            over.await(30, TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                    usual(asked, reply, "s-1");
                });
                LocalClient client = client(server, "MCP_ENTRA_TOOL_TIMEOUT", PATIENCE)) {
            client.initialize();
            assertThat(client.call(5, "tools/call").path("error").path("code").asInt())
                    .isEqualTo(-32001);
            await().atMost(SOON)
                    .until(() -> server.asked("notifications/cancelled").size() == 1);
            assertThat(server.asked("notifications/cancelled")
                            .getFirst()
                            .json()
                            .path("params")
                            .path("requestId")
                            .asInt())
                    .isEqualTo(5);
            over.countDown();
        }
    }

    @Test
    void aServerThatRestartsIsWaitedFor() throws Exception {
        ScriptedServer first = ScriptedServer.start((asked, reply) -> usual(asked, reply, null));
        try (LocalClient client = client(first)) {
            client.initialize();
            int port = first.port();
            first.close();
            client.request(1, "tools/list", "{}");
            try (ScriptedServer second = ScriptedServer.start(port, (asked, reply) -> usual(asked, reply, null))) {
                assertThat(client.message().path("result").isObject()).isTrue();
                assertThat(second.asked("tools/list")).hasSize(1);
            }
        }
    }

    @Test
    void aServerThatWasNeverThereIsSaidAtOnce() throws Exception {
        ScriptedServer gone = ScriptedServer.start((asked, reply) -> reply.status(500));
        gone.close();
        try (LocalClient client = client(gone)) {
            client.send(LocalClient.INITIALIZE);
            assertThat(client.message().path("error").path("message").asText()).contains("cannot be reached");
            assertThat(client.errors()).anyMatch(line -> line.contains("Fix: check the URL"));
        }
    }

    @Test
    void aNameWithoutAnAddressIsSaidSo() throws Exception {
        try (LocalClient client =
                LocalClient.of(ConnectOptions.of("https://nowhere.invalid/mcp"), Map.of("HOME", home.toString()))) {
            client.send(LocalClient.INITIALIZE);
            assertThat(client.message().path("error").path("message").asText())
                    .isEqualTo("the name nowhere.invalid has no address. Fix: check the URL, the network and the VPN");
        }
    }

    @Test
    void statelessMessagesRepeatInHeadersWhatTheySay() throws Exception {
        String meta = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}";
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> reply.result(
                        asked,
                        "{\"tools\":[{\"name\":\"grüße\",\"inputSchema\":{\"properties\":"
                                + "{\"region\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"}}}}]}"));
                LocalClient client = client(server)) {
            client.request(1, "tools/list", "{" + meta + "}");
            client.message();
            client.request(2, "tools/call", "{\"name\":\"grüße\",\"arguments\":{\"region\":\"eu\"}," + meta + "}");
            client.message();

            Asked call = server.asked("tools/call").getFirst();
            assertThat(call.header("MCP-Protocol-Version")).isEqualTo("2026-07-28");
            assertThat(call.header("Mcp-Method")).isEqualTo("tools/call");
            assertThat(call.header("Mcp-Name")).isEqualTo("=?base64?Z3LDvMOfZQ==?=");
            assertThat(call.header("Mcp-Param-Region")).isEqualTo("eu");
            assertThat(call.header("Mcp-Session-Id")).isNull();
        }
    }

    @Test
    void theOlderTransportIsFoundAndUsed() throws Exception {
        AtomicReference<OutputStream> stream = new AtomicReference<>();
        CountDownLatch over = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> {
                    if (asked.method().equals("GET")) {
                        OutputStream out = reply.events();
                        out.write("event: endpoint\ndata: /messages?id=1\n\n".getBytes(StandardCharsets.UTF_8));
                        out.flush();
                        stream.set(out);
                        try {
                            over.await(60, TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    } else if (asked.path().equals("/messages")) {
                        reply.status(202);
                        JsonNode id = asked.json().path("id");
                        if (!id.isMissingNode()) {
                            stream.get()
                                    .write(("event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":" + id
                                                    + ",\"result\":{\"said\":\"" + asked.rpc() + "\"}}\n\n")
                                            .getBytes(StandardCharsets.UTF_8));
                            stream.get().flush();
                        }
                    } else {
                        reply.status(405);
                    }
                });
                LocalClient client = client(server)) {
            assertThat(client.initialize().path("result").path("said").asText()).isEqualTo("initialize");
            assertThat(client.call(3, "tools/list").path("result").path("said").asText())
                    .isEqualTo("tools/list");
            over.countDown();
        }
    }

    @Test
    void theOlderTransportMayNotSendTheTokenElsewhere() throws Exception {
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> {
                    if (asked.method().equals("GET")) {
                        reply.events("event: endpoint\ndata: http://127.0.0.2:1/messages\n\n");
                    } else {
                        reply.status(405);
                    }
                });
                LocalClient client = client(server)) {
            client.send(LocalClient.INITIALIZE);
            assertThat(client.message().path("error").path("message").asText()).contains("405");
        }
    }

    @Test
    void afterASleepTheServersStreamIsTakenUpWhereItWas() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-20T10:00:00Z"));
        CountDownLatch over = new CountDownLatch(1);
        List<String> takenUpAfter = new CopyOnWriteArrayList<>();
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> {
                    if (asked.method().equals("GET")) {
                        takenUpAfter.add(String.valueOf(asked.header("Last-Event-ID")));
                        reply.events("id: e-" + takenUpAfter.size()
                                + "\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\n");
                        // And then nothing, as of a connection that nobody keeps any more.
                        awaitQuietly(over);
                    } else {
                        usual(asked, reply, "s-1");
                    }
                });
                LocalClient client = LocalClient.of(
                        ConnectOptions.of(server.url().toString()), Map.of("HOME", home.toString()), now::get)) {
            client.initialize();
            assertThat(client.message().path("method").asText()).isEqualTo("notifications/tools/list_changed");
            // A night with the lid closed.
            now.set(now.get().plus(Duration.ofHours(9)));
            assertThat(client.message().path("method").asText()).isEqualTo("notifications/tools/list_changed");
            assertThat(takenUpAfter).startsWith("null", "e-1");
            over.countDown();
        }
    }

    @Test
    void afterASleepAnOlderServersStreamIsNotWaitedFor() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-20T10:00:00Z"));
        OlderServer older = new OlderServer();
        try (ScriptedServer server = ScriptedServer.start(older);
                LocalClient client = LocalClient.of(
                        ConnectOptions.of(server.url().toString()), Map.of("HOME", home.toString()), now::get)) {
            client.initialize();
            now.set(now.get().plus(Duration.ofHours(9)));
            await().atMost(SOON).until(() -> client.call(1, "tools/list").has("result") && older.streams.get() == 2);
            older.endStream();
        }
    }

    /** Streams of the older transport: a test says what becomes of each {@code initialize}. */
    private static final class OlderServer implements ScriptedServer.Script {

        private final AtomicInteger streams = new AtomicInteger();
        private final Map<String, OutputStream> byAddress = new ConcurrentHashMap<>();
        private final AtomicReference<CountDownLatch> open = new AtomicReference<>(new CountDownLatch(1));
        private volatile String refusal;
        private volatile boolean silent;

        void endStream() {
            open.getAndSet(new CountDownLatch(1)).countDown();
        }

        @Override
        public void answer(Asked asked, ScriptedServer.Reply reply) throws IOException {
            if (asked.method().equals("GET")) {
                CountDownLatch mine = open.get();
                OutputStream out = reply.events();
                String address = "id=" + streams.incrementAndGet();
                byAddress.put(address, out);
                out.write(("event: endpoint\ndata: /messages?" + address + "\n\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
                try {
                    mine.await(120, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            } else if (!asked.path().equals("/messages")) {
                reply.status(405);
            } else {
                reply.status(202);
                JsonNode id = asked.json().path("id");
                if (!id.isMissingNode() && !(silent && asked.rpc().equals("initialize"))) {
                    String outcome = refusal != null && asked.rpc().equals("initialize")
                            ? "\"error\":{\"code\":-32000,\"message\":\"" + refusal + "\"}"
                            : "\"result\":{\"said\":\"" + asked.rpc() + "\"}";
                    OutputStream out = byAddress.get(asked.query());
                    out.write(("event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":" + id + "," + outcome + "}\n\n")
                            .getBytes(StandardCharsets.UTF_8));
                    out.flush();
                }
            }
        }
    }

    @Test
    void anOlderStreamThatEndedIsOpenedAgainWithTheClientsInitialize() throws Exception {
        OlderServer older = new OlderServer();
        try (ScriptedServer server = ScriptedServer.start(older);
                LocalClient client = client(server)) {
            client.initialize();
            older.endStream();
            await().atMost(SOON).until(() -> client.call(1, "tools/list").has("result") && older.streams.get() == 2);
            assertThat(server.asked("initialize")).hasSize(3);
            assertThat(server.asked("initialize").getLast().json().path("params"))
                    .isEqualTo(server.asked("initialize").getFirst().json().path("params"));
            older.endStream();
        }
    }

    @Test
    void anOlderServerThatDoesNotAnswerTheSecondInitializeHoldsNobodyUp() throws Exception {
        OlderServer older = new OlderServer();
        try (ScriptedServer server = ScriptedServer.start(older);
                LocalClient client = client(server, "MCP_ENTRA_TOOL_TIMEOUT", PATIENCE)) {
            client.initialize();
            older.silent = true;
            older.endStream();
            // Until the end of the stream is noticed, calls still go through.
            await().atMost(SOON).until(() -> client.call(1, "tools/list").has("error"));
            client.send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/roots/list_changed\"}");
            await().atMost(SOON)
                    .until(() -> client.errors().stream()
                            .anyMatch(line ->
                                    line.contains("did not answer a new session's initialize within " + PATIENCE + " s")
                                            || line.contains("list_changed was not delivered")));
            older.silent = false;
            await().atMost(SOON).until(() -> client.call(2, "tools/list").has("result"));
            older.endStream();
        }
    }

    @Test
    void anOlderServerThatRefusesTheSecondInitializeIsQuoted() throws Exception {
        OlderServer older = new OlderServer();
        try (ScriptedServer server = ScriptedServer.start(older);
                LocalClient client = client(server)) {
            client.initialize();
            older.refusal = "no room";
            older.endStream();
            await().atMost(SOON)
                    .until(() -> client.call(1, "tools/list")
                            .path("error")
                            .path("message")
                            .asText()
                            .contains("it refuses a new session: no room"));
            older.endStream();
        }
    }

    @Test
    void anInitializeThatIsNeverAnsweredTimesOutAndMayBeTriedAgain() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        AtomicInteger tries = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> {
                    if (asked.method().equals("POST")
                            && asked.rpc().equals("initialize")
                            && tries.incrementAndGet() == 1) {
                        awaitQuietly(over);
                    }
                    usual(asked, reply, "s-1");
                });
                LocalClient client = client(server, "MCP_ENTRA_TOOL_TIMEOUT", PATIENCE)) {
            client.send(LocalClient.INITIALIZE);
            assertThat(client.message().path("error").path("code").asInt()).isEqualTo(-32001);
            assertThat(client.initialize().path("result").isObject()).isTrue();
            assertThat(client.call(1, "tools/list").has("result")).isTrue();
            over.countDown();
        }
    }

    @Test
    void aNoticeThatHangsDoesNotHoldUpTheNext() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> {
                    if (asked.body().contains("\"first\"")) {
                        awaitQuietly(over);
                    }
                    usual(asked, reply, "s-1");
                });
                LocalClient client = client(server, "MCP_ENTRA_TOOL_TIMEOUT", PATIENCE)) {
            client.initialize();
            client.send("{\"jsonrpc\":\"2.0\",\"id\":\"first\",\"result\":{}}");
            client.send("{\"jsonrpc\":\"2.0\",\"id\":\"second\",\"result\":{}}");
            await().atMost(SOON)
                    .until(() -> server.asked().stream()
                            .anyMatch(asked -> asked.body().contains("\"second\"")));
            assertThat(client.errors())
                    .anyMatch(
                            line -> line.contains("a response was not delivered: no answer within " + PATIENCE + " s"));
            over.countDown();
        }
    }

    @Test
    void manyCallsThatFindTheSessionGoneBeginOneNewOne() throws Exception {
        AtomicReference<String> valid = new AtomicReference<>("none");
        AtomicInteger sessions = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(20);
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> {
                    if (asked.method().equals("POST") && asked.rpc().equals("initialize")) {
                        if (sessions.incrementAndGet() > 1) {
                            awaitQuietly(all);
                        }
                        valid.set("s-" + sessions.get());
                    } else if (!valid.get().equals(asked.header("Mcp-Session-Id"))) {
                        all.countDown();
                        reply.status(404);
                        return;
                    }
                    usual(asked, reply, valid.get());
                });
                LocalClient client = client(server)) {
            client.initialize();
            client.call(0, "tools/list");
            valid.set("restarted");
            for (int id = 1; id <= 20; id++) {
                client.request(id, "tools/list", "{}");
            }
            int answered = 0;
            while (answered < 20) {
                JsonNode message = client.message();
                assertThat(message.has("error")).as("%s", message).isFalse();
                answered += message.has("id") ? 1 : 0;
            }
            assertThat(sessions).hasValue(2);
        }
    }

    /** It is tried again whenever a call has got through: not by itself, since that may cost an az, or a look at a browser. */
    @Test
    void whatIsWrongWithTheServersStreamIsSaidOnceUntilItIsSomethingElse() throws Exception {
        AtomicReference<String> name = new AtomicReference<>("first");
        List<String> said = new CopyOnWriteArrayList<>();
        AtomicInteger opened = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> {
                    if (asked.method().equals("GET")) {
                        opened.incrementAndGet();
                        reply.header(
                                        "WWW-Authenticate",
                                        "Bearer error=\"invalid_token\", error_description=\"" + name.get() + "\"")
                                .status(401);
                    } else {
                        usual(asked, reply, "s-1");
                    }
                });
                HttpClient http = HttpClient.newHttpClient();
                StreamableHttp streamable = new StreamableHttp(
                        new McpHttp(http, server.url(), StaticToken.of("secret"), Map.of(), Duration.ZERO),
                        message -> {},
                        Duration.ofMillis(20),
                        new Diagnostics(said::add))) {
            streamable.initialize(new Call(Message.parse(LocalClient.INITIALIZE.getBytes(StandardCharsets.UTF_8))));
            streamable.tell(new Call(Message.notification("notifications/initialized")));
            AtomicInteger calls = new AtomicInteger();
            Callable<Integer> call = () -> {
                streamable.request(new Call(Message.parse(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}".getBytes(StandardCharsets.UTF_8))));
                calls.incrementAndGet();
                return opened.get();
            };
            await().atMost(SOON).until(call, times -> times > 5);
            assertThat(said).hasSize(1);
            name.set("second");
            await().atMost(SOON).until(() -> call.call() > 0 && said.size() == 2);
            int before = opened.get();
            await().atMost(SOON).until(call, times -> times > before + 5);
            assertThat(said).hasSize(2);
            assertThat(opened.get()).isLessThanOrEqualTo(1 + calls.get());
            assertThat(said.getFirst()).contains("first");
            assertThat(said.getLast()).contains("second");
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
