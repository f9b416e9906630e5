package dev.ostiary.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.settings.ConnectOptions;
import dev.ostiary.connect.settings.ConnectSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {

    private static final String TOKEN = "eyJhbGciOiJub25lIn0."
            + Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString("{\"aud\":\"api://notes\",\"tid\":\"contoso\",\"scp\":\"mcp.notes\"}"
                            .getBytes(StandardCharsets.UTF_8))
            + ".c2lnbmF0dXJl";

    @TempDir
    private Path home;

    private final List<String> lines = new ArrayList<>();

    private boolean examine(String url, Map<String, String> more) throws Exception {
        FakeAz az = FakeAz.in(home.resolve("bin"));
        az.noToken("ERROR: Please run 'az login' to setup account.\n");
        Map<String, String> environment = az.environment(home);
        environment.putAll(more);
        ConnectOptions options = ConnectOptions.of(url);
        return Connect.examine(
                ConnectSettings.of(options, environment),
                environment,
                InstantSource.system(),
                Diagnostics.NONE,
                lines::add);
    }

    private static void answer(ScriptedServer.Asked asked, ScriptedServer.Reply reply) throws IOException {
        String origin = "http://" + asked.header("Host");
        if (asked.path().startsWith("/.well-known/")) {
            reply.json(
                    200,
                    "{\"resource\":\"" + origin + "/mcp\",\"authorization_servers\":[\"" + origin
                            + "/contoso/v2.0\"],\"scopes_supported\":[\"" + origin + "/mcp/mcp.notes\"]}");
        } else if (!("Bearer " + TOKEN).equals(asked.header("Authorization"))) {
            reply.header("WWW-Authenticate", "Bearer error=\"invalid_token\"").status(401);
        } else {
            reply.initialized(asked, null);
        }
    }

    @Test
    void whenAllIsWellItSaysWhatItFound() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(DoctorTest::answer)) {
            assertThat(examine(server.url().toString(), Map.of("MCP_ENTRA_TOKEN", TOKEN)))
                    .as("%s", lines)
                    .isTrue();
            assertThat(lines)
                    .containsExactly(
                            "ok    server: " + server.url() + " answers 401 without a token, as it should",
                            "ok    metadata: tokens are for " + server.url() + ", from " + server.origin()
                                    + "/contoso/v2.0, scope " + server.url() + "/mcp.notes",
                            "ok    az: version 2.80.0",
                            "ok    token: there is one, for api://notes, scope mcp.notes, tenant contoso",
                            "ok    initialize: scripted speaks 2025-06-18");
        }
    }

    @Test
    void whatIsMissingIsSaidWithWhatToDo() throws Exception {
        try (ScriptedServer server = ScriptedServer.start(DoctorTest::answer)) {
            assertThat(examine(server.url().toString(), Map.of())).isFalse();
            assertThat(lines.getLast())
                    .startsWith(
                            "FAIL  token: the sign-in with az failed or was cancelled. Fix: run it yourself: az login")
                    .contains("--tenant contoso");
        }
    }

    @Test
    void aServerThatIsNotThereEndsIt() throws Exception {
        ScriptedServer gone = ScriptedServer.start(DoctorTest::answer);
        gone.close();
        assertThat(examine(gone.url().toString(), Map.of())).isFalse();
        assertThat(lines).hasSize(1);
        assertThat(lines.getFirst()).contains("cannot be reached. Fix: ");
    }

    /** The commonest mistake: the right host, the wrong path. */
    @Test
    void aPathWhereNothingIsIsNotWell() throws Exception {
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> reply.status(404))) {
            assertThat(examine(server.url().toString(), Map.of())).isFalse();
            assertThat(lines)
                    .contains("note  server: " + server.url() + " answers 404 without a token")
                    .contains("note  initialize: it answers 404 to Streamable HTTP; trying HTTP with SSE")
                    .last()
                    .asString()
                    .startsWith(
                            "FAIL  initialize: the server answered 404 and opens no event stream. Fix: check the path");
        }
    }

    @Test
    void aServerOfTheOlderTransportIsTriedWithIt() throws Exception {
        AtomicReference<OutputStream> stream = new AtomicReference<>();
        CountDownLatch over = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> {
            if (asked.path().startsWith("/.well-known/")) {
                reply.status(404);
            } else if (asked.method().equals("GET")) {
                stream.set(reply.events());
                stream.get().write("event: endpoint\ndata: /messages\n\n".getBytes(StandardCharsets.UTF_8));
                stream.get().flush();
                try {
                    over.await(60, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            } else if (asked.path().equals("/messages")) {
                reply.status(202);
                stream.get()
                        .write(("data: {\"jsonrpc\":\"2.0\",\"id\":\"doctor\",\"result\":{\"protocolVersion\":"
                                        + "\"2024-11-05\",\"serverInfo\":{\"name\":\"old\"}}}\n\n")
                                .getBytes(StandardCharsets.UTF_8));
                stream.get().flush();
            } else {
                reply.status(405);
            }
        })) {
            assertThat(examine(server.url().toString(), Map.of()))
                    .as("%s", lines)
                    .isTrue();
            assertThat(lines).last().isEqualTo("ok    initialize: old speaks 2024-11-05 over HTTP with SSE");
            over.countDown();
        }
    }

    @Test
    void theSessionThatItBeganIsEndedAndFurtherHeadersAreSent() throws Exception {
        AtomicInteger begun = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.start((asked, reply) -> {
            if (asked.path().startsWith("/.well-known/") || !"k".equals(asked.header("X-Api-Key"))) {
                reply.status(404);
            } else if (asked.method().equals("DELETE")) {
                reply.status(200);
            } else {
                reply.initialized(asked, "s-" + begun.incrementAndGet());
            }
        })) {
            assertThat(examine(server.url().toString(), Map.of("MCP_ENTRA_HEADERS", "{\"X-Api-Key\":\"k\"}")))
                    .as("%s", lines)
                    .isTrue();
            assertThat(server.asked().stream()
                            .filter(asked -> asked.method().equals("DELETE"))
                            .map(asked -> asked.header("Mcp-Session-Id")))
                    .containsExactly("s-1", "s-2");
        }
    }
}
