package dev.ostiary.entra.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TlsTest {

    @Test
    @DisplayName("https works for those who trust the emulator's authority, as MSAL4J demands [S Authority.java]")
    void httpsWorksForThoseWhoTrustTheAuthority() throws Exception {
        try (EntraEmulator entra = EntraEmulator.start(
                Settings.of(SampleDirectories.contosoAndFabrikam()).withTls("login.test"))) {
            assertThat(entra.origin()).startsWith("https://localhost:");
            assertThat(entra.caCertificatePem()).isPresent();
            assertThat(new Browserless(entra)
                            .json("/" + SampleDirectories.CONTOSO + "/v2.0/.well-known/openid-configuration")
                            .get("issuer")
                            .asText())
                    .isEqualTo(entra.issuer(SampleDirectories.CONTOSO));
            try (HttpClient stranger = HttpClient.newHttpClient()) {
                HttpRequest request =
                        HttpRequest.newBuilder(URI.create(entra.origin() + "/")).build();
                assertThatThrownBy(() -> stranger.send(request, HttpResponse.BodyHandlers.ofString()))
                        .isInstanceOf(SSLHandshakeException.class);
            }
        }
    }

    @Test
    void aTakenPortIsNamed() {
        try (EntraEmulator entra = EntraEmulator.start(Settings.of(SampleDirectories.contosoAndFabrikam()))) {
            int port = URI.create(entra.origin()).getPort();
            Settings same = Settings.of(entra.directory()).withPort(port);
            assertThatThrownBy(() -> EntraEmulator.start(same)).hasMessageContaining("port " + port);
        }
    }
}
