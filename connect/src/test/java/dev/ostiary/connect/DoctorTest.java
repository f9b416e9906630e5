package dev.ostiary.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.connect.diagnostics.Diagnostics;
import dev.ostiary.connect.settings.ConnectOptions;
import dev.ostiary.connect.settings.ConnectSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
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
                            + "/contoso/v2.0\"],\"scopes_supported\":[\"api://notes/mcp.notes\"]}");
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
                                    + "/contoso/v2.0, scope api://notes/mcp.notes",
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
}
