package dev.ostiary.gateway.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ostiary.gateway.server.http.ListenerEvents.DrainPhase;
import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The order in which a listener ends. */
@ExtendWith(NettyLeakDetectorExtension.class)
class DrainTest {

    private static final Duration PROPAGATION = Duration.ofMillis(500);
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final String HOST = "Host: localhost\r\n";

    @TempDir
    Path folder;

    private ListenerFixture fixture;
    private final BlockingQueue<Exchange> taken = new LinkedBlockingQueue<>();
    private final Queue<String> told = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() {
        fixture.close();
    }

    private static void answer(Exchange exchange, String text) {
        exchange.executor()
                .execute(() -> exchange.respond(
                        HttpResponseStatus.OK, new DefaultHttpHeaders(), Unpooled.copiedBuffer(text, UTF_8)));
    }

    private void awaitPhase(DrainPhase phase) {
        await().until(() -> fixture.events.phases.contains(phase));
    }

    @Test
    void everyPhaseComesInItsOrderAndNoRequestIsLost() throws Exception {
        fixture = ListenerFixture.plain(ListenerFixture.DEFAULTS, exchange -> {
            if (exchange.path().equals("/quick")) {
                answer(exchange, "quick");
            } else {
                taken.add(exchange);
            }
        });
        try (RawClient running = fixture.connect();
                RawClient idle = fixture.connect();
                RawClient busy = fixture.connect()) {
            running.send("GET /running HTTP/1.1\r\n" + HOST + "\r\n");
            Exchange exchange = taken.poll(10, TimeUnit.SECONDS);
            idle.send("GET /quick HTTP/1.1\r\n" + HOST + "\r\n").readResponse();
            busy.send("GET /quick HTTP/1.1\r\n" + HOST + "\r\n").readResponse();

            CompletableFuture<Void> closed = fixture.listener.drain(PROPAGATION, DEADLINE);
            awaitPhase(DrainPhase.PROPAGATING);
            try (RawClient late = fixture.connect()) {
                assertThat(late.send("GET /quick HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n")
                                .readToEnd())
                        .endsWith("quick");
            }
            awaitPhase(DrainPhase.STREAMS_ENDED);
            assertThatThrownBy(() -> fixture.connect()).isInstanceOf(ConnectException.class);
            assertThat(busy.send("GET /quick HTTP/1.1\r\n" + HOST + "\r\n").readToEnd())
                    .contains("connection: close\r\n")
                    .endsWith("quick");
            assertThat(idle.readToEnd()).isEmpty();
            assertThat(closed).isNotDone();

            answer(exchange, "done");
            assertThat(running.readToEnd()).contains("connection: close\r\n").endsWith("done");
            closed.get(10, TimeUnit.SECONDS);
            assertThat(fixture.listener.drain(PROPAGATION, DEADLINE)).isSameAs(closed);
        }
        assertThat(fixture.events.phases).containsExactly(DrainPhase.values());
    }

    @Test
    void streamsAreToldToEndAndThoseInAnswerToGetEndAtOnce() throws Exception {
        fixture = ListenerFixture.plain(ListenerFixture.DEFAULTS, exchange -> {
            exchange.onGone(() -> told.add(exchange.path() + " gone"));
            exchange.onDraining(() -> told.add(exchange.path() + " told"));
            ResponseStream stream = exchange.stream(HttpResponseStatus.OK, new DefaultHttpHeaders());
            stream.write(Unpooled.copiedBuffer("data", UTF_8));
            if (exchange.path().equals("/ends")) {
                exchange.onDraining(stream::end);
            }
            taken.add(exchange);
        });
        try (RawClient listening = fixture.connect();
                RawClient calling = fixture.connect();
                RawClient ending = fixture.connect()) {
            listening.send("GET /get HTTP/1.1\r\n" + HOST + "\r\n").readThrough("data\r\n");
            calling.send("POST /post HTTP/1.1\r\n" + HOST + "Content-Length: 0\r\n\r\n")
                    .readThrough("data\r\n");
            ending.send("GET /ends HTTP/1.1\r\n" + HOST + "\r\n").readThrough("data\r\n");

            CompletableFuture<Void> closed = fixture.listener.drain(Duration.ZERO, Duration.ofSeconds(2));
            assertThat(listening.readToEnd()).as("no last chunk").isEmpty();
            assertThat(ending.readToEnd()).isEqualTo("0\r\n\r\n");
            assertThat(closed).isNotDone();
            assertThat(calling.readToEnd()).as("aborted at the deadline").isIn("", "<reset>");
            closed.get(10, TimeUnit.SECONDS);
        }
        assertThat(told).containsExactlyInAnyOrder("/get told", "/get gone", "/post told", "/post gone", "/ends told");
        assertThat(fixture.events.phases).containsExactly(DrainPhase.values());
    }

    @Test
    void http2ClientsFinishWhatTheyBeganAndGoElsewhere() throws Exception {
        TestCertificates certificate = TestCertificates.create(folder, "drain", "EC");
        fixture = ListenerFixture.tls(ListenerFixture.DEFAULTS, certificate.write(folder), taken::add);
        try (HttpClient client = HttpClient.newBuilder()
                .sslContext(certificate.clientContext())
                .version(HttpClient.Version.HTTP_2)
                .build()) {
            URI url = URI.create("https://localhost:" + fixture.port() + "/");
            CompletableFuture<HttpResponse<String>> running =
                    client.sendAsync(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString());
            Exchange exchange = taken.poll(10, TimeUnit.SECONDS);
            CompletableFuture<Void> closed = fixture.listener.drain(Duration.ZERO, DEADLINE);
            awaitPhase(DrainPhase.STREAMS_ENDED);
            // GOAWAY has been seen when the client wants a new connection, which it cannot have.
            await().untilAsserted(() -> assertThatThrownBy(() -> client.send(
                            HttpRequest.newBuilder(url)
                                    .timeout(Duration.ofSeconds(2))
                                    .build(),
                            BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class));
            assertThat(closed).isNotDone();
            answer(exchange, "done");
            assertThat(running.get(10, TimeUnit.SECONDS).body()).isEqualTo("done");
            for (Exchange other = taken.poll(); other != null; other = taken.poll()) {
                answer(other, "too");
            }
            closed.get(10, TimeUnit.SECONDS);
        }
        assertThat(fixture.events.phases).containsExactly(DrainPhase.values());
    }
}
