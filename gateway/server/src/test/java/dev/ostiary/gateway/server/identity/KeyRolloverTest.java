package dev.ostiary.gateway.server.identity;

import static dev.ostiary.gateway.server.identity.Tenants.ANNA;
import static dev.ostiary.gateway.server.identity.Tenants.CLI;
import static dev.ostiary.gateway.server.identity.Tenants.GATEWAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ostiary.entra.emulator.Faults.Area;
import dev.ostiary.entra.emulator.KeyRotation;
import dev.ostiary.entra.emulator.token.SigningMode;
import dev.ostiary.entra.emulator.token.TokenBuilder;
import dev.ostiary.gateway.server.entra.KeySetMetrics;
import dev.ostiary.gateway.server.entra.KeySetSettings;
import dev.ostiary.gateway.server.identity.Authentication.Authenticated;
import dev.ostiary.gateway.server.identity.Authentication.Rejected;
import dev.ostiary.gateway.server.identity.Authentication.Unavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys that change, keys that cannot be had: what callers meet, with a running emulator and a clock of our own. */
class KeyRolloverTest {

    private static final Duration MISS_INTERVAL = KeySetSettings.DEFAULT.missInterval();

    private final Counts counts = new Counts();
    private Gateway gateway;

    private static final class Counts implements KeySetMetrics {
        final AtomicInteger fetched = new AtomicInteger();
        final AtomicInteger failed = new AtomicInteger();
        final AtomicInteger stale = new AtomicInteger();
        final AtomicInteger waiting = new AtomicInteger();

        @Override
        public void fetched() {
            fetched.incrementAndGet();
        }

        @Override
        public void fetchFailed(String reason) {
            failed.incrementAndGet();
        }

        @Override
        public void staleServed() {
            stale.incrementAndGet();
        }

        @Override
        public void waiting() {
            waiting.incrementAndGet();
        }
    }

    @BeforeEach
    void start() {
        gateway = Gateway.start(KeySetSettings.DEFAULT, counts);
        gateway.awaitKeys();
        awaitIdle();
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    /** After a read the next one is on the calendar: then nothing is under way. */
    private void awaitIdle() {
        eventually(() -> gateway.time.pending() == 1);
    }

    private static void eventually(BooleanSupplier condition) {
        await().atMost(20, TimeUnit.SECONDS).pollInterval(Duration.ofMillis(5)).until(condition::getAsBoolean);
    }

    /** A token that lives longer than any outage here. */
    private TokenBuilder anna() {
        return gateway.entra.tokens().userToken(ANNA, CLI, GATEWAY, "mcp.notes").lifetime(Duration.ofDays(90));
    }

    private Authentication ask(String token) {
        return gateway.authenticate("notes", token);
    }

    private CompletableFuture<Authentication> begin(String token) {
        return gateway.begin("notes", List.of("Bearer " + token));
    }

    private Authentication now(String token) {
        return gateway.authenticator.tryNow(Snapshots.route(gateway.snapshot, "notes"), List.of("Bearer " + token));
    }

    private int keyReads() {
        return gateway.entra.faults().requests(Area.KEYS);
    }

    private void keysFail() {
        gateway.entra.faults().status(Area.KEYS, 500);
    }

    private static KeySetSettings settings(int maxWaiting, Duration documentTimeout) {
        KeySetSettings d = KeySetSettings.DEFAULT;
        return new KeySetSettings(
                d.refreshAfter(),
                d.refreshJitter(),
                d.timeToLive(),
                d.staleFor(),
                d.missInterval(),
                d.firstRetry(),
                d.maxRetry(),
                maxWaiting,
                documentTimeout);
    }

    private static String reason(Authentication answer) {
        return answer instanceof Rejected rejected ? rejected.auditReason() : answer.toString();
    }

    @Test
    void keysAreReadAheadOfTheirEnd() {
        assertThat(keyReads()).isEqualTo(1);
        gateway.time.advance(Duration.ofMinutes(53));
        assertThat(keyReads()).isEqualTo(1);
        gateway.time.advance(Duration.ofMinutes(14));
        eventually(() -> keyReads() == 2);
    }

    @Test
    void aGracefulRolloverIsFollowedWithoutARefusal() {
        String old = anna().build();
        gateway.entra.rotateKeys(KeyRotation.GRACEFUL);
        String fresh = anna().build();

        assertThat(now(fresh)).as("needs keys").isNull();
        assertThat(ask(fresh)).isInstanceOf(Authenticated.class);
        assertThat(ask(old)).isInstanceOf(Authenticated.class);
        assertThat(now(fresh)).isInstanceOf(Authenticated.class);
        assertThat(keyReads()).isEqualTo(2);
    }

    @Test
    void anEmergencyRolloverEndsTokensOfTheOldKeyEvenWhenTheyWereCached() {
        String old = anna().build();
        assertThat(ask(old)).isInstanceOf(Authenticated.class);
        gateway.entra.rotateKeys(KeyRotation.EMERGENCY);
        assertThat(ask(anna().build())).isInstanceOf(Authenticated.class);
        assertThat(reason(ask(old))).isEqualTo("KeyUnknown");
    }

    @Test
    void aFloodOfUnknownKeyIdsCausesOneRead() throws Exception {
        gateway.entra.faults().slow(Area.KEYS, Duration.ofMillis(300));
        String hostile = anna().signedWith(SigningMode.RS256_UNPUBLISHED_KEY).build();
        Queue<CompletableFuture<Authentication>> answers = new ConcurrentLinkedQueue<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 500; i++) {
                threads.execute(() -> answers.add(begin(hostile)));
            }
        }
        assertThat(answers).hasSize(500);
        for (CompletableFuture<Authentication> answer : answers) {
            assertThat(reason(answer.get(10, TimeUnit.SECONDS))).isEqualTo("KeyUnknown");
        }
        for (int i = 0; i < 500; i++) {
            assertThat(reason(ask(hostile))).isEqualTo("KeyUnknown");
        }
        assertThat(keyReads()).isEqualTo(2);
    }

    @Test
    void unknownKeyIdsCauseAnotherReadAfterFiveMinutes() {
        String hostile = anna().signedWith(SigningMode.RS256_UNPUBLISHED_KEY).build();
        ask(hostile);
        assertThat(keyReads()).isEqualTo(2);
        gateway.time.advance(MISS_INTERVAL.minusMillis(1));
        ask(hostile);
        assertThat(keyReads()).isEqualTo(2);
        gateway.time.advance(Duration.ofMillis(1));
        gateway.entra.rotateKeys(KeyRotation.EMERGENCY);
        assertThat(ask(anna().build())).isInstanceOf(Authenticated.class);
        assertThat(keyReads()).isEqualTo(3);
    }

    @Test
    void tokensThatNoKeyCouldSaveCauseNoRead() {
        List<String> hopeless = List.of(
                anna().signedWith(SigningMode.RS256_UNPUBLISHED_KEY)
                        .audience(Tenants.OTHER_API)
                        .build(),
                anna().signedWith(SigningMode.RS256_UNPUBLISHED_KEY)
                        .issuer("https://evil.example/")
                        .build(),
                anna().signedWith(SigningMode.RS256_UNPUBLISHED_KEY).expired().build(),
                anna().signedWith(SigningMode.HS256_WITH_PUBLIC_KEY).build());
        for (String token : hopeless) {
            assertThat(now(token)).isInstanceOf(Rejected.class);
        }
        assertThat(keyReads()).isEqualTo(1);
    }

    @Test
    void whatAnUnprovenTokenSaysOfItsBearerIsNotPassedOn() {
        String unproven =
                anna().signedWith(SigningMode.RS256_UNPUBLISHED_KEY).scp("none").build();
        assertThat(ask(unproven)).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.auditReason()).isEqualTo("KeyUnknown");
            assertThat(rejected.principal()).isNull();
        });
    }

    @Test
    void slowKeysDoNotHoldUpTokensWhoseKeyIsKnown() throws Exception {
        String seen = anna().build();
        assertThat(ask(seen)).isInstanceOf(Authenticated.class);
        List<String> unseen = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            unseen.add(anna().build());
        }
        gateway.entra.rotateKeys(KeyRotation.GRACEFUL);
        String fresh = anna().build();
        gateway.entra.faults().slow(Area.KEYS, Duration.ofSeconds(3));

        CompletableFuture<Authentication> waiting = begin(fresh);
        for (String token : unseen) {
            assertThat(now(token)).isInstanceOf(Authenticated.class);
            assertThat(now(seen)).isInstanceOf(Authenticated.class);
        }
        assertThat(waiting).isNotDone();
        assertThat(waiting.get(10, TimeUnit.SECONDS)).isInstanceOf(Authenticated.class);
    }

    @Test
    void theAnswerAfterWaitingComesOnTheExecutorOfTheRequest() throws Exception {
        gateway.entra.rotateKeys(KeyRotation.GRACEFUL);
        try (ExecutorService loop = Executors.newSingleThreadExecutor(task -> new Thread(task, "the-loop"))) {
            CompletableFuture<String> thread = new CompletableFuture<>();
            gateway.authenticator.authenticate(
                    Snapshots.route(gateway.snapshot, "notes"),
                    List.of("Bearer " + anna().build()),
                    loop,
                    answer -> thread.complete(Thread.currentThread().getName()));
            assertThat(thread.get(10, TimeUnit.SECONDS)).isEqualTo("the-loop");
        }
    }

    @Test
    void anOutageIsNotNoticedUntilTheKeysAreTooOld() {
        String token = anna().build();
        keysFail();
        gateway.time.advance(Duration.ofHours(24));
        eventually(() -> counts.failed.get() >= 1);
        assertThat(ask(token)).isInstanceOf(Authenticated.class);
        assertThat(counts.stale).hasValue(0);

        gateway.time.advance(Duration.ofHours(24));
        assertThat(ask(token)).isInstanceOf(Authenticated.class);
        assertThat(ask(anna().build())).isInstanceOf(Authenticated.class);
        assertThat(counts.stale.get()).isPositive();

        gateway.time.advance(Duration.ofNanos(1));
        assertThat(gateway.keys.ready()).isFalse();
        assertThat(ask(token)).as("cached, too").isInstanceOf(Unavailable.class);
        assertThat(ask(anna().build())).isInstanceOf(Unavailable.class);

        gateway.entra.faults().clearAll();
        eventually(() -> {
            gateway.time.advance(Duration.ofSeconds(61));
            return gateway.keys.ready();
        });
        assertThat(ask(token)).isInstanceOf(Authenticated.class);
    }

    @Test
    void duringAnOutageATokenWithAnUnknownKeyIsNotCalledInvalid() {
        gateway.entra.rotateKeys(KeyRotation.GRACEFUL);
        keysFail();
        assertThat(ask(anna().build())).isInstanceOf(Unavailable.class);
        assertThat(ask(anna().build())).isInstanceOf(Unavailable.class);
        // The read after the failure is soon, and needs no request to cause it.
        gateway.entra.faults().clearAll();
        awaitIdle();
        gateway.time.advance(Duration.ofSeconds(1));
        eventually(() -> counts.fetched.get() == 2);
        assertThat(ask(anna().build())).isInstanceOf(Authenticated.class);
    }

    @Test
    void readsAfterFailuresComeEverMoreSlowlyButNeverCease() {
        keysFail();
        gateway.time.advance(Duration.ofMinutes(70));
        eventually(() -> counts.failed.get() == 1);
        for (int failures = 1; failures < 12; failures++) {
            awaitIdle();
            int before = counts.failed.get();
            long longest = Math.min(60_000, 1000L << (failures - 1));
            gateway.time.advance(Duration.ofMillis(longest / 2 - 1));
            assertThat(gateway.time.pending()).as("not before half of the wait").isEqualTo(1);
            gateway.time.advance(Duration.ofMillis(longest / 2 + 1));
            eventually(() -> counts.failed.get() == before + 1);
        }
    }

    @Test
    void keysThatHangAreGivenUpInTime() {
        gateway.close();
        gateway = Gateway.start(settings(KeySetSettings.DEFAULT.maxWaiting(), Duration.ofSeconds(1)), counts);
        eventually(() -> {
            // On a slow machine the first reads may take longer than that, too.
            if (gateway.time.pending() == 1 && !gateway.keys.ready()) {
                gateway.time.advance(Duration.ofMinutes(1));
            }
            return gateway.keys.ready();
        });
        awaitIdle();
        gateway.entra.rotateKeys(KeyRotation.GRACEFUL);
        gateway.entra.faults().hang(Area.KEYS);
        assertThat(ask(anna().build())).isInstanceOf(Unavailable.class);
    }

    @Test
    void onlySoManyRequestsWaitForKeys() throws Exception {
        gateway.close();
        gateway = Gateway.start(settings(3, KeySetSettings.DEFAULT.documentTimeout()), counts);
        gateway.awaitKeys();
        awaitIdle();
        gateway.entra.rotateKeys(KeyRotation.GRACEFUL);
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            tokens.add(anna().build());
        }
        gateway.entra.faults().slow(Area.KEYS, Duration.ofSeconds(2));
        List<CompletableFuture<Authentication>> answers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            answers.add(begin(tokens.get(i)));
        }
        assertThat(answers.getLast()).isCompletedWithValue(Unavailable.entra(1));
        for (CompletableFuture<Authentication> waiting : answers.subList(0, 3)) {
            assertThat(waiting.get(10, TimeUnit.SECONDS)).isInstanceOf(Authenticated.class);
        }
    }

    @Test
    void beforeTheFirstKeysRequestsWaitForThem() throws Exception {
        gateway.close();
        gateway = Gateway.start(KeySetSettings.DEFAULT, counts);
        // The constructor has begun the read; whether it has ended or not, the answer is the same.
        assertThat(ask(anna().build())).isInstanceOf(Authenticated.class);
    }

    @Test
    void brokenAnswersLeaveTheLastGoodKeys() {
        String token = anna().build();
        gateway.entra.faults().arm(Area.KEYS, new dev.ostiary.entra.emulator.Faults.Fault.Garbage(), Integer.MAX_VALUE);
        gateway.time.advance(Duration.ofMinutes(70));
        eventually(() -> counts.failed.get() == 1);
        gateway.entra.faults().clear(Area.KEYS);
        gateway.entra.faults().status(Area.DISCOVERY, 503);
        awaitIdle();
        gateway.time.advance(Duration.ofSeconds(1));
        eventually(() -> counts.failed.get() == 2);
        assertThat(ask(token)).isInstanceOf(Authenticated.class);
    }
}
