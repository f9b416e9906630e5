package dev.ostiary.entra.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that Graph would not give, or gives on a bad day: the client ends within its bounds, and sends its token nowhere else. */
class HostileGraphTest {

    private static final String TOKEN = "a-token-of-the-administrator";

    private final CountDownLatch over = new CountDownLatch(1);
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> said = new CopyOnWriteArrayList<>();
    private Duration waited = Duration.ZERO;
    private HttpServer server;
    private ExecutorService threads;
    private Answer answer = exchange -> {};

    @FunctionalInterface
    private interface Answer {
        void to(HttpExchange exchange) throws IOException, InterruptedException;
    }

    @BeforeEach
    void start() throws IOException {
        threads = Executors.newVirtualThreadPerTaskExecutor();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI().toString());
            try (exchange) {
                answer.to(exchange);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        threads.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://graph.evil.example/v1.0/applications",
                "ORIGIN@evil.example/v1.0/applications",
                "ORIGIN.evil.example/v1.0/applications",
                "//evil.example/v1.0/",
                "file:///etc/passwd",
                "ORIGIN/beta/applications",
                "ORIGIN/v1.0/a b",
                "ORIGIN/v1.0/%zz"
            })
    void aNextPageElsewhereIsNotAskedFor(String link) {
        answer = exchange ->
                json(exchange, 200, "{\"value\":[],\"@odata.nextLink\":\"" + link.replace("ORIGIN", origin()) + "\"}");

        assertThatThrownBy(() -> client(Duration.ofSeconds(30)).list("/applications"))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("next page")
                .hasMessageNotContaining(TOKEN);
        assertThat(asked).hasSize(1);
    }

    @Test
    void pagesWithoutEndEnd() {
        answer = exchange ->
                json(exchange, 200, "{\"value\":[],\"@odata.nextLink\":\"" + origin() + "/v1.0/applications?again\"}");

        assertThatThrownBy(() -> client(Duration.ofSeconds(30)).list("/applications"))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("more than 100 pages");
    }

    @Test
    void aRedirectIsNotFollowed() {
        answer = exchange -> {
            exchange.getResponseHeaders().add("Location", "http://evil.example/");
            json(exchange, 302, "{}");
        };

        assertThatThrownBy(() -> client(Duration.ofSeconds(30)).get("/me"))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("302");
    }

    @Test
    void aBodyThatTricklesHasAnEnd() {
        answer = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            if (!over.await(2, TimeUnit.MINUTES)) {
                throw new IOException("the test has not ended");
            }
        };

        assertThatThrownBy(() -> client(Duration.ofSeconds(2)).get("/me"))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("HttpTimeoutException");
        assertThat(over.getCount()).isOne();
    }

    @Test
    void aBodyWithoutEndIsNotRead() {
        byte[] piece = " ".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
        answer = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            for (int i = 0; i < 1_000; i++) {
                exchange.getResponseBody().write(piece);
            }
        };

        assertThatThrownBy(() -> client(Duration.ofSeconds(60)).get("/me"))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("cannot be reached");
    }

    @Test
    void whatIsNoJsonIsNoObject() throws Exception {
        answer = exchange -> json(exchange, 200, "<html>" + TOKEN);
        assertThat(client(Duration.ofSeconds(30)).get("/me")).isEmpty();
    }

    @Test
    void aDateToComeBackAtIsWaitedFor() throws Exception {
        Instant there = Instant.now();
        answer = exchange -> {
            if (asked.size() == 1) {
                exchange.getResponseHeaders().set("Retry-After", date(there.plusSeconds(90)));
                json(exchange, 503, "{}");
            } else {
                json(exchange, 200, "{\"id\":\"1\"}");
            }
        };

        assertThat(client(Duration.ofSeconds(30)).get("/me").path("id").asText())
                .isEqualTo("1");
        assertThat(waited).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(90));
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-5", "", "1e3", "99999999999999999999999"})
    void anOddTimeToComeBackAtIsNoneOrNow(String retryAfter) throws Exception {
        answer = exchange -> {
            if (asked.size() == 1) {
                exchange.getResponseHeaders().add("Retry-After", retryAfter);
                json(exchange, 429, "{}");
            } else {
                json(exchange, 200, "{}");
            }
        };

        client(Duration.ofSeconds(30)).get("/me");
        assertThat(waited).isLessThanOrEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aTimeThatIsTooLongIsToldAndNotWaitedFor() {
        answer = exchange -> {
            exchange.getResponseHeaders().add("Retry-After", "3600");
            json(exchange, 429, "{\"error\":{\"code\":\"TooManyRequests\"}}");
        };

        assertThatThrownBy(() -> client(Duration.ofSeconds(30)).get("/me"))
                .hasMessage("Graph answered 429 TooManyRequests; it asks to wait 3600 s more");
        assertThat(waited).isZero();
        assertThat(asked).hasSize(1);
    }

    @Test
    void aTokenThatHasEndedIsToldAsSuch() {
        answer = exchange -> json(
                exchange,
                401,
                "{\"error\":{\"code\":\"InvalidAuthenticationToken\",\"message\":\"Lifetime validation failed\"}}");

        assertThatThrownBy(() -> client(Duration.ofSeconds(30)).get("/me"))
                .hasMessage("Graph answered 401 InvalidAuthenticationToken: Lifetime validation failed; sign in again");
    }

    private GraphClient client(Duration timeout) throws LoginException {
        return new GraphClient(
                new Exchange(timeout),
                URI.create(origin()),
                AccessToken.of(TOKEN, "the test"),
                time -> waited = waited.plus(time),
                said::add);
    }

    private String origin() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static String date(Instant time) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atZone(ZoneOffset.UTC));
    }

    private static void json(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
