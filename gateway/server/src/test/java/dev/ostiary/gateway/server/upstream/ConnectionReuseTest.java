package dev.ostiary.gateway.server.upstream;

import static dev.ostiary.gateway.server.upstream.ScriptedWorkload.OK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.gateway.server.upstream.ScriptedWorkload.Script;
import dev.ostiary.gateway.server.upstream.UpstreamFailure.Kind;
import dev.ostiary.gateway.server.upstream.UpstreamMetrics.CloseReason;
import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(NettyLeakDetectorExtension.class)
class ConnectionReuseTest {

    @Test
    void oneConnectionCarriesManyCallsOneAfterAnother() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings().caller()) {
            for (int i = 0; i < 20; i++) {
                assertThat(caller.post(workload.url(), "{}").ok().body()).isEqualTo("ok");
            }
            assertThat(workload.connections()).isEqualTo(1);
            assertThat(caller.counts.opened).hasValue(1);
            assertThat(caller.counts.reused).hasValue(19);
        }
    }

    @Test
    void theRequestIsOneMessageWithHostAndLength() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings().caller()) {
            caller.post(URI.create(workload.url() + "?a=b%20c"), "{\"ä\":1}").ok();
            assertThat(ScriptedWorkload.lines(workload.nextHead()))
                    .containsExactlyInAnyOrder(
                            "POST /mcp?a=b%20c HTTP/1.1",
                            "X-Test: yes", "host: 127.0.0.1:" + workload.port(), "content-length: 8")
                    .first()
                    .isEqualTo("POST /mcp?a=b%20c HTTP/1.1");

            caller.get(workload.url()).ok();
            assertThat(workload.nextHead()).doesNotContainIgnoringCase("content-length");
            caller.post(workload.url(), "").ok();
            assertThat(workload.nextHead()).contains("content-length: 0");
        }
    }

    @Test
    void framingThatTheCallerLeftInTheHeadersDoesNotReachTheWorkload() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings().caller()) {
            Caller.Told told = new Caller.Told(caller.loop, t -> {});
            var headers = new DefaultHttpHeaders()
                    .add("Host", "evil.example")
                    .add("Content-Length", "1")
                    .add("Content-Length", "2")
                    .add("Transfer-Encoding", "chunked");
            caller.run(() -> {
                told.call = caller.client.send(
                        caller.loop,
                        new UpstreamClient.Request(
                                workload.url(), HttpMethod.POST, headers, Unpooled.copiedBuffer(new byte[] {
                                    'x', 'y', 'z'
                                })),
                        told);
                told.inSend = false;
            });
            told.ok();
            assertThat(ScriptedWorkload.lines(workload.nextHead()))
                    .containsExactlyInAnyOrder(
                            "POST /mcp HTTP/1.1", "host: 127.0.0.1:" + workload.port(), "content-length: 3");
        }
    }

    @Test
    void theConnectionUsedLastIsTakenFirst() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        List<Integer> later = new ArrayList<>();
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    both.countDown();
                    both.await();
                    if (peer.number() == 1) {
                        // Second to answer, so last to be given back.
                        await().until(() -> later.contains(0));
                    }
                    peer.send(OK);
                    while (true) {
                        peer.readRequest();
                        later.add(peer.number());
                        peer.send(OK);
                    }
                });
                Caller caller = Caller.settings().caller()) {
            Caller.Told a = caller.post(workload.url(), "a");
            await().until(() -> workload.connections() == 1);
            Caller.Told b = caller.post(workload.url(), "b");
            b.ok();
            later.add(0);
            a.ok();
            for (int i = 0; i < 3; i++) {
                caller.post(workload.url(), "c").ok();
            }
            assertThat(later).containsExactly(0, 1, 1, 1);
        }
    }

    static Stream<Arguments> answersAfterWhichAConnectionIsNotUsedAgain() {
        return Stream.of(
                Arguments.of("connection close", OK.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")),
                Arguments.of(
                        "connection close among others", OK.replace("\r\n\r\n", "\r\nConnection: foo, Close\r\n\r\n")),
                Arguments.of("HTTP/1.0", OK.replace("HTTP/1.1", "HTTP/1.0")),
                Arguments.of("bytes after the body", OK + "x"),
                Arguments.of("a second response", OK + OK),
                Arguments.of("204 with a length", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"),
                Arguments.of("204 chunked", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"),
                Arguments.of("205 chunked", "HTTP/1.1 205 Reset\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answersAfterWhichAConnectionIsNotUsedAgain")
    void aConnectionIsNotUsedAgainAfter(String name, String answer) throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send(peer.number() == 1 ? answer : OK);
                    peer.awaitClose();
                });
                Caller caller = Caller.settings().caller()) {
            assertThat(caller.post(workload.url(), "a").ok().status).isLessThan(300);
            workload.awaitScriptEnd();
            caller.post(workload.url(), "b").ok();
            assertThat(workload.connections()).isEqualTo(2);
            assertThat(caller.counts.reused).hasValue(0);
        }
    }

    static Stream<Arguments> answersAfterWhichAConnectionIsUsedAgain() {
        return Stream.of(
                Arguments.of("length", OK),
                Arguments.of("chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
                Arguments.of(
                        "trailers",
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n"),
                Arguments.of("204", "HTTP/1.1 204 No Content\r\n\r\n"),
                Arguments.of("202 without a body", "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"),
                Arguments.of(
                        "304 with the length of what it stands for",
                        "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n"),
                Arguments.of("500", "HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nno"),
                Arguments.of(
                        "HTTP/1.0 with keep-alive",
                        OK.replace("1.1", "1.0").replace("\r\n\r\n", "\r\nConnection: keep-alive\r\n\r\n")),
                Arguments.of(
                        "informational first",
                        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answersAfterWhichAConnectionIsUsedAgain")
    void aConnectionIsUsedAgainAfter(String name, String answer) throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    while (true) {
                        peer.readRequest();
                        peer.send(answer);
                    }
                });
                Caller caller = Caller.settings().caller()) {
            for (int i = 0; i < 3; i++) {
                caller.post(workload.url(), "a").ok();
            }
            assertThat(workload.connections()).isEqualTo(1);
        }
    }

    @Test
    void anAnswerToHeadHasNoBodyWhateverItsLengthSays() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    while (true) {
                        peer.readRequest();
                        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
                    }
                });
                Caller caller = Caller.settings().caller()) {
            for (int i = 0; i < 2; i++) {
                Caller.Told told = caller.send(workload.url(), HttpMethod.HEAD, "", t -> {});
                assertThat(told.ok().bytes).hasValue(0);
                assertThat(told.headers.get("content-length")).isEqualTo("1000");
            }
            assertThat(workload.connections()).isEqualTo(1);
        }
    }

    @Test
    void aBodyWithoutAnyLengthEndsWithTheConnection() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\n\r\nuntil ");
                    peer.send("the end");
                });
                Caller caller = Caller.settings().caller()) {
            assertThat(caller.post(workload.url(), "a").ok().body()).isEqualTo("until the end");
        }
    }

    private static void hold(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anEarlyAnswerIsPassedOnAndItsConnectionIsNotUsedAgain() throws Exception {
        AtomicBoolean hungUp = new AtomicBoolean();
        CountDownLatch answered = new CountDownLatch(1);
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readHead();
                    // The request's body is larger than all buffers between, and nobody reads it before the caller gave
                    // up:
                    // a body that went through after all would leave a connection that may well be used again.
                    peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
                    hold(answered);
                    peer.awaitClose();
                    hungUp.set(true);
                });
                Caller caller = Caller.settings().caller()) {
            Caller.Told told = caller.post(workload.url(), "x".repeat(32 << 20)).ok();
            assertThat(told.status).isEqualTo(413);
            assertThat(told.body()).isEqualTo("big");
            await().until(() -> !caller.counts.closed.isEmpty());
            answered.countDown();
            await().untilTrue(hungUp);
            assertThat(caller.counts.closed).containsExactly(CloseReason.NOT_REUSABLE);
        }
    }

    @Test
    void anAnswerThatWasSentBeforeTheWorkloadHungUpIsStillRead() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readHead();
                    peer.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
                    // Closes with the request's body unread: the kernel resets.
                });
                Caller caller = Caller.settings().caller()) {
            Caller.Told told = caller.post(workload.url(), "x".repeat(32 << 20)).ok();
            assertThat(told.status).isEqualTo(401);
        }
    }

    @Test
    void aConnectionThatTheWorkloadClosesWhileIdleLeavesThePool() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send(OK);
                });
                Caller caller = Caller.settings().caller()) {
            caller.post(workload.url(), "a").ok();
            await().until(() -> caller.counts.closed.contains(CloseReason.CLOSED_BY_WORKLOAD));
            caller.post(workload.url(), "b").ok();
            assertThat(caller.counts.reused).hasValue(0);
        }
    }

    @Test
    void aByteOnAnIdleConnectionEndsIt() throws Exception {
        CountDownLatch speak = new CountDownLatch(1);
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send(OK);
                    speak.await();
                    peer.send("\r");
                    peer.awaitClose();
                });
                Caller caller = Caller.settings().caller()) {
            caller.post(workload.url(), "a").ok();
            speak.countDown();
            await().until(() -> caller.counts.closed.contains(CloseReason.UNSOLICITED_BYTES));
        }
    }

    @Test
    void aConnectionThatDiedUnnoticedIsRecognisedWhenItIsTaken() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send(OK);
                    if (peer.number() > 1) {
                        peer.serveOk();
                    }
                });
                Caller caller = Caller.settings().caller()) {
            caller.post(workload.url(), "a").ok();
            // The loop is busy from before the close until the next call is made: it cannot have seen the close.
            CountDownLatch busy = new CountDownLatch(1);
            Caller.Told second = new Caller.Told(caller.loop, t -> {});
            var sent = caller.loop.submit(() -> {
                busy.countDown();
                workload.awaitScriptEnd();
                // Rest longer than the pool trusts the last selection.
                await().pollDelay(80, TimeUnit.MILLISECONDS).until(() -> true);
                second.call = caller.client.send(
                        caller.loop,
                        new UpstreamClient.Request(
                                workload.url(), HttpMethod.POST, new DefaultHttpHeaders(), Unpooled.EMPTY_BUFFER),
                        second);
                second.inSend = false;
                return null;
            });
            sent.get(20, TimeUnit.SECONDS);
            second.ok();
            assertThat(caller.counts.closed).containsExactly(CloseReason.CLOSED_BY_WORKLOAD);
            assertThat(caller.counts.retried).hasValue(0);
            assertThat(workload.connections()).isEqualTo(2);
        }
    }

    @Test
    void aRequestOfWhichNothingCouldBeWrittenIsSentOnceMoreOnANewConnection() throws Exception {
        LinkedBlockingQueue<Integer> resets = new LinkedBlockingQueue<>();
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send(OK);
                    resets.take();
                    peer.reset();
                });
                Caller caller = Caller.settings().caller()) {
            // Only within the 50 ms in which the pool trusts the last selection does the write find out; on a busy
            // machine
            // that may take several attempts. No attempt may fail.
            for (int i = 0; i < 50 && caller.counts.retried.get() == 0; i++) {
                caller.post(workload.url(), "a").ok();
                Caller.Told second = new Caller.Told(caller.loop, told -> {});
                caller.run(() -> {
                    resets.add(1);
                    workload.awaitScriptEnd();
                    second.call = caller.client.send(
                            caller.loop,
                            new UpstreamClient.Request(
                                    workload.url(),
                                    HttpMethod.POST,
                                    new DefaultHttpHeaders(),
                                    Unpooled.copiedBuffer("b", StandardCharsets.UTF_8)),
                            second);
                    second.inSend = false;
                });
                assertThat(second.ok().body()).isEqualTo("ok");
                resets.add(1);
                workload.awaitScriptEnd();
                int closed = 2 * (i + 1);
                await().until(() -> caller.counts.closed.size() == closed);
            }
            assertThat(caller.counts.retried).hasValue(1);
        }
    }

    @Test
    void aRequestThatWasWrittenIsNeverSentTwice() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send(OK);
                    peer.readRequest();
                    // Closed as if it had been idle: the client cannot know whether the call was executed.
                });
                Caller caller = Caller.settings().caller()) {
            caller.post(workload.url(), "a").ok();
            caller.post(workload.url(), "b").failed(Kind.BROKEN);
            assertThat(workload.connections()).isEqualTo(1);
            assertThat(caller.counts.retried).hasValue(0);
        }
    }

    @Test
    void anIdleConnectionIsClosedAfterItsTime() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings().connectionIdle(100).caller()) {
            caller.post(workload.url(), "a").ok();
            await().until(() -> caller.counts.closed.contains(CloseReason.EXPIRED));
            caller.post(workload.url(), "b").ok();
            assertThat(workload.connections()).isEqualTo(2);
        }
    }

    @Test
    void aWorkloadThatAnnouncesItsKeepAliveIsBelieved() throws Exception {
        Script announces = peer -> {
            while (true) {
                peer.readRequest();
                peer.send(OK.replace("\r\n\r\n", "\r\nKeep-Alive: timeout=1\r\n\r\n"));
            }
        };
        try (ScriptedWorkload workload = ScriptedWorkload.http(announces);
                Caller caller = Caller.settings().caller()) {
            caller.post(workload.url(), "a").ok();
            await().until(() -> caller.counts.closed.contains(CloseReason.EXPIRED));
        }
    }

    @Test
    void anOldConnectionIsNotUsedAgain() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings().connectionAge(300).caller()) {
            await().pollInterval(Duration.ofMillis(5)).until(() -> {
                caller.post(workload.url(), "a").ok();
                return workload.connections() == 3;
            });
            assertThat(caller.counts.closed).hasSize(2);
            assertThat(caller.counts.reused.get()).isGreaterThan(0);
        }
    }
}
