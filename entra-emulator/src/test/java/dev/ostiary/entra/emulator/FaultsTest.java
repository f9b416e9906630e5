package dev.ostiary.entra.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.token.SigningKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultsTest {

    private static final String KEYS = "/organizations/discovery/v2.0/keys";
    private static final String DOCUMENT = "/organizations/v2.0/.well-known/openid-configuration";

    private static final SigningKeys KEPT = SigningKeys.generate();

    private EntraEmulator entra;
    private Browserless client;

    @BeforeEach
    void start() {
        entra = EntraEmulator.start(
                Settings.of(SampleDirectories.contosoAndFabrikam()).withKeys(KEPT));
        client = new Browserless(entra);
    }

    @AfterEach
    void stop() {
        entra.close();
    }

    @Test
    void keysFailUntilTheFaultIsCleared() {
        entra.faults().status(Area.KEYS, 500);
        assertThat(client.get(KEYS).statusCode()).isEqualTo(500);
        assertThat(client.get(KEYS).statusCode()).isEqualTo(500);
        assertThat(client.get(DOCUMENT).statusCode()).isEqualTo(200);
        entra.faults().clear(Area.KEYS);
        assertThat(client.get(KEYS).statusCode()).isEqualTo(200);
    }

    @Test
    void aThrottleHoldsForSoManyRequests() {
        entra.faults().throttle(Area.KEYS, 7, 2);
        HttpResponse<String> first = client.get(KEYS);
        assertThat(first.statusCode()).isEqualTo(429);
        assertThat(first.headers().firstValue("Retry-After")).contains("7");
        assertThat(client.get(KEYS).statusCode()).isEqualTo(429);
        assertThat(client.get(KEYS).statusCode()).isEqualTo(200);
    }

    @Test
    void slowAnswersComeLateButRight() {
        entra.faults().slow(Area.DISCOVERY, Duration.ofMillis(300));
        long before = System.nanoTime();
        assertThat(client.get(DOCUMENT).statusCode()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @Test
    void aHangEndsWithTheFault() throws Exception {
        entra.faults().hang(Area.KEYS);
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(entra.origin() + KEYS)).build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            assertThatThrownBy(() -> http.send(
                            HttpRequest.newBuilder(request, (name, value) -> true)
                                    .timeout(Duration.ofMillis(300))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(HttpTimeoutException.class);
            CompletableFuture<HttpResponse<String>> hanging =
                    http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
            assertThat(client.get(DOCUMENT).statusCode()).isEqualTo(200);
            org.awaitility.Awaitility.await().until(() -> entra.faults().requests(Area.KEYS) >= 2);
            entra.faults().clear(Area.KEYS);
            // The dropped connection makes the JDK's client ask again, which works now.
            assertThat(hanging.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            assertThat(entra.faults().requests(Area.KEYS)).isEqualTo(3);
        }
        assertThat(client.get(KEYS).statusCode()).isEqualTo(200);
    }

    @Test
    void requestsAreCountedPerArea() {
        client.get(KEYS);
        client.get(KEYS);
        client.get(DOCUMENT);
        assertThat(entra.faults().requests(Area.KEYS)).isEqualTo(2);
        assertThat(entra.faults().requests(Area.DISCOVERY)).isEqualTo(1);
    }

    @Test
    void theClockMovesOnRequest() {
        entra.clock().advance(Duration.ofHours(3));
        assertThat(entra.clock().offset()).isEqualTo(Duration.ofHours(3));
        long iat = Browserless.claims(entra.tokens()
                        .userToken(
                                SampleDirectories.ALICE.oid(),
                                SampleDirectories.NATIVE_CLIENT,
                                SampleDirectories.API,
                                "mcp.read")
                        .build())
                .get("iat")
                .asLong();
        assertThat(iat).isGreaterThan(java.time.Instant.now().getEpochSecond() + 3 * 3600 - 60);
        entra.clock().reset();
        assertThat(entra.clock().offset()).isEqualTo(Duration.ZERO);
    }
}
