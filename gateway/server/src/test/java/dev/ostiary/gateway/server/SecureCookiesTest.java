package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Settings;
import dev.ostiary.entra.emulator.token.Certificates;
import dev.ostiary.entra.emulator.token.Pem;
import dev.ostiary.gateway.config.Credentials;
import dev.ostiary.gateway.config.KeyRing;
import dev.ostiary.gateway.config.RuntimeConfig;
import dev.ostiary.gateway.config.StoreSettings;
import dev.ostiary.gateway.config.egress.TrustAnchors;
import dev.ostiary.gateway.server.http.TlsFiles;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that serves https itself, from the sign-in's first page to the page of grants. */
class SecureCookiesTest {

    @TempDir
    private Path folder;

    @Test
    void everyCookieOverHttpsIsForThisHostAlone() throws Exception {
        Certificates.Identity authority = Certificates.authority("CN=Test CA");
        String ca = Pem.certificate(authority.certificate());
        String url = "https://localhost:" + freePort();
        try (EntraEmulator entra =
                        EntraEmulator.start(Settings.of(DemoDirectory.forGateway(url, List.of("notes", "other")))
                                .withKeys(EmulatorKeys.copy()));
                Workload workload = new Workload(GatewayScenario::answering);
                GatewayServer gateway = GatewayServer.start(
                        settings(authority, URI.create(url).getPort()), config(url, entra, workload));
                HttpClient http = HttpClient.newBuilder()
                        .sslContext(TrustAnchors.context(ca))
                        .build()) {
            assertThat(gateway.port()).isEqualTo(URI.create(url).getPort());
            McpUser client = new McpUser(url, "");
            HttpResponse<String> registered =
                    http.send(McpUser.registration(url).build(), HttpResponse.BodyHandlers.ofString());
            client.clientId = FacadeClient.json(registered).path("client_id").asText();
            UsersBrowser browser = new UsersBrowser(http, entra.origin());

            String back = browser.open(
                    url + "/authorize?" + McpUser.encode(client.request("notes")), McpUser.CALLBACK, "ben");
            assertThat(back).contains("?code=").doesNotContain("error");
            assertThat(http.send(
                                    HttpRequest.newBuilder(URI.create(url + "/token"))
                                            .header("Content-Type", "application/x-www-form-urlencoded")
                                            .POST(HttpRequest.BodyPublishers.ofString(McpUser.encode(Map.of(
                                                    "grant_type", "authorization_code",
                                                    "client_id", client.clientId,
                                                    "code",
                                                            UsersBrowser.query(back)
                                                                    .get("code"),
                                                    "redirect_uri", McpUser.CALLBACK,
                                                    "code_verifier", McpUser.VERIFIER))))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
            assertThat(browser.get(browser.open(url + "/grants", url + "/grants", "ben"))
                            .body())
                    .contains("You are signed in as");

            List<String> cookies = browser.cookieHeaders.stream()
                    .filter(cookie -> cookie.contains("ostiary"))
                    .toList();
            assertThat(cookies)
                    .anyMatch(cookie -> cookie.startsWith("__Host-ostiary-signin-"))
                    .anyMatch(cookie -> cookie.startsWith("__Host-ostiary-user="))
                    .anyMatch(cookie -> cookie.startsWith("__Host-ostiary-grants="))
                    .allSatisfy(cookie -> assertThat(cookie)
                            .startsWith("__Host-ostiary-")
                            .contains("; Secure", "; Path=/", "; HttpOnly", "; SameSite=Lax")
                            .doesNotContainIgnoringCase("domain="));
        }
    }

    private GatewayServer.Settings settings(Certificates.Identity authority, int port) throws Exception {
        Certificates.Identity server = Certificates.server(authority, List.of("localhost"));
        Path certificate = Files.writeString(folder.resolve("tls.crt"), Pem.certificate(server.certificate()));
        Path key = Files.writeString(
                folder.resolve("tls.key"),
                Pem.block("PRIVATE KEY", server.privateKey().getEncoded()));
        return new GatewayServer.Settings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                new TlsFiles(certificate, key),
                null,
                1,
                null,
                OutputStream.nullOutputStream());
    }

    private static RuntimeConfig config(String url, EntraEmulator entra, Workload workload) {
        return RuntimeConfig.of(
                Replicas.snapshot(url, entra, workload.url(), new StoreSettings.Memory()),
                KeyRing.generate(new SecureRandom(), Instant.now()),
                new Credentials(Map.of("mcp/entra/secret", DemoDirectory.GATEWAY_CLIENT_SECRET)));
    }

    private static int freePort() throws Exception {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
