package dev.ostiary.gateway.server.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.gateway.server.upstream.UpstreamFailure.Kind;
import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NettyLeakDetectorExtension.class)
class NameResolutionTest {

    private static final InetAddress[] LOOPBACK = {InetAddress.getLoopbackAddress()};

    @Test
    void aNameThatDoesNotExistIsUnreachable() throws Exception {
        // The JDK's resolver; RFC 6761 §6.4 promises that this name never exists.
        try (Caller caller = Caller.settings().caller()) {
            Caller.Told told =
                    caller.post(URI.create("http://workload.invalid/"), "{}").failed(Kind.UNREACHABLE);
            assertThat(told.failure.detail())
                    .isEqualTo("http://workload.invalid: workload.invalid: the name does not resolve");
        }
    }

    @Test
    void aNameIsLookedUpOnceForAllThatAskAndAgainAfterItsTime() throws Exception {
        AtomicInteger lookups = new AtomicInteger();
        CountDownLatch answer = new CountDownLatch(1);
        NameLookup counting = host -> {
            lookups.incrementAndGet();
            try {
                answer.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return LOOPBACK;
        };
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings().nameTtl(300).connectionAge(1).caller(counting)) {
            List<Caller.Told> told = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                told.add(caller.post(workload.url("name.example"), "{}"));
            }
            answer.countDown();
            for (Caller.Told each : told) {
                each.ok();
            }
            assertThat(lookups).hasValue(1);
            await().until(() -> {
                caller.post(workload.url("name.example"), "{}").ok();
                return lookups.get() == 2;
            });
        }
    }

    @Test
    void theLoopServesOthersWhileANameIsLookedUp() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        NameLookup slow = host -> {
            try {
                answer.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new UnknownHostException(host);
        };
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings().caller(slow)) {
            Caller.Told waits = caller.post(workload.url("slow.example"), "{}");
            caller.post(workload.url(), "{}").ok();
            assertThat(waits.isOver()).isFalse();
            answer.countDown();
            waits.failed(Kind.UNREACHABLE);
        }
    }

    @Test
    void theNextAddressIsTriedWhenOneRefuses() throws Exception {
        InetAddress nobody = InetAddress.getByName("127.0.0.2");
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings()
                        .caller(host -> new InetAddress[] {nobody, InetAddress.getLoopbackAddress()})) {
            caller.post(workload.url("two.example"), "{}").ok();
            assertThat(workload.nextHead()).contains("host: two.example:" + workload.port());
        }
    }

    @Test
    void addressesThatLeadNowhereAreForgotten() throws Exception {
        InetAddress nobody = InetAddress.getByName("127.0.0.2");
        AtomicInteger lookups = new AtomicInteger();
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings()
                        .caller(host -> lookups.incrementAndGet() == 1 ? new InetAddress[] {nobody} : LOOPBACK)) {
            caller.post(workload.url("moved.example"), "{}").failed(Kind.UNREACHABLE);
            caller.post(workload.url("moved.example"), "{}").ok();
        }
    }

    @Test
    void aResolverThatFailsInAnUnexpectedWayFailsTheCallOnly() throws Exception {
        AtomicInteger lookups = new AtomicInteger();
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings().caller(host -> {
                    if (lookups.incrementAndGet() == 1) {
                        throw new IllegalStateException("on purpose");
                    }
                    return LOOPBACK;
                })) {
            caller.post(workload.url("odd.example"), "{}").failed(Kind.UNREACHABLE);
            caller.post(workload.url("odd.example"), "{}").ok();
        }
    }

    @Test
    void moreNamesThanTheCacheHoldsAreNoHarm() throws Exception {
        try (ScriptedWorkload workload = ScriptedWorkload.friendly();
                Caller caller = Caller.settings().connectionIdle(50).caller(host -> LOOPBACK)) {
            List<Caller.Told> told = new ArrayList<>();
            for (int i = 0; i < 1_500; i++) {
                told.add(caller.post(workload.url("h" + i + ".example"), "{}"));
                if (told.size() == 50) {
                    for (Caller.Told each : told) {
                        each.ok();
                    }
                    told.clear();
                }
            }
        }
    }
}
