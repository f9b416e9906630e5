package dev.ostiary.gateway.server.upstream;

import static dev.ostiary.gateway.server.upstream.ScriptedWorkload.OK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.gateway.server.upstream.UpstreamFailure.Kind;
import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NettyLeakDetectorExtension.class)
class PoolBoundsTest {

    @Test
    void callsBeyondTheConnectionsWaitInOrderAndCallsBeyondTheWaitingFail() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<String> bodies = Collections.synchronizedList(new ArrayList<>());
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    while (true) {
                        bodies.add(peer.readRequest());
                        go.await();
                        peer.send(OK);
                    }
                });
                Caller caller = Caller.settings().pool(1, 3).caller()) {
            List<Caller.Told> told = new ArrayList<>();
            for (String body : List.of("0", "1", "2", "3")) {
                told.add(caller.post(workload.url(), body));
            }
            assertThat(caller.counts.waiting).hasValue(3);
            Caller.Told tooMany = caller.post(workload.url(), "4").failed(Kind.OVERLOADED);
            assertThat(tooMany.failure.detail()).contains("1 connections are busy and 3 calls wait");
            go.countDown();
            for (Caller.Told each : told) {
                each.ok();
            }
            assertThat(bodies).containsExactly("0", "1", "2", "3");
            assertThat(workload.connections()).isEqualTo(1);
            assertThat(caller.counts.waiting).hasValue(0);
        }
    }

    @Test
    void connectionsThatAreBeingOpenedCount() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        NameLookup slow = host -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        };
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings().pool(2, 10).caller(slow)) {
            List<Caller.Told> told = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                told.add(caller.post(workload.url("slow.example"), "{}"));
            }
            assertThat(caller.counts.waiting).hasValue(6);
            go.countDown();
            for (Caller.Told each : told) {
                each.ok();
            }
            assertThat(workload.connections()).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void aCallDoesNotWaitForever() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(ScriptedWorkload.Peer::awaitClose);
                Caller caller = Caller.settings().connect(200).pool(1, 5).caller()) {
            Caller.Told first = caller.post(workload.url(), "{}");
            caller.post(workload.url(), "{}").failed(Kind.OVERLOADED);
            assertThat(caller.counts.waiting).hasValue(0);
            assertThat(first.isOver()).isFalse();
            caller.run(() -> first.call.cancel());
        }
    }

    @Test
    void aWaitingCallGetsTheNextConnectionWhenTheOneBeforeItDies() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.http(peer -> {
                    if (peer.number() == 1) {
                        peer.readRequest();
                        await().until(() -> peer.socket().isConnected());
                        peer.reset();
                    } else {
                        peer.serveOk();
                    }
                });
                Caller caller = Caller.settings().pool(1, 5).caller()) {
            Caller.Told first = caller.post(workload.url(), "{}");
            Caller.Told second = caller.post(workload.url(), "{}");
            first.failed(Kind.BROKEN);
            second.ok();
        }
    }

    @Test
    void thousandsOfWaitingCallsFailOneByOneWhereConnectingFailsAtOnce() throws Exception {
        // No route leads to the broadcast address: the kernel refuses without asking anybody.
        URI nowhere = URI.create("http://255.255.255.255/");
        try (Caller caller = Caller.settings().pool(1, 5_000).caller()) {
            List<Caller.Told> told = new ArrayList<>();
            caller.run(() -> {
                for (int i = 0; i < 5_000; i++) {
                    Caller.Told each = new Caller.Told(caller.loop, t -> {});
                    each.call = caller.client.send(
                            caller.loop,
                            new UpstreamClient.Request(
                                    nowhere, HttpMethod.POST, new DefaultHttpHeaders(), Unpooled.EMPTY_BUFFER),
                            each);
                    each.inSend = false;
                    told.add(each);
                }
            });
            for (Caller.Told each : told) {
                each.failed(Kind.UNREACHABLE);
            }
            assertThat(caller.counts.waiting).hasValue(0);
            assertThat(caller.counts.opened).hasValue(0);
        }
    }

    @Test
    void originsDoNotShareABound() throws Exception {
        try (ScriptedWorkload silent = ScriptedWorkload.http(ScriptedWorkload.Peer::awaitClose);
                ScriptedWorkload friendly = ScriptedWorkload.friendly();
                Caller caller = Caller.settings().pool(1, 1).caller()) {
            Caller.Told stuck = caller.post(silent.url(), "{}");
            caller.post(friendly.url(), "{}").ok();
            caller.run(() -> stuck.call.cancel());
        }
    }

    @Test
    void everyLoopHasItsOwnConnectionsAndIsToldOnItsOwnThread() throws Exception {
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                PooledUpstreamClient client =
                        new PooledUpstreamClient(Caller.settings().build(), UpstreamMetrics.NONE)) {
            List<EventLoop> loops = List.of(group.next(), group.next());
            for (int round = 0; round < 3; round++) {
                for (EventLoop loop : loops) {
                    // The listener objects to callbacks on another thread than its loop's.
                    Caller.Told told = new Caller.Told(loop, t -> {});
                    loop.submit(() -> {
                                told.call = client.send(
                                        loop,
                                        new UpstreamClient.Request(
                                                workload.url(),
                                                HttpMethod.POST,
                                                new DefaultHttpHeaders(),
                                                Unpooled.EMPTY_BUFFER),
                                        told);
                                told.inSend = false;
                            })
                            .get(5, TimeUnit.SECONDS);
                    told.ok();
                }
            }
            assertThat(workload.connections()).isEqualTo(2);
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aThousandCallsAtOnceAllEnd() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings().pool(20, 1_000).caller()) {
            List<Caller.Told> told = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                told.add(caller.post(workload.url(), "{}"));
            }
            for (Caller.Told each : told) {
                each.ok();
            }
            assertThat(workload.connections()).isLessThanOrEqualTo(20);
        }
    }
}
