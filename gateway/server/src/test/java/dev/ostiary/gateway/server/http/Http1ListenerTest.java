package dev.ostiary.gateway.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an exchange promises, over HTTP/1.1. */
@ExtendWith(NettyLeakDetectorExtension.class)
class Http1ListenerTest {

    private static final String HOST = "Host: localhost\r\n";

    private ListenerFixture fixture;
    /** Exchanges that the handler was given and left alone. */
    private final BlockingQueue<Exchange> taken = new LinkedBlockingQueue<>();

    private final Queue<String> told = new ConcurrentLinkedQueue<>();

    private void start(ExchangeHandler handler) throws Exception {
        fixture = ListenerFixture.plain(ListenerFixture.DEFAULTS, handler);
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, UTF_8);
    }

    private static HttpHeaders none() {
        return new DefaultHttpHeaders();
    }

    private static void echo(Exchange exchange) {
        exchange.readBody(1 << 20, body -> exchange.respond(HttpResponseStatus.OK, none(), body));
    }

    /** The next exchange that reached the handler. */
    private Exchange take() throws Exception {
        Exchange exchange = taken.poll(10, TimeUnit.SECONDS);
        assertThat(exchange).as("an exchange reached the handler").isNotNull();
        return exchange;
    }

    private static void on(Exchange exchange, Runnable action) {
        exchange.executor().submit(action).awaitUninterruptibly();
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
        start(Http1ListenerTest::echo);
        try (RawClient client = fixture.connect()) {
            client.send("POST /a HTTP/1.1\r\n" + HOST + "Content-Length: 3\r\n\r\nabc" + "POST /a HTTP/1.1\r\n" + HOST
                    + "Transfer-Encoding: chunked\r\n\r\n3\r\ndef\r\n2\r\ngh\r\n0\r\n\r\n" + "GET /a HTTP/1.1\r\n"
                    + HOST
                    + "Connection: close\r\n\r\n");
            assertThat(client.readResponse()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nabc");
            assertThat(client.readResponse()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\ndefgh");
            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("connection: close\r\n")
                    .endsWith("\r\n\r\n");
        }
    }

    @Test
    void aPipelinedRequestIsNotHandledBeforeTheOneBeforeItIsAnswered() throws Exception {
        start(taken::add);
        try (RawClient client = fixture.connect()) {
            client.send(("GET /first HTTP/1.1\r\n" + HOST + "\r\n") + ("GET /second HTTP/1.1\r\n" + HOST + "\r\n"));
            Exchange first = take();
            assertThat(first.path()).isEqualTo("/first");
            on(first, () -> assertThat(taken).isEmpty());
            on(first, () -> first.respond(HttpResponseStatus.OK, none(), text("1")));
            Exchange second = take();
            assertThat(second.path()).isEqualTo("/second");
            on(second, () -> second.respond(HttpResponseStatus.OK, none(), text("2")));
            assertThat(client.readResponse()).endsWith("1");
            assertThat(client.readResponse()).endsWith("2");
        }
    }

    @Test
    void whatWaitsBehindARequestInProgressIsNotReadIntoMemory() throws Exception {
        start(taken::add);
        try (RawClient client = fixture.connect()) {
            client.send("GET /first HTTP/1.1\r\n" + HOST + "\r\n");
            Exchange first = take();
            byte[] flood =
                    ("GET /more HTTP/1.1\r\n" + HOST + "\r\n").repeat(2_000).getBytes(UTF_8);
            AtomicInteger sent = new AtomicInteger();
            Thread sender = Thread.startVirtualThread(() -> {
                try {
                    while (sent.get() < 500) {
                        client.socket().getOutputStream().write(flood);
                        sent.incrementAndGet();
                    }
                } catch (java.io.IOException e) {
                    told.add("closed");
                }
            });
            // About 90 kB each: once the kernel's buffers are full the sender stands still.
            AtomicInteger before = new AtomicInteger(-1);
            await().pollInterval(java.time.Duration.ofMillis(300))
                    .until(() -> before.getAndSet(sent.get()) == sent.get() && sent.get() < 500);
            assertThat(taken).isEmpty();
            on(first, () -> first.respond(HttpResponseStatus.OK, none(), text("1")));
            assertThat(take().path()).isEqualTo("/more");
            client.close();
            sender.join();
        }
    }

    @Test
    void responsesCarryTheListenersOwnHeadersAndNoneOfTheConnection() throws Exception {
        HttpHeaders careless = none();
        careless.set("Content-Type", "text/plain").set("Server", "x").set("Connection", "keep-alive, x-a");
        careless.set("Transfer-Encoding", "chunked")
                .set("Content-Length", "999")
                .set("Keep-Alive", "timeout=5");
        careless.set("Access-Control-Allow-Origin", "*");
        start(exchange -> exchange.respond(HttpResponseStatus.OK, careless, text("abc")));
        try (RawClient client = fixture.connect()) {
            String response = client.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").readResponse();
            assertThat(response.split("\r\n"))
                    .contains("Content-Type: text/plain", "x-content-type-options: nosniff", "content-length: 3")
                    .contains("vary: Origin")
                    .anyMatch(line -> line.matches("date: \\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT"));
            assertThat(response.toLowerCase(java.util.Locale.ROOT))
                    .doesNotContain("server:", "connection", "transfer-encoding", "999", "keep-alive", "access-control")
                    .doesNotContain("strict-transport-security");
        }
    }

    @Test
    void requestsLoseWhatIsHopByHopOrForged() throws Exception {
        start(exchange -> {
            told.add(exchange.headers().toString() + exchange.clientAddress() + exchange.query());
            exchange.respond(HttpResponseStatus.OK, none(), text(""));
        });
        try (RawClient client = fixture.connect()) {
            client.send("GET /a?b=%20c HTTP/1.1\r\n" + HOST + "Connection: keep-alive, X-Secret\r\nX-Secret: 1\r\n"
                            + "Keep-Alive: 5\r\nTE: trailers, gzip\r\nUpgrade: websocket\r\nProxy-Authorization: Basic x\r\n"
                            + "X-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Kept: yes\r\n"
                            + "X-Forwarded-Whatever: 1\r\n\r\n")
                    .readResponse();
        }
        assertThat(told.poll())
                .containsIgnoringCase("x-kept: yes")
                .containsIgnoringCase("te: trailers")
                .endsWith("]127.0.0.1b=%20c")
                .doesNotContainIgnoringCase("secret")
                .doesNotContainIgnoringCase("keep-alive")
                .doesNotContainIgnoringCase("upgrade")
                .doesNotContainIgnoringCase("proxy")
                .doesNotContainIgnoringCase("6.6.6.6")
                .doesNotContainIgnoringCase("forwarded")
                .doesNotContainIgnoringCase("gzip");
    }

    @Test
    void anAnswerToHeadHasTheLengthButNoBody() throws Exception {
        start(exchange -> exchange.respond(HttpResponseStatus.OK, none(), text("abc")));
        try (RawClient client = fixture.connect()) {
            client.send("HEAD / HTTP/1.1\r\n" + HOST + "\r\n")
                    .send("HEAD / HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n");
            assertThat(client.readThrough("\r\n\r\n")).contains("content-length: 3\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200 OK").endsWith("\r\n\r\n");
        }
    }

    @Test
    void noContentHasNeitherLengthNorBody() throws Exception {
        start(exchange -> exchange.respond(HttpResponseStatus.NO_CONTENT, none(), text("abc")));
        try (RawClient client = fixture.connect()) {
            assertThat(client.send("GET / HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n")
                            .readToEnd())
                    .startsWith("HTTP/1.1 204 No Content\r\n")
                    .doesNotContain("content-length")
                    .endsWith("\r\n\r\n");
        }
    }

    @Test
    void aStreamIsChunkedAndEachPieceLeavesAtOnce() throws Exception {
        start(taken::add);
        try (RawClient client = fixture.connect()) {
            client.send("GET / HTTP/1.1\r\n" + HOST + "\r\n");
            Exchange exchange = take();
            AtomicReference<ResponseStream> stream = new AtomicReference<>();
            on(exchange, () -> stream.set(exchange.stream(HttpResponseStatus.OK, none())));
            assertThat(client.readThrough("\r\n\r\n")).contains("transfer-encoding: chunked\r\n");
            on(exchange, () -> stream.get().write(text("data: 1\n\n")));
            assertThat(client.readThrough("\n\n\r\n")).isEqualTo("9\r\ndata: 1\n\n\r\n");
        }
    }

    @Test
    void aStreamEndsRegularlyAndTheConnectionServesTheNextRequest() throws Exception {
        start(exchange -> {
            ResponseStream stream = exchange.stream(HttpResponseStatus.OK, none());
            stream.write(text("a".repeat(10)));
            stream.write(Unpooled.EMPTY_BUFFER);
            stream.write(text("b".repeat(10_000)));
            stream.end();
            stream.write(text("late"));
            stream.end();
            stream.abort();
        });
        try (RawClient client = fixture.connect()) {
            for (int i = 0; i < 2; i++) {
                client.send("GET / HTTP/1.1\r\n" + HOST + "\r\n");
                assertThat(client.readThrough("\r\n0\r\n\r\n"))
                        .contains("\r\n\r\na\r\naaaaaaaaaa\r\n2710\r\n" + "b".repeat(10_000))
                        .doesNotContain("late");
            }
        }
        await().untilAsserted(() -> assertThat(fixture.events.ended).containsExactly("200", "200"));
    }

    @Test
    void anAbortedStreamEndsWithoutItsLastChunk() throws Exception {
        start(exchange -> {
            ResponseStream stream = exchange.stream(HttpResponseStatus.OK, none());
            exchange.onGone(() -> told.add("gone"));
            stream.write(text("abc"));
            exchange.executor().execute(() -> exchange.executor().execute(stream::abort));
        });
        try (RawClient client = fixture.connect()) {
            assertThat(client.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").readToEnd())
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .endsWith("\r\n3\r\nabc\r\n");
        }
        await().untilAsserted(() -> assertThat(told).isEmpty());
        await().untilAsserted(() -> assertThat(fixture.events.ended).containsExactly("200 broken"));
    }

    @Test
    void http10GetsAStreamThatEndsWithTheConnectionAndAResetWhenItIsAborted() throws Exception {
        start(exchange -> {
            ResponseStream stream = exchange.stream(HttpResponseStatus.OK, none());
            stream.write(text("abc"));
            boolean regular = exchange.path().equals("/regular");
            exchange.executor().execute(() -> exchange.executor().execute(regular ? stream::end : stream::abort));
        });
        try (RawClient client = fixture.connect()) {
            assertThat(client.send("GET /regular HTTP/1.0\r\n" + HOST + "\r\n").readToEnd())
                    .doesNotContain("chunked")
                    .contains("connection: close")
                    .endsWith("\r\n\r\nabc");
        }
        try (RawClient client = fixture.connect()) {
            assertThat(client.send("GET /aborted HTTP/1.0\r\n" + HOST + "\r\n").readToEnd())
                    .endsWith("<reset>");
        }
    }

    @Test
    void aClientThatWaitsIsToldToGoOnWhenItsBodyIsWanted() throws Exception {
        start(Http1ListenerTest::echo);
        try (RawClient client = fixture.connect()) {
            client.send("POST / HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
            assertThat(client.readThrough("\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(client.send("abc").readResponse())
                    .startsWith("HTTP/1.1 200 OK")
                    .endsWith("abc");
        }
    }

    @Test
    void aClientThatWaitsIsNotToldToGoOnWhenTheAnswerIsKnownAlready() throws Exception {
        start(exchange -> exchange.respond(HttpResponseStatus.UNAUTHORIZED, none(), text("no")));
        try (RawClient client = fixture.connect()) {
            client.send("POST / HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 401")
                    .contains("connection: close")
                    .endsWith("no");
        }
    }

    @Test
    void afterAnEarlyAnswerASmallRestIsReadAwayAndTheConnectionServesTheNext() throws Exception {
        start(exchange -> exchange.respond(HttpResponseStatus.UNAUTHORIZED, none(), text("no")));
        try (RawClient client = fixture.connect()) {
            client.send("POST / HTTP/1.1\r\n" + HOST + "Content-Length: 50000\r\n\r\n");
            assertThat(client.readResponse()).startsWith("HTTP/1.1 401").doesNotContain("connection: close");
            client.send("GET /smuggled HTTP/1.1\r\n".repeat(2_500).substring(0, 50_000));
            assertThat(client.send("POST / HTTP/1.1\r\n" + HOST + "Content-Length: 0\r\n\r\n")
                            .readResponse())
                    .startsWith("HTTP/1.1 401");
        }
        await().untilAsserted(() -> assertThat(fixture.events.ended).hasSize(2));
    }

    @Test
    void afterAnEarlyAnswerALargeRestClosesTheConnection() throws Exception {
        start(exchange -> exchange.respond(HttpResponseStatus.UNAUTHORIZED, none(), text("no")));
        try (RawClient client = fixture.connect()) {
            client.send("POST / HTTP/1.1\r\n" + HOST + "Content-Length: 1000000\r\n\r\n" + "a".repeat(100_000));
            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 401")
                    .contains("connection: close")
                    .endsWith("no");
        }
        try (RawClient client = fixture.connect()) {
            client.send("POST / HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n");
            assertThat(client.readResponse()).startsWith("HTTP/1.1 401");
            client.send("1000\r\n" + "a".repeat(0x1000) + "\r\n");
            client.send(("1000\r\n" + "a".repeat(0x1000) + "\r\n").repeat(40));
            assertThat(client.readToEnd()).isIn("", "<reset>");
        }
        await().untilAsserted(() -> assertThat(fixture.events.ended).hasSize(2));
    }

    @Test
    void aBodyOverTheHandlersLimitIsRefusedAndTheHandlerLearnsThatItIsOver() throws Exception {
        start(exchange -> {
            exchange.onGone(() -> told.add("gone before"));
            exchange.readBody(10, body -> {
                body.release();
                told.add("body");
            });
            exchange.onGone(() -> told.add("gone after"));
            exchange.respond(HttpResponseStatus.OK, none(), text("ignored"));
        });
        try (RawClient client = fixture.connect()) {
            client.send("POST / HTTP/1.1\r\n" + HOST + "Content-Length: 11\r\n\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 413").doesNotContain("ignored");
        }
        await().untilAsserted(() -> assertThat(told).containsExactly("gone before", "gone after"));
        await().untilAsserted(() -> assertThat(fixture.events.rejections).containsExactly(Rejection.BODY_TOO_LARGE));
        await().untilAsserted(() -> assertThat(fixture.events.ended).containsExactly("413"));
    }

    @Test
    void aClientThatGoesAwayEndsTheExchange() throws Exception {
        start(exchange -> {
            exchange.onGone(() -> told.add("gone"));
            taken.add(exchange);
        });
        RawClient client = fixture.connect();
        client.send("GET / HTTP/1.1\r\n" + HOST + "\r\n");
        Exchange exchange = take();
        client.close();
        await().untilAsserted(() -> assertThat(told).containsExactly("gone"));
        on(exchange, () -> {
            exchange.onGone(() -> told.add("at once"));
            exchange.respond(HttpResponseStatus.OK, none(), text("to nobody"));
        });
        await().untilAsserted(() -> assertThat(told).containsExactly("gone", "at once"));
        await().untilAsserted(() -> assertThat(fixture.events.open).hasValue(0));
        await().untilAsserted(() -> assertThat(fixture.events.ended).containsExactly("0 broken"));
        assertThat(fixture.listener.exchanges()).isZero();
    }

    @Test
    void aClientThatGoesAwayInTheMiddleOfItsBodyEndsTheExchange() throws Exception {
        start(exchange -> {
            exchange.onGone(() -> told.add("gone"));
            exchange.readBody(1000, body -> {
                body.release();
                told.add("body");
            });
        });
        RawClient client = fixture.connect();
        client.send("POST / HTTP/1.1\r\n" + HOST + "Content-Length: 100\r\n\r\nhalf");
        await().until(() -> fixture.listener.exchanges() == 1);
        client.close();
        await().untilAsserted(() -> assertThat(told).containsExactly("gone"));
    }

    @Test
    void aHandlerThatThrowsAnswers500WithoutDetail() throws Exception {
        start(exchange -> {
            throw new IllegalStateException("secret");
        });
        try (RawClient client = fixture.connect()) {
            assertThat(client.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").readToEnd())
                    .startsWith("HTTP/1.1 500 ")
                    .doesNotContain("secret");
        }
        await().untilAsserted(() -> assertThat(fixture.events.ended).containsExactly("500"));
    }

    @Test
    void aSecondAnswerIsAProgrammingError() throws Exception {
        start(taken::add);
        try (RawClient client = fixture.connect()) {
            client.send("GET / HTTP/1.1\r\n" + HOST + "\r\n");
            Exchange exchange = take();
            on(exchange, () -> {
                ResponseStream stream = exchange.stream(HttpResponseStatus.OK, none());
                try {
                    assertThatThrownBy(() -> exchange.respond(HttpResponseStatus.OK, none(), text("x")))
                            .isInstanceOf(IllegalStateException.class);
                    told.add("refused");
                } finally {
                    stream.end();
                }
            });
            assertThat(client.readThrough("\r\n0\r\n\r\n")).startsWith("HTTP/1.1 200");
            await().untilAsserted(() -> assertThat(told).containsExactly("refused"));
        }
    }

    @Test
    void tooManyRequestsInProgressAreTurnedAway() throws Exception {
        fixture = ListenerFixture.plain(ListenerFixture.withLimits(1000, 100, 1), taken::add);
        try (RawClient first = fixture.connect();
                RawClient second = fixture.connect()) {
            first.send("GET / HTTP/1.1\r\n" + HOST + "\r\n");
            Exchange exchange = take();
            assertThat(second.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").readToEnd())
                    .startsWith("HTTP/1.1 503")
                    .contains("\r\nretry-after: 1\r\n");
            on(exchange, () -> exchange.respond(HttpResponseStatus.OK, none(), text("")));
            first.readResponse();
        }
        try (RawClient third = fixture.connect()) {
            third.send("GET / HTTP/1.1\r\n" + HOST + "\r\n");
            take();
        }
        await().untilAsserted(() ->
                assertThat(fixture.events.rejections).containsExactly(Rejection.TOO_MANY_REQUESTS_IN_PROGRESS));
    }

    @Test
    void tooManyConnectionsAreClosedAndTheOthersServed() throws Exception {
        fixture = ListenerFixture.plain(ListenerFixture.withLimits(1000, 2, 100), Http1ListenerTest::echo);
        try (RawClient first = fixture.connect();
                RawClient second = fixture.connect()) {
            first.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").readResponse();
            second.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").readResponse();
            try (RawClient third = fixture.connect()) {
                assertThat(third.readToEnd()).isIn("", "<reset>");
            }
            first.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").readResponse();
        }
        await().untilAsserted(
                        () -> assertThat(fixture.events.rejections).containsExactly(Rejection.TOO_MANY_CONNECTIONS));
    }

    @Test
    void aNewConfigurationHoldsForTheNextRequestOfAnOpenConnection() throws Exception {
        start(Http1ListenerTest::echo);
        try (RawClient client = fixture.connect()) {
            client.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").readResponse();
            fixture.listener.reconfigure(
                    ListenerConfig.of(URI.create("https://mcp.example.com"), ListenerFixture.DEFAULTS));
            assertThat(client.send("GET / HTTP/1.1\r\nHost: mcp.example.com\r\n\r\n")
                            .readResponse())
                    .startsWith("HTTP/1.1 200")
                    .contains("strict-transport-security: max-age=63072000");
            assertThat(client.send("GET / HTTP/1.1\r\n" + HOST + "\r\n").readToEnd())
                    .startsWith("HTTP/1.1 421");
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        start(Http1ListenerTest::echo);
        InetSocketAddress taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), fixture.port());
        ListenerConfig config = ListenerConfig.internal(ListenerFixture.DEFAULTS);
        assertThatThrownBy(() ->
                        HttpListener.start(fixture.loops, taken, config, Http1ListenerTest::echo, ListenerEvents.NONE))
                .isInstanceOf(java.io.IOException.class)
                .hasMessageContaining(String.valueOf(fixture.port()));
    }

    @Test
    void producersAreToldWhenASlowReaderCanTakeMore() throws Exception {
        AtomicInteger pieces = new AtomicInteger();
        start(exchange -> {
            ResponseStream stream = exchange.stream(HttpResponseStatus.OK, none());
            Runnable produce = () -> {
                while (stream.isWritable() && pieces.get() < 1_000) {
                    stream.write(Unpooled.wrappedBuffer(new byte[16 * 1024]));
                    if (pieces.incrementAndGet() == 1_000) {
                        stream.end();
                    }
                }
            };
            stream.onWritable(produce);
            produce.run();
        });
        try (RawClient client = fixture.connect()) {
            client.socket().setReceiveBufferSize(16 * 1024);
            client.send("GET / HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n");
            AtomicInteger before = new AtomicInteger(-1);
            await().pollInterval(java.time.Duration.ofMillis(200))
                    .until(() -> before.getAndSet(pieces.get()) == pieces.get());
            assertThat(pieces).hasValueLessThan(1_000);
            assertThat(client.readToEnd()).hasSizeGreaterThan(16 * 1024 * 1000);
        }
        assertThat(pieces).hasValue(1_000);
    }

    @Test
    void preflightsOfAllowedOriginsAreAnsweredBeforeTheHandler() throws Exception {
        start(taken::add);
        try (RawClient client = fixture.connect()) {
            String answer = client.send(
                            "OPTIONS /x HTTP/1.1\r\n" + HOST + "Origin: https://inspector.example\r\n"
                                    + "Access-Control-Request-Method: POST\r\n"
                                    + "Access-Control-Request-Headers: authorization, mcp-param-city, x-evil, mcp-param-a\u00e4\r\n\r\n")
                    .readThrough("\r\n\r\n");
            assertThat(answer)
                    .startsWith("HTTP/1.1 204 No Content\r\n")
                    .contains("access-control-allow-origin: https://inspector.example\r\n")
                    .contains("access-control-allow-methods: GET, POST, DELETE, OPTIONS\r\n")
                    .contains("Authorization, Content-Type")
                    .contains("Mcp-Session-Id, Last-Event-ID, mcp-param-city\r\n")
                    .contains("vary: Origin\r\n")
                    .doesNotContain("x-evil", "credentials", "connection: close");
        }
        assertThat(taken).isEmpty();
    }

    @Test
    void everyAnswerToAnAllowedOriginMayBeReadByItsPage() throws Exception {
        start(exchange -> exchange.respond(HttpResponseStatus.UNAUTHORIZED, none(), text("")));
        try (RawClient client = fixture.connect()) {
            assertThat(client.send("GET / HTTP/1.1\r\n" + HOST + "Origin: https://inspector.example\r\n\r\n")
                            .readResponse())
                    .contains("access-control-allow-origin: https://inspector.example\r\n")
                    .containsPattern("access-control-expose-headers: WWW-Authenticate, Mcp-Session-Id")
                    .contains("vary: Origin\r\n");
        }
    }
}
