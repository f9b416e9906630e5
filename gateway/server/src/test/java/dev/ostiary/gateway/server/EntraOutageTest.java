package dev.ostiary.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.DemoDirectory;
import dev.ostiary.entra.emulator.EntraEmulator;
import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.Faults.Fault;
import dev.ostiary.entra.emulator.KeyRotation;
import dev.ostiary.entra.emulator.directory.FirstPartyApps;
import dev.ostiary.gateway.server.entra.KeySetSettings;
import dev.ostiary.gateway.server.entra.ManualTime;
import dev.ostiary.gateway.server.forward.Forwarding;
import io.github.nettyplus.leakdetector.junit.NettyLeakDetectorExtension;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Entra goes away while calls go on: a whole gateway, a real emulator, and hours that pass when the test says so. */
@ExtendWith(NettyLeakDetectorExtension.class)
class EntraOutageTest {

    private final ManualTime time = new ManualTime();
    private GatewayFixture gateway;
    private EntraEmulator second;

    @BeforeEach
    void start() throws Exception {
        gateway =
                new GatewayFixture(GatewayScenario::answering, time, Forwarding.KEEP_ALIVE, GatewayFixture.WRITERS_MAY);
        assertThat(call(token(gateway.entra)).statusCode()).isEqualTo(200);
        awaitIdle();
    }

    @AfterEach
    void stop() {
        gateway.close();
        if (second != null) {
            second.close();
        }
    }

    /** After a read the next one is on the calendar: then nothing is under way. */
    private void awaitIdle() {
        await().until(() -> time.pending() == 1);
    }

    /** A new token of ben, which outlives every outage here. */
    private static String token(EntraEmulator entra) {
        return entra.tokens()
                .userToken(
                        "ben@" + DemoDirectory.DOMAIN,
                        FirstPartyApps.AZURE_CLI_ID,
                        DemoDirectory.GATEWAY_CLIENT_ID,
                        "mcp.notes")
                .lifetime(Duration.ofDays(90))
                .build();
    }

    private HttpResponse<String> call(String token) throws Exception {
        return gateway.post("", "notes", GatewayScenario.READ, "Authorization", "Bearer " + token);
    }

    private double reads(String result) throws Exception {
        return gateway.admin("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("ostiary_keys_fetched_total{result=\"" + result + "\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private double failedReads() throws Exception {
        return gateway.admin("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("ostiary_keys_fetched_total") && !line.contains("result=\"ok\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Entra cannot be reached, and says nothing of it to those whose keys are known. */
    private void assertUnavailable(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).isPresent();
        // A challenge would send the client to sign in, where nobody could help it.
        assertThat(response.headers().firstValue("WWW-Authenticate")).isEmpty();
        GatewayScenario.assertSaysNothingInternal(response.body());
    }

    @Test
    void callsGoOnWhileEntraIsGoneAndComesBack() throws Exception {
        String known = token(gateway.entra);
        assertThat(call(known).statusCode()).isEqualTo(200);
        List<String> fresh = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            fresh.add(token(gateway.entra));
        }
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger answered = new AtomicInteger();
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<Void>> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            callers.add(CompletableFuture.runAsync(
                    () -> {
                        while (!stop.get()) {
                            try {
                                HttpResponse<String> response = call(known);
                                if (response.statusCode() == 200) {
                                    answered.incrementAndGet();
                                } else {
                                    failures.add(response.statusCode() + " " + response.body());
                                }
                            } catch (Exception e) {
                                failures.add(e.toString());
                            }
                        }
                    },
                    task -> Thread.ofVirtual().start(task)));
        }
        try {
            await().until(() -> answered.get() > 10);
            int emulatorPort = URI.create(gateway.entra.origin()).getPort();
            gateway.entra.close();
            time.advance(Duration.ofMinutes(70));
            await().until(() -> failedReads() >= 1);
            int before = answered.get();
            for (String token : fresh) {
                assertThat(call(token).statusCode()).isEqualTo(200);
            }
            await().until(() -> answered.get() > before + 10);
            assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(200);

            double good = reads("ok");
            second = EntraEmulator.start(
                    gateway.entraSettings().withPort(emulatorPort).withKeys(gateway.entra.keys()));
            await().until(() -> {
                time.advance(KeySetSettings.DEFAULT.maxRetry());
                return reads("ok") > good;
            });
            assertThat(call(token(second)).statusCode()).isEqualTo(200);
            int after = answered.get();
            await().until(() -> answered.get() > after + 10);
        } finally {
            stop.set(true);
            callers.forEach(CompletableFuture::join);
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void keysThatRolledOverDuringAnOutageAreAskedForAgainAndNeverCalledInvalid() throws Exception {
        String known = token(gateway.entra);
        assertThat(call(known).statusCode()).isEqualTo(200);
        gateway.entra.rotateKeys(KeyRotation.GRACEFUL);
        String rolled = token(gateway.entra);
        gateway.entra.faults().status(Area.KEYS, 500);

        assertUnavailable(call(rolled));
        assertUnavailable(call(rolled));
        assertThat(call(known).statusCode()).isEqualTo(200);

        gateway.entra.faults().clearAll();
        awaitIdle();
        time.advance(KeySetSettings.DEFAULT.firstRetry());
        await().until(() -> reads("ok") == 2);
        assertThat(call(rolled).statusCode()).isEqualTo(200);
        assertThat(call(known).statusCode()).isEqualTo(200);
    }

    @Test
    void anEmergencyRolloverIsEnforcedAsSoonAsEntraCanBeReachedAgain() throws Exception {
        String stolen = token(gateway.entra);
        assertThat(call(stolen).statusCode()).isEqualTo(200);
        gateway.entra.rotateKeys(KeyRotation.EMERGENCY);
        gateway.entra.faults().arm(Area.KEYS, new Fault.Garbage(), Integer.MAX_VALUE);
        time.advance(Duration.ofMinutes(70));
        await().until(() -> failedReads() == 1);
        // Nobody has told the gateway: what it last knew holds.
        assertThat(call(stolen).statusCode()).isEqualTo(200);

        gateway.entra.faults().clearAll();
        awaitIdle();
        time.advance(KeySetSettings.DEFAULT.firstRetry());
        await().until(() -> reads("ok") == 2);
        HttpResponse<String> refused = call(stolen);
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate"))
                .hasValueSatisfying(challenge -> assertThat(challenge).contains("invalid_token"));
        assertThat(call(token(gateway.entra)).statusCode()).isEqualTo(200);
    }

    @Test
    void keysAreServedStaleForADayAndNotANanosecondLonger() throws Exception {
        String known = token(gateway.entra);
        assertThat(call(known).statusCode()).isEqualTo(200);
        gateway.entra.faults().status(Area.DISCOVERY, 503);
        time.advance(KeySetSettings.DEFAULT.timeToLive());
        assertThat(call(known).statusCode()).isEqualTo(200);
        time.advance(KeySetSettings.DEFAULT.staleFor());
        assertThat(call(known).statusCode()).isEqualTo(200);
        assertThat(call(token(gateway.entra)).statusCode()).isEqualTo(200);

        time.advance(Duration.ofNanos(1));
        assertUnavailable(call(known));
        assertUnavailable(call(token(gateway.entra)));
        assertThat(call("junk").statusCode()).isEqualTo(401);
        // Restarting would lose nothing and win nothing; other replicas have the same Entra.
        assertThat(gateway.admin("/livez").statusCode()).isEqualTo(200);

        gateway.entra.faults().clearAll();
        await().until(() -> {
            time.advance(KeySetSettings.DEFAULT.maxRetry());
            return call(known).statusCode() == 200;
        });
    }
}
