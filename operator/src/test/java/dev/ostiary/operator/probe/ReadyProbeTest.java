package dev.ostiary.operator.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadyProbeTest {

    private final AtomicInteger asked = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/after-one", exchange -> {
            exchange.sendResponseHeaders(asked.incrementAndGet() > 1 ? 200 : 503, -1);
            exchange.close();
        });
        server.createContext("/never", exchange -> {
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private URI url(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    @Test
    void asksUntilItIsReady() throws InterruptedException {
        assertThat(ReadyProbe.isReady(url("/after-one"), Duration.ofSeconds(30)))
                .isTrue();
        assertThat(asked).hasValue(2);
    }

    @Test
    void givesUp() throws InterruptedException {
        assertThat(ReadyProbe.isReady(url("/never"), Duration.ZERO)).isFalse();
    }

    @Test
    void nobodyListensIsNotReady() throws InterruptedException {
        URI gone = url("/");
        server.stop(0);
        assertThat(ReadyProbe.isReady(gone, Duration.ZERO)).isFalse();
    }
}
