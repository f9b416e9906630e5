package dev.ostiary.gateway.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Peers that are slow, silent or gone cost their own connection and nobody else's. */
@ExtendWith(NettyLeakDetectorExtension.class)
class SlowPeersTest {

    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String HOST = "Host: localhost\r\n";

    private ListenerFixture fixture;
    private final Queue<String> told = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    private static void echo(Exchange exchange) {
        exchange.readBody(1 << 20, body -> exchange.respond(HttpResponseStatus.OK, new DefaultHttpHeaders(), body));
    }

    private void start(
            Duration headerRead, Duration requestRead, Duration idle, Duration unread, ExchangeHandler handler)
            throws Exception {
        fixture = ListenerFixture.plain(ListenerFixture.withTimeouts(headerRead, requestRead, idle, unread), handler);
    }

    @Test
    void aHeadThatTricklesIsAnsweredWith408() throws Exception {
        start(SHORT, LONG, LONG, LONG, SlowPeersTest::echo);
        try (RawClient client = fixture.connect()) {
            client.send("GET / HTTP/1.1\r\nHos");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 408 ").contains("connection: close");
        }
        assertThat(fixture.events.rejections).containsExactly(Rejection.SLOW_HEAD);
    }

    @Test
    void theSecondHeadOfAConnectionHasItsOwnTime() throws Exception {
        start(SHORT, LONG, LONG, LONG, SlowPeersTest::echo);
        try (RawClient client = fixture.connect()) {
            client.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").readResponse();
            client.send("GET / HTTP/1.1\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 408 ");
        }
    }

    @Test
    void aConnectionThatNeverSaysAnythingIsClosedWithoutAWord() throws Exception {
        start(SHORT, LONG, LONG, LONG, SlowPeersTest::echo);
        try (RawClient client = fixture.connect()) {
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void anIdleConnectionIsClosedWithoutAWord() throws Exception {
        start(LONG, LONG, SHORT, LONG, SlowPeersTest::echo);
        try (RawClient client = fixture.connect()) {
            client.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").readResponse();
            assertThat(client.readToEnd()).isEmpty();
        }
        assertThat(fixture.events.rejections).isEmpty();
    }

    @Test
    void aBodyThatTricklesIsAnsweredWith408AndTheHandlerToldThatItIsOver() throws Exception {
        start(LONG, SHORT, LONG, LONG, exchange -> {
            exchange.onGone(() -> told.add("gone"));
            echo(exchange);
        });
        try (RawClient client = fixture.connect()) {
            client.send("POST / HTTP/1.1\r\n" + HOST + "Content-Length: 10\r\n\r\n123");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 408 ");
        }
        await().untilAsserted(() -> assertThat(told).containsExactly("gone"));
        assertThat(fixture.events.rejections).containsExactly(Rejection.SLOW_BODY);
    }

    @Test
    void anExchangeThatWaitsForItsHandlerIsNotHurried() throws Exception {
        start(SHORT, SHORT, SHORT, SHORT, exchange -> {
            ResponseStream stream = exchange.stream(HttpResponseStatus.OK, new DefaultHttpHeaders());
            exchange.onGone(() -> told.add("gone"));
            var _ = exchange.executor()
                    .schedule(
                            () -> {
                                stream.write(Unpooled.copiedBuffer("late", StandardCharsets.UTF_8));
                                stream.end();
                            },
                            1,
                            java.util.concurrent.TimeUnit.SECONDS);
        });
        try (RawClient client = fixture.connect()) {
            client.send("GET / HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n");
            assertThat(client.readToEnd()).endsWith("4\r\nlate\r\n0\r\n\r\n");
        }
        assertThat(told).isEmpty();
    }

    @Test
    void aClientThatLeavesItsResponseUnreadIsDropped() throws Exception {
        start(LONG, LONG, LONG, SHORT, exchange -> {
            exchange.onGone(() -> told.add("gone"));
            exchange.respond(
                    HttpResponseStatus.OK, new DefaultHttpHeaders(), Unpooled.wrappedBuffer(new byte[32 << 20]));
        });
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), fixture.port()));
            socket.getOutputStream().write(("GET / HTTP/1.1\r\n" + HOST + "\r\n").getBytes(StandardCharsets.US_ASCII));
            await().untilAsserted(() -> assertThat(told).containsExactly("gone"));
            await().untilAsserted(
                            () -> assertThat(fixture.listener.connections()).isZero());
        }
        assertThat(fixture.events.rejections).containsExactly(Rejection.SLOW_READER);
        assertThat(fixture.events.ended).containsExactly("200 broken");
    }

    @Test
    void aClientThatReadsSlowlyButSteadilyIsServed() throws Exception {
        int size = 8 << 20;
        start(
                LONG,
                LONG,
                LONG,
                Duration.ofSeconds(1),
                exchange -> exchange.respond(
                        HttpResponseStatus.OK, new DefaultHttpHeaders(), Unpooled.wrappedBuffer(new byte[size])));
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(64 * 1024);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), fixture.port()));
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            long read = 0;
            byte[] piece = new byte[256 * 1024];
            long pauseUntil = System.nanoTime();
            for (int n = socket.getInputStream().read(piece);
                    n >= 0;
                    n = socket.getInputStream().read(piece)) {
                read += n;
                pauseUntil += Duration.ofMillis(20).toNanos();
                while (System.nanoTime() < pauseUntil) {
                    Thread.onSpinWait();
                }
            }
            assertThat(read).isGreaterThan(size);
        }
        assertThat(fixture.events.rejections).isEmpty();
    }

    @Test
    void tenThousandConnectionsDroppedHalfwayCostNothingThatStays() throws Exception {
        start(LONG, LONG, LONG, LONG, SlowPeersTest::echo);
        try (RawClient other = fixture.connect()) {
            other.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").readResponse();
            long before = usedMemory();
            byte[][] halves = {
                {},
                "GET / HT".getBytes(StandardCharsets.US_ASCII),
                ("GET / HTTP/1.1\r\n" + HOST + "X-A: ").getBytes(StandardCharsets.US_ASCII),
                ("POST / HTTP/1.1\r\n" + HOST + "Content-Length: 1000\r\n\r\nabc").getBytes(StandardCharsets.US_ASCII)
            };
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), fixture.port());
            int most = 0;
            for (int round = 0; round < 10; round++) {
                List<SocketChannel> open = new ArrayList<>();
                for (int i = 0; i < 1_000; i++) {
                    SocketChannel channel = SocketChannel.open(address);
                    open.add(channel);
                    channel.write(ByteBuffer.wrap(halves[i % halves.length]));
                }
                await().until(() -> fixture.listener.connections() == 1_001);
                most = Math.max(most, fixture.listener.connections());
                assertThat(other.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").readResponse())
                        .startsWith("HTTP/1.1 200");
                for (int i = 0; i < open.size(); i++) {
                    if (i % 2 == 0) {
                        // Half of them with a reset.
                        open.get(i).setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
                    }
                    open.get(i).close();
                }
                await().until(() -> fixture.listener.connections() == 1);
            }
            assertThat(most).isEqualTo(1_001);
            await().untilAsserted(() -> assertThat(fixture.listener.exchanges()).isZero());
            assertThat(usedMemory() - before).isLessThan(32L << 20);
            assertThat(other.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").readResponse())
                    .startsWith("HTTP/1.1 200");
        }
    }

    @SuppressWarnings("SystemGc")
    private static long usedMemory() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
