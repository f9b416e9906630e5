package dev.ostiary.gateway.server.entra;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one remote endpoint within a total time: a few attempts, with waits that the endpoint may lengthen and that are partly
 * chance, and none at all while its {@link Breaker} is open. Blocks: virtual threads only. Thread-safe.
 */
final class Endpoint {

    private static final Logger log = LoggerFactory.getLogger(Endpoint.class);

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVICE_UNAVAILABLE = 503;
    private static final Duration SHORTEST_RETRY_AFTER = Duration.ofSeconds(1);
    private static final int MAX_DEPTH = 16;
    private static final JsonObjects JSON = new JsonObjects(MAX_DEPTH, BoundedExchange.MAX_BYTES);

    private final String name;
    private final BoundedExchange exchange;
    private final CallLimits limits;
    private final Time time;
    private final EntraMetrics metrics;
    private final Breaker breaker;

    /** @param name for metrics, logs and reasons: {@code token}, {@code graph}, {@code managed-identity} */
    Endpoint(String name, BoundedExchange exchange, CallLimits limits, Time time, EntraMetrics metrics) {
        this.name = name;
        this.exchange = exchange;
        this.limits = limits;
        this.time = time;
        this.metrics = metrics;
        this.breaker = new Breaker(time, limits, () -> {
            metrics.breakerOpened(name);
            log.atWarn().addKeyValue("endpoint", name).log("requests are held back: the endpoint keeps failing");
        });
    }

    /** What may be done again when it is not known whether it was done. */
    enum Repeat {
        /** Asking twice is asking once. */
        ALWAYS,
        /** A code, a refresh token: only when it was certainly not taken. */
        IF_NOT_TAKEN
    }

    /**
     * An answer that says something: 2xx, or a refusal.
     *
     * @param body null when a refusal came without JSON
     */
    record Reply(int status, HttpHeaders headers, @Nullable ObjectNode body) {

        boolean successful() {
            return status / 100 == 2;
        }
    }

    /** Makes the request of an attempt; called once for each. */
    @FunctionalInterface
    interface Attempt {
        HttpRequest.Builder request() throws EntraRefusedException, EntraUnavailableException;
    }

    /**
     * Asks until there is an answer.
     *
     * @throws EntraUnavailableException when there is none; nothing is known then
     * @throws EntraRefusedException from {@code attempt}
     */
    Reply ask(Repeat repeat, Attempt attempt) throws EntraRefusedException, EntraUnavailableException {
        long end = time.nanos() + limits.totalTime().toNanos();
        for (int number = 1; ; number++) {
            HttpRequest.Builder request = attempt.request();
            Duration closed = breaker.enter();
            if (!closed.isZero()) {
                throw unavailable("HeldBack", closed, name + " has failed repeatedly and is left alone", null);
            }
            Try tried = tryOnce(request, Duration.ofNanos(end - time.nanos()));
            if (tried.reply != null) {
                return tried.reply;
            }
            Duration wait = wait(number, tried.retryAfter);
            boolean again = number < limits.attempts() && (repeat == Repeat.ALWAYS || tried.notTaken);
            if (!again || time.nanos() + wait.toNanos() >= end) {
                throw unavailable(tried.reason, tried.retryAfter, tried.message, tried.failure);
            }
            pause(wait);
        }
    }

    /**
     * What an attempt came to.
     *
     * @param reply null: the rest says why not
     * @param notTaken certainly without effect on the other side
     */
    private record Try(
            @Nullable Reply reply,
            String reason,
            String message,
            boolean notTaken,
            Duration retryAfter,
            @Nullable EntraFailure failure) {

        static Try failed(String reason, String message, boolean notTaken, Duration retryAfter) {
            return new Try(null, reason, message, notTaken, retryAfter, null);
        }
    }

    private Try tryOnce(HttpRequest.Builder request, Duration left) throws EntraUnavailableException {
        boolean told = false;
        try {
            Duration timeout = left.compareTo(limits.attemptTimeout()) < 0 ? left : limits.attemptTimeout();
            Try tried = judge(exchange.send(request, timeout));
            told = true;
            if (tried.reply == null) {
                failed(tried);
            } else {
                breaker.succeeded();
                metrics.answered(name);
            }
            return tried;
        } catch (EntraFailure failure) {
            String message = String.valueOf(failure.getMessage());
            if (failure.lasting()) {
                metrics.attemptFailed(name, failure.reason());
                throw unavailable(failure.reason(), Duration.ZERO, message, failure);
            }
            told = true;
            Try tried = new Try(null, failure.reason(), message, !failure.sent(), Duration.ZERO, failure);
            failed(tried);
            return tried;
        } catch (InterruptedException givenUp) {
            throw interrupted(givenUp);
        } finally {
            if (!told) {
                breaker.gaveUp();
            }
        }
    }

    private void failed(Try tried) {
        breaker.failed(tried.retryAfter);
        metrics.attemptFailed(name, tried.reason);
        log.atDebug()
                .addKeyValue("endpoint", name)
                .addKeyValue("reason", tried.reason)
                .addKeyValue("detail", tried.message)
                .log("no usable answer");
    }

    private Try judge(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        String message = name + " answered " + status;
        Duration retryAfter = RetryAfter.of(response.headers(), time);
        if (status == TOO_MANY_REQUESTS) {
            metrics.throttled(name);
            return Try.failed("Throttled", message, true, retryAfter);
        }
        if (status >= 500) {
            return Try.failed("ServerError", message, status == SERVICE_UNAVAILABLE, retryAfter);
        }
        if (status / 100 != 2 && status / 100 != 4) {
            return Try.failed("WrongStatus", message, false, Duration.ZERO);
        }
        ObjectNode body = isJson(response.headers()) ? JSON.object(response.body()) : null;
        if (body == null && status / 100 == 2) {
            return Try.failed("NotJson", message + " without one JSON object", false, Duration.ZERO);
        }
        return new Try(new Reply(status, response.headers(), body), "", "", false, Duration.ZERO, null);
    }

    private static boolean isJson(HttpHeaders headers) {
        String type = headers.firstValue("Content-Type").orElse("");
        int end = type.indexOf(';');
        String essence = (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return essence.equals("application/json");
    }

    private Duration wait(int attempt, Duration retryAfter) {
        long doubled = limits.firstBackoff().toNanos() << Math.min(attempt - 1, 16);
        long half = doubled / 2;
        Duration own = Duration.ofNanos(half + ThreadLocalRandom.current().nextLong(half + 1));
        return retryAfter.compareTo(own) > 0 ? retryAfter : own;
    }

    private void pause(Duration wait) throws EntraUnavailableException {
        CountDownLatch over = new CountDownLatch(1);
        Runnable takeBack = time.after(wait, over::countDown);
        try {
            over.await();
        } catch (InterruptedException givenUp) {
            takeBack.run();
            throw interrupted(givenUp);
        }
    }

    private EntraUnavailableException interrupted(InterruptedException givenUp) {
        Thread.currentThread().interrupt();
        return unavailable("Interrupted", Duration.ZERO, "nobody waits for " + name + " any more", givenUp);
    }

    /** An exception about this endpoint. */
    static EntraUnavailableException unavailable(
            String reason, Duration retryAfter, String message, @Nullable Throwable cause) {
        Duration atLeast = retryAfter.compareTo(SHORTEST_RETRY_AFTER) < 0 ? SHORTEST_RETRY_AFTER : retryAfter;
        return new EntraUnavailableException(reason, atLeast, message, cause);
    }
}
