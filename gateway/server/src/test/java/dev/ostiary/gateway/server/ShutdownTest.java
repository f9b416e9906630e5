package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NettyLeakDetectorExtension.class)
class ShutdownTest {

    private final LinkedBlockingQueue<Workload.Stream> streams = new LinkedBlockingQueue<>();

    private GatewayFixture gateway() throws IOException {
        return new GatewayFixture(
                (request, reply) -> {
                    if (request.method().equals("GET") || request.rpc().equals("tools/call")) {
                        reply.handOver(streams);
                    } else {
                        GatewayScenario.answering(request, reply);
                    }
                },
                GatewayFixture.WRITERS_MAY);
    }

    @Test
    void drainingLosesNoCallEndsWhatOnlyListensAndSaysSo() throws Exception {
        try (GatewayFixture gateway = gateway()) {
            String session = gateway.initialize("ben", "notes");
            Events listening = gateway.listen("ben", "notes", session);
            Workload.Stream first = streams.poll(10, TimeUnit.SECONDS);
            listening.head();
            Events calling = gateway.stream("ben", "notes", GatewayScenario.DELETE, "Mcp-Session-Id", session);
            Workload.Stream second = streams.poll(10, TimeUnit.SECONDS);
            calling.head();
            assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(200);

            CompletableFuture<Void> drained = CompletableFuture.runAsync(
                    () -> gateway.server.drain(Duration.ofMillis(300), Duration.ofSeconds(20)));
            await().untilAsserted(() -> {
                HttpResponse<String> ready = gateway.admin("/readyz");
                assertThat(ready.statusCode()).isEqualTo(503);
                assertThat(ready.body()).contains("draining");
            });
            assertThat(gateway.admin("/livez").statusCode()).isEqualTo(200);
            assertThat(listening.next()).isIn(Events.END, Events.BROKEN);
            assertThat(drained).isNotDone();
            second.message(GatewayScenario.result(3, "{\"content\":[]}")).end();
            assertThat(calling.next()).contains("\"result\"");
            assertThat(calling.next()).isEqualTo(Events.END);
            drained.get(20, TimeUnit.SECONDS);
            first.end();

            gateway.server.close();
            gateway.server.close();
            gateway.server.drain(Duration.ZERO, Duration.ofSeconds(1));
            try (ServerSocket free = new ServerSocket(gateway.port, 1, InetAddress.getLoopbackAddress())) {
                assertThat(free.isBound()).isTrue();
            }
            assertThatThrownBy(() -> gateway.apply(gateway.route("notes"))).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void closingAbortsWhatIsOpen() throws Exception {
        try (GatewayFixture gateway = gateway()) {
            CompletableFuture<HttpResponse<String>> call = gateway.http.sendAsync(
                    gateway.request("ben", "notes")
                            .POST(HttpRequest.BodyPublishers.ofString(GatewayScenario.READ))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            Workload.Stream stream = streams.poll(10, TimeUnit.SECONDS);
            gateway.server.close();
            assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS)).hasRootCauseInstanceOf(IOException.class);
            stream.end();
        }
    }

    @Test
    void aPortThatIsTakenIsSaidAndLeavesNoThreads() throws Exception {
        try (GatewayFixture gateway = gateway();
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Set<Thread> before = threads();
            InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            InetSocketAddress occupied = new InetSocketAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort());
            for (GatewayServer.Settings settings : new GatewayServer.Settings[] {
                new GatewayServer.Settings(occupied, free, 2, OutputStream.nullOutputStream()),
                new GatewayServer.Settings(free, occupied, 2, OutputStream.nullOutputStream())
            }) {
                assertThatThrownBy(() -> GatewayServer.start(settings, gateway.config(gateway.route("notes"))))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining(Integer.toString(taken.getLocalPort()));
            }
            await().untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
        }
    }

    /** The threads of gateways; a lazily started one of the shared first gateway has the same name prefix, but is alive before. */
    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("ostiary-")
                        || thread.getName().contains("EventLoopGroup"))
                .collect(Collectors.toSet());
    }
}
