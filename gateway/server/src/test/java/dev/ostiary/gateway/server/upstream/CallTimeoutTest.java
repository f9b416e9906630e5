package dev.ostiary.gateway.server.upstream;

import static dev.ostiary.gateway.server.upstream.ScriptedWorkload.OK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.gateway.server.upstream.UpstreamFailure.Kind;
import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NettyLeakDetectorExtension.class)
class CallTimeoutTest {

    @Test
    void aWorkloadThatDoesNotAnswerTimesOutAndLosesTheConnection() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    if (peer.number() > 1) {
                        peer.send(OK);
                    }
                    peer.awaitClose();
                });
                Caller caller = Caller.settings().firstByte(150).caller()) {
            caller.post(workload.url(), "{}").failed(Kind.FIRST_BYTE_TIMEOUT);
            workload.awaitScriptEnd();
            caller.post(workload.url(), "{}").ok();
        }
    }

    @Test
    void theFirstByteTimeOutBeginsWhenTheRequestIsWritten() throws Exception {
        Duration slow = Duration.ofMillis(900);
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    // Reads so slowly that writing alone takes nearly the whole time-out, and answers after as long
                    // again.
                    Instant begin = Instant.now();
                    await().pollDelay(slow).until(() -> true);
                    peer.readRequest();
                    await().pollDelay(slow).until(() -> true);
                    assertThat(Duration.between(begin, Instant.now())).isGreaterThan(Duration.ofMillis(1_600));
                    peer.send(OK);
                });
                Caller caller = Caller.settings().firstByte(1_600).caller()) {
            caller.post(workload.url(), "x".repeat(16 << 20)).ok();
        }
    }

    @Test
    void aWorkloadThatDoesNotTakeTheRequestTimesOut() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readHead();
                    await().until(() -> false);
                });
                Caller caller = Caller.settings().firstByte(200).caller()) {
            Caller.Told told = caller.post(workload.url(), "x".repeat(16 << 20)).failed(Kind.FIRST_BYTE_TIMEOUT);
            assertThat(told.failure.detail()).contains("did not take the request");
        }
    }

    @Test
    void informationalResponsesAndHalfAHeadDoNotExtendTheTime() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 102 Processing\r\n\r\n");
                    peer.send("HTTP/1.1 200 OK\r\nX-Slow: ");
                    peer.awaitClose();
                });
                Caller caller = Caller.settings().firstByte(200).caller()) {
            caller.post(workload.url(), "{}").failed(Kind.FIRST_BYTE_TIMEOUT);
        }
    }

    @Test
    void aStreamThatStallsTimesOut() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                    peer.awaitClose();
                });
                Caller caller = Caller.settings().streamIdle(150).caller()) {
            Caller.Told told = caller.post(workload.url(), "{}").failed(Kind.IDLE_TIMEOUT);
            assertThat(told.body()).isEqualTo("half");
            workload.awaitScriptEnd();
        }
    }

    @Test
    void aStreamThatMovesMayTakeLongerThanTheIdleTimeOut() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n");
                    for (int i = 0; i < 8; i++) {
                        await().pollDelay(Duration.ofMillis(150)).until(() -> true);
                        peer.send("x");
                    }
                });
                Caller caller = Caller.settings().streamIdle(1_000).caller()) {
            assertThat(caller.post(workload.url(), "{}").ok().body()).hasSize(8);
        }
    }

    @Test
    void theIdleTimeOutDoesNotRunWhileTheCallIsPaused() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                    peer.awaitClose();
                });
                Caller caller = Caller.settings().streamIdle(150).caller()) {
            Caller.Told told = caller.send(workload.url(), HttpMethod.POST, "{}", t -> t.call.pause());
            await().during(Duration.ofMillis(500)).atMost(Duration.ofSeconds(5)).until(() -> !told.isOver());
            caller.run(() -> told.call.resume());
            told.failed(Kind.IDLE_TIMEOUT);
        }
    }

    @Test
    void anAddressThatSwallowsPacketsTimesOut() throws Exception {
        // A full accept queue: the kernel drops further connection requests.
        try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Caller caller = Caller.settings().connect(300).caller()) {
            List<Socket> fillers = new ArrayList<>();
            try {
                fillQueue(deaf, fillers);
                caller.post(URI.create("http://127.0.0.1:" + deaf.getLocalPort() + "/"), "{}")
                        .failed(Kind.CONNECT_TIMEOUT);
            } finally {
                for (Socket filler : fillers) {
                    filler.close();
                }
            }
        }
    }

    @Test
    void theConnectTimeOutIncludesTls() throws Exception {
        try (ScriptedWorkload silent = ScriptedWorkload.http(ScriptedWorkload.Peer::awaitClose);
                Caller caller = Caller.settings().connect(300).caller()) {
            caller.post(URI.create("https://127.0.0.1:" + silent.port() + "/"), "{}")
                    .failed(Kind.CONNECT_TIMEOUT);
            silent.awaitScriptEnd();
        }
    }

    @Test
    void theConnectTimeOutIncludesTheNameLookUp() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        NameLookup slow = host -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new InetAddress[0];
        };
        try (Caller caller = Caller.settings().connect(200).caller(slow)) {
            caller.post(URI.create("http://slow.example/"), "{}").failed(Kind.CONNECT_TIMEOUT);
        } finally {
            never.countDown();
        }
    }

    private static void fillQueue(ServerSocket deaf, List<Socket> fillers) throws IOException {
        for (int i = 0; i < 16; i++) {
            Socket filler = new Socket();
            fillers.add(filler);
            try {
                filler.connect(new InetSocketAddress(deaf.getInetAddress(), deaf.getLocalPort()), 200);
            } catch (IOException e) {
                return;
            }
        }
        throw new AssertionError("the accept queue does not fill");
    }
}
