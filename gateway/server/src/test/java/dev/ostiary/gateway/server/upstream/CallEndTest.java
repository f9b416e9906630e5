package dev.ostiary.gateway.server.upstream;

import static dev.ostiary.gateway.server.upstream.ScriptedWorkload.OK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ostiary.gateway.config.EgressSettings;
import dev.ostiary.gateway.server.upstream.UpstreamFailure.Kind;
import dev.ostiary.gateway.server.upstream.UpstreamMetrics.CloseReason;
import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that end other than by a response: cancelled at every stage, or broken by the workload. */
@ExtendWith(NettyLeakDetectorExtension.class)
class CallEndTest {

    @Test
    void cancelledWhileTheNameIsLookedUp() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        NameLookup slow = host -> {
            try {
                answer.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        };
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings().pool(1, 1).caller(slow)) {
            Caller.Told told = caller.post(workload.url("slow.example"), "{}");
            caller.run(() -> told.call.cancel());
            answer.countDown();
            // The place in the pool is free again.
            caller.post(workload.url("slow.example"), "{}").ok();
            assertThat(told.isOver()).isFalse();
            assertThat(workload.connections()).isEqualTo(1);
        }
    }

    @Test
    void cancelledWhileTlsIsNegotiated() throws Exception {
        try (ScriptedWorkload silent = ScriptedWorkload.http(ScriptedWorkload.Peer::awaitClose);
                Caller caller = Caller.settings().caller()) {
            Caller.Told told = caller.post(URI.create("https://127.0.0.1:" + silent.port() + "/"), "{}");
            await().until(() -> silent.connections() == 1);
            caller.run(() -> told.call.cancel());
            silent.awaitScriptEnd();
            assertThat(told.isOver()).isFalse();
        }
    }

    @Test
    void cancelledWhileItWaitsForAConnection() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    answer.await();
                    peer.send(OK);
                    peer.serveOk();
                });
                Caller caller = Caller.settings().pool(1, 1).caller()) {
            Caller.Told first = caller.post(workload.url(), "1");
            Caller.Told second = caller.post(workload.url(), "2");
            assertThat(caller.counts.waiting).hasValue(1);
            caller.run(() -> second.call.cancel());
            assertThat(caller.counts.waiting).hasValue(0);
            Caller.Told third = caller.post(workload.url(), "3");
            answer.countDown();
            first.ok();
            third.ok();
            assertThat(second.isOver()).isFalse();
        }
    }

    @Test
    void cancelledWhileTheRequestIsWritten() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readHead();
                    await().until(() -> peer.socket().getInputStream().available() > 0);
                    peer.awaitClose();
                });
                Caller caller = Caller.settings().caller()) {
            Caller.Told told = caller.post(workload.url(), "x".repeat(32 << 20));
            workload.nextHead();
            caller.run(() -> told.call.cancel());
            workload.awaitScriptEnd();
            assertThat(told.isOver()).isFalse();
            await().untilAsserted(() -> assertThat(caller.counts.closed).containsExactly(CloseReason.CANCELLED));
        }
    }

    @Test
    void cancelledWhileTheWorkloadThinks() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.awaitClose();
                });
                Caller caller = Caller.settings().caller()) {
            Caller.Told told = caller.post(workload.url(), "{}");
            workload.nextHead();
            caller.run(() -> {
                told.call.cancel();
                told.call.cancel();
                told.call.pause();
                told.call.resume();
            });
            workload.awaitScriptEnd();
            assertThat(told.isOver()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancelledByTheCallbackThatBringsTheHead(boolean wholeResponseIsHere) throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send(wholeResponseIsHere ? OK : "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart");
                    peer.awaitClose();
                });
                Caller caller = Caller.settings().caller()) {
            Caller.Told told = caller.send(workload.url(), HttpMethod.POST, "{}", t -> t.call.cancel());
            workload.awaitScriptEnd();
            assertThat(told.status).isEqualTo(200);
            assertThat(told.bytes).hasValue(0);
            assertThat(told.isOver()).isFalse();
            await().untilAsserted(() -> assertThat(caller.counts.closed).containsExactly(CloseReason.CANCELLED));
        }
    }

    @Test
    void cancelledInMidStream() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
                    peer.awaitClose();
                });
                Caller caller = Caller.settings().caller()) {
            Caller.Told told = caller.post(workload.url(), "{}");
            await().until(() -> told.bytes.get() == 5);
            caller.run(() -> told.call.cancel());
            workload.awaitScriptEnd();
            assertThat(told.isOver()).isFalse();
        }
    }

    @Test
    void cancelledAfterTheEndItChangesNothing() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings().caller()) {
            Caller.Told told = caller.post(workload.url(), "{}").ok();
            caller.run(() -> told.call.cancel());
            caller.post(workload.url(), "{}").ok();
            assertThat(workload.connections()).isEqualTo(1);
        }
    }

    @Test
    void aWorkloadThatResetsBeforeItAnswersBreaksTheCall() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.reset();
                });
                Caller caller = Caller.settings().caller()) {
            caller.post(workload.url(), "{}").failed(Kind.BROKEN);
        }
    }

    @Test
    void aWorkloadThatDiesInMidBodyBreaksTheCallAfterWhatItSent() throws Exception {
        CountDownLatch die = new CountDownLatch(1);
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                    die.await();
                    peer.reset();
                });
                Caller caller = Caller.settings().caller()) {
            Caller.Told told = caller.post(workload.url(), "{}");
            await().until(() -> told.bytes.get() == 4);
            die.countDown();
            told.failed(Kind.BROKEN);
            assertThat(told.body()).isEqualTo("half");
            assertThat(told.failure.detail()).contains("mid-response");
        }
    }

    @Test
    void aListenerThatThrowsEndsItsOwnCallOnly() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings().caller()) {
            caller.send(workload.url(), HttpMethod.POST, "{}", t -> {
                        throw new IllegalStateException("on purpose");
                    })
                    .failed(Kind.BROKEN);
            caller.post(workload.url(), "{}").ok();
        }
    }

    @Test
    void nobodyListensOnThePort() throws Exception {
        URI gone;
        try (ScriptedWorkload workload = ScriptedWorkload.friendly()) {
            gone = workload.url();
        }
        try (Caller caller = Caller.settings().caller()) {
            Caller.Told told = caller.post(gone, "{}").failed(Kind.UNREACHABLE);
            assertThat(told.failure.detail()).isEqualTo("http://127.0.0.1:" + gone.getPort() + ": connection refused");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://example.com/",
                "/relative",
                "http://under_score:80/",
                "http://user:secret@example.com/",
                "http://example.com:0/",
                "http://example.com:70000/",
                "mailto:a@example.com"
            })
    void aUrlThatCannotBeCalledFailsItsCall(String url) throws Exception {
        try (Caller caller = Caller.settings().caller()) {
            Caller.Told told = caller.post(URI.create(url), "{}").failed(Kind.UNREACHABLE);
            assertThat(told.failure.detail()).startsWith("the workload's URL").doesNotContain("secret");
        }
    }

    @Test
    void aCallIsMadeAndHeldOnItsLoop() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(ScriptedWorkload.Peer::awaitClose);
                Caller caller = Caller.settings().caller()) {
            ByteBuf body = Unpooled.buffer().writeByte('x');
            Caller.Told nobody = new Caller.Told(caller.loop, t -> {});
            assertThatThrownBy(() -> caller.client.send(
                            caller.loop,
                            new UpstreamClient.Request(workload.url(), HttpMethod.POST, new DefaultHttpHeaders(), body),
                            nobody))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(body.refCnt()).isZero();

            Caller.Told told = caller.post(workload.url(), "{}");
            assertThatThrownBy(() -> told.call.cancel()).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> told.call.pause()).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> told.call.resume()).isInstanceOf(IllegalStateException.class);
            caller.run(() -> told.call.cancel());
        }
    }

    @Test
    void aClosedClientEndsWhatIsInProgressAndTakesNothingNew() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    answer.await();
                    peer.send(OK);
                    peer.awaitClose();
                });
                Caller caller = Caller.settings().caller()) {
            Caller.Told inProgress = caller.post(workload.url(), "{}");
            workload.nextHead();
            caller.client.close();
            caller.client.close();
            caller.post(workload.url(), "{}").failed(Kind.UNREACHABLE);
            answer.countDown();
            inProgress.ok();
            await().atMost(Duration.ofSeconds(5)).until(() -> caller.counts.closed.contains(CloseReason.RETIRED));
        }
    }

    @Test
    void newSettingsHoldForNewCallsAndLeaveTheOthersAlone() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    while (true) {
                        String body = peer.readRequest();
                        if (body.equals("slow")) {
                            answer.await();
                        }
                        if (!body.equals("never")) {
                            peer.send(OK);
                        }
                    }
                });
                Caller caller = Caller.settings().caller()) {
            caller.post(workload.url(), "idle").ok();
            Caller.Told slow = caller.post(workload.url(), "slow");
            workload.nextHead();
            workload.nextHead();
            caller.client.reconfigure(Caller.settings().firstByte(100).build());
            caller.post(workload.url(), "never").failed(Kind.FIRST_BYTE_TIMEOUT);
            answer.countDown();
            slow.ok();

            await().until(() -> caller.counts.closed.size() == 2);
            assertThat(caller.counts.closed).containsExactlyInAnyOrder(CloseReason.FAILED, CloseReason.RETIRED);
            caller.post(workload.url(), "fine").ok();
            caller.client.reconfigure(Caller.settings().firstByte(100).build());
            int reused = caller.counts.reused.get();
            caller.post(workload.url(), "equal settings change nothing").ok();
            assertThat(caller.counts.reused).hasValue(reused + 1);
            assertThatThrownBy(() -> caller.client.reconfigure(Caller.settings()
                            .egress(new EgressSettings(URI.create("socks://u:hidden@proxy:1"), null, List.of(), null))
                            .build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("egress.proxy.https")
                    .hasMessageNotContaining("hidden");
            caller.post(workload.url(), "fine").ok();
        }
    }
}
