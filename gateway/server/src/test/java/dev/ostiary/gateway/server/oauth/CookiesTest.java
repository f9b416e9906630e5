package dev.ostiary.gateway.server.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CookiesTest {

    private final Cookies https = new Cookies(FacadeUrls.of(URI.create("https://mcp.example.com")));

    @Test
    void aCookieIsForThisHostAloneAndForNoScript() {
        String cookie = https.set("signin-1", "value", Duration.ofMinutes(10));

        assertThat(cookie).startsWith("__Host-ostiary-signin-1=value; ");
        assertThat(List.of(cookie.split("; "))).contains("Path=/", "HttpOnly", "SameSite=Lax", "Secure");
        assertThat(cookie).doesNotContainIgnoringCase("domain");
    }

    @Test
    void aCookieThatIsThereTwiceIsNoneSinceOneWasTossedIn() {
        assertThat(https.read(List.of("__Host-ostiary-a=1"), "a")).isEqualTo("1");
        assertThat(https.read(List.of("__Host-ostiary-a=1; __Host-ostiary-a=2"), "a"))
                .isNull();
        assertThat(https.read(List.of("__Host-ostiary-a=1", "__Host-ostiary-a=1"), "a"))
                .isNull();
    }

    @Test
    void aCookieThatASiblingHostCouldSetDoesNotCountOverHttps() {
        assertThat(https.read(List.of("ostiary-a=1; __host-ostiary-a=2; x__Host-ostiary-a=3"), "a"))
                .isNull();
    }
}
