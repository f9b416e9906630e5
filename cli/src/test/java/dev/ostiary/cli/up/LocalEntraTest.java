package dev.ostiary.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ostiary.cli.CommandFailure;
import dev.ostiary.entra.emulator.DemoDirectory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built-in tenant, started again. */
class LocalEntraTest {

    private static final URI GATEWAY = URI.create("http://localhost:8080");
    private static final String CALLBACK = GATEWAY + "/oauth/callback";

    @TempDir
    private Path folder;

    private static LocalEntra start(@Nullable Path state, String... routes) throws Exception {
        LocalEntra entra = LocalEntra.reserve(state);
        entra.serve(GATEWAY, List.of(routes));
        return entra;
    }

    private static URI token(LocalEntra entra) {
        return URI.create(origin(entra) + "/" + DemoDirectory.TENANT_ID + "/oauth2/v2.0/token");
    }

    private static URI origin(LocalEntra entra) {
        return entra.registration().authority();
    }

    private static String keys(LocalEntra entra) throws Exception {
        return send(HttpRequest.newBuilder(
                        URI.create(origin(entra) + "/" + DemoDirectory.TENANT_ID + "/discovery/v2.0/keys")))
                .body();
    }

    /** Signs ben in at the gateway's registration, as the gateway does; the refresh token. */
    private static String signIn(LocalEntra entra) throws Exception {
        HttpResponse<String> back = send(HttpRequest.newBuilder(URI.create(origin(entra) + "/" + DemoDirectory.TENANT_ID
                + "/oauth2/v2.0/authorize?response_type=code&client_id=" + DemoDirectory.GATEWAY_CLIENT_ID
                + "&redirect_uri=" + encoded(CALLBACK) + "&scope="
                + encoded("openid profile offline_access " + DemoDirectory.GATEWAY_CLIENT_ID + "/.default")
                + "&login_hint=" + encoded("ben@" + DemoDirectory.DOMAIN))));
        Matcher code = Pattern.compile("[?&]code=([^&]*)")
                .matcher(back.headers().firstValue("location").orElse(back.body()));
        assertThat(code.find()).as(back.body()).isTrue();
        return refreshToken(ask(
                entra, "grant_type=authorization_code&code=" + code.group(1) + "&redirect_uri=" + encoded(CALLBACK)));
    }

    private static HttpResponse<String> refresh(LocalEntra entra, String token) throws Exception {
        return ask(entra, "grant_type=refresh_token&refresh_token=" + token);
    }

    private static HttpResponse<String> ask(LocalEntra entra, String form) throws Exception {
        return send(HttpRequest.newBuilder(token(entra))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form + "&client_id=" + DemoDirectory.GATEWAY_CLIENT_ID
                        + "&client_secret=" + encoded(DemoDirectory.GATEWAY_CLIENT_SECRET))));
    }

    private static String refreshToken(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new ObjectMapper()
                .readTree(answer.body())
                .required("refresh_token")
                .asText();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Test
    void withAStateFolderItIsTheSameTenantAfterARestart() throws Exception {
        Path state = folder.resolve("state");
        String token;
        String keys;
        URI origin;
        try (LocalEntra before = start(state, "notes")) {
            token = signIn(before);
            keys = keys(before);
            origin = origin(before);
        }
        try (LocalEntra after = start(state, "notes")) {
            assertThat(origin(after)).isEqualTo(origin);
            assertThat(keys(after)).isEqualTo(keys);
            refreshToken(refresh(after, refreshToken(refresh(after, token))));
            assertThat(refresh(after, token.substring(0, token.length() - 2)).statusCode())
                    .isEqualTo(400);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve(EmulatorFile.NAME))))
                .isEqualTo("rw-------");
    }

    @Test
    void whenItsPortIsTakenItListensElsewhereAndKnowsItsUsers() throws Exception {
        String token;
        int port;
        try (LocalEntra before = start(folder, "notes")) {
            token = signIn(before);
            port = origin(before).getPort();
        }
        try (ServerSocket squatter = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                LocalEntra after = start(folder, "notes")) {
            assertThat(origin(after).getPort()).isNotEqualTo(squatter.getLocalPort());
            refreshToken(refresh(after, token));
        }
    }

    @Test
    void aRouteThatAppearsSignsNobodyOut() throws Exception {
        try (LocalEntra entra = start(null, "notes")) {
            String token = signIn(entra);
            entra.serve(GATEWAY, List.of("notes", "other"));
            refreshToken(refresh(entra, token));
        }
    }

    @Test
    void withoutAStateFolderItIsAnotherTenantEachTime() throws Exception {
        String token;
        try (LocalEntra before = start(null, "notes")) {
            token = signIn(before);
        }
        try (LocalEntra after = start(null, "notes")) {
            HttpResponse<String> refused = refresh(after, token);
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("invalid_grant");
        }
    }

    @Test
    void whatIsNotItsFileIsLeftAsItIsAndNotQuoted() throws Exception {
        start(folder, "notes").close();
        Path file = folder.resolve(EmulatorFile.NAME);
        Files.writeString(file, "{\"port\":80,\"secret\":\"hush\"}");

        assertThatThrownBy(() -> LocalEntra.reserve(folder))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("delete it")
                .message()
                .doesNotContain("hush");
        assertThat(file).content().contains("hush");
    }
}
