package dev.ostiary.gateway.server.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import io.netty.handler.codec.http.HttpMethod;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(NettyLeakDetectorExtension.class)
class BackpressureTest {

    private static final long LARGE = 200L << 20;

    /** What a paused call may still be given: the read under way. */
    private static final long ONE_READ = 64 << 10;

    @ParameterizedTest(name = "{0} MiB, TLS {1}")
    @CsvSource({"200, false", "40, true"})
    void aLargeResponseWaitsAtTheWorkloadWhileTheCallIsPaused(int mebibytes, boolean tls) throws Exception {
        long large = (long) mebibytes << 20;
        AtomicLong sent = new AtomicLong();
        byte[] block = new byte[1 << 20];
        ScriptedWorkload.Script script = peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + large + "\r\n\r\n");
            for (long left = large; left > 0; left -= block.length) {
                peer.send(block);
                sent.addAndGet(block.length);
            }
            peer.awaitClose();
        };
        TestAuthority authority = new TestAuthority("Test CA");
        try (ScriptedWorkload workload = tls
                        ? ScriptedWorkload.https(authority.serverFor("localhost"), script)
                        : ScriptedWorkload.http(script);
                Caller caller = Caller.settings().egress(authority.egress()).caller()) {
            Caller.Told told = caller.send(workload.url("localhost"), HttpMethod.POST, "{}", t -> {
                t.keepBody = false;
                t.call.pause();
            });
            await().until(() -> told.status == 200);
            // The kernel's buffers fill up, then the workload stands still.
            AtomicLong seen = new AtomicLong(-1);
            await().pollInterval(Duration.ofMillis(300))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> seen.getAndSet(sent.get()) == sent.get());
            assertThat(sent.get()).isLessThan(large / 2);
            assertThat(told.bytes.get()).isLessThanOrEqualTo(2 * ONE_READ);

            caller.run(() -> told.call.resume());
            assertThat(told.ok().bytes).hasValue(large);
            // The connection reads again although its last call had paused it.
            await().until(() -> caller.counts.closed.isEmpty());
        }
    }

    @Test
    void aCallThatPausesAfterEveryPieceGetsEverything() throws Exception {
        int pieces = 300;
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    while (true) {
                        peer.readRequest();
                        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                        for (int i = 0; i < pieces; i++) {
                            peer.send("3e8\r\n" + "x".repeat(1000) + "\r\n");
                        }
                        peer.send("0\r\n\r\n");
                    }
                });
                Caller caller = Caller.settings().caller()) {
            for (int round = 0; round < 3; round++) {
                Caller.Told told = caller.send(workload.url(), HttpMethod.POST, "{}", t -> t.call.pause());
                await().pollInterval(Duration.ofMillis(1)).until(() -> {
                    if (!told.isOver()) {
                        caller.run(() -> {
                            told.call.resume();
                            told.call.pause();
                            told.call.resume();
                        });
                        caller.run(() -> told.call.pause());
                    }
                    return told.isOver();
                });
                assertThat(told.ok().bytes).hasValue(1000L * pieces);
            }
            assertThat(workload.connections()).isEqualTo(1);
        }
    }

    @Test
    void aCallMayBePausedBeforeItHasAConnection() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings().caller()) {
            Caller.Told told = new Caller.Told(caller.loop, t -> {});
            caller.run(() -> {
                told.call = caller.client.send(
                        caller.loop,
                        new UpstreamClient.Request(
                                workload.url(),
                                HttpMethod.GET,
                                new io.netty.handler.codec.http.DefaultHttpHeaders(),
                                io.netty.buffer.Unpooled.EMPTY_BUFFER),
                        told);
                told.inSend = false;
                told.call.pause();
            });
            workload.nextHead();
            await().during(Duration.ofMillis(200)).until(() -> told.status == 0);
            caller.run(() -> told.call.resume());
            told.ok();
            caller.get(workload.url()).ok();
            assertThat(workload.connections()).isEqualTo(1);
        }
    }

    @Test
    void aPausedCallCanBeCancelled() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
                    while (!peer.socket().isClosed()) {
                        peer.send(new byte[1 << 20]);
                    }
                    throw new InterruptedIOException();
                });
                Caller caller = Caller.settings().caller()) {
            Caller.Told told = caller.send(workload.url(), HttpMethod.POST, "{}", t -> t.call.pause());
            await().until(() -> told.status == 200);
            caller.run(() -> told.call.cancel());
            workload.awaitScriptEnd();
            assertThat(told.isOver()).isFalse();
        }
    }
}
