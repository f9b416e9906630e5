package dev.ostiary.gateway.server.store;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to Redis that is there or is not: a command goes out at once or fails at once, and none waits for a
 * connection to come back. A connection that broke, or that leaves several commands in a row without an answer, is replaced
 * in the background.
 *
 * <p>Messages name what went wrong and nothing that was sent: Redis quotes arguments in some of its errors.
 */
final class RedisLink implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);

    private static final int MAX_IN_FLIGHT = 1024;
    private static final int MAX_TIMEOUTS_IN_A_ROW = 3;
    private static final Duration CHECK_EVERY = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration FIRST_DIAL = Duration.ofSeconds(3);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(6);

    /** An error's code: the first word, or what a script ran into, which older servers put behind an explanation. */
    private static final Pattern ERROR_CODE =
            Pattern.compile("^ERR Error running script .*? -([A-Z]{2,20}) |^([A-Z]{2,20})\\b");

    /** What a server says that is not, or no longer, the one for our keys: as good as gone. */
    private static final Set<String> NO_PRIMARY = Set.of("READONLY", "MASTERDOWN", "MOVED");

    /** A command, sent; its answer is never null. */
    interface Command<T> {
        RedisFuture<T> send(RedisAsyncCommands<String, String> redis);
    }

    private final RedisUrl url;
    private final RedisDialer dialer;
    private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);
    private final Semaphore wake = new Semaphore(0);
    private final CountDownLatch tried = new CountDownLatch(1);
    private final Thread keeper;

    private final AtomicReference<RedisDialer.@Nullable Live> live = new AtomicReference<>();
    private volatile String why = "not connected yet";
    private volatile boolean closed;

    RedisLink(RedisUrl url, RedisDialer dialer) {
        this.url = url;
        this.dialer = dialer;
        this.keeper = Thread.ofVirtual().name("redis-link").start(this::keep);
    }

    /** Waits for the first attempt to connect, whatever comes of it. */
    void awaitFirst() {
        try {
            tried.await(FIRST_DIAL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Sends a command and waits for its answer, at most a second.
     *
     * @throws RedisNoScriptException when Redis does not know the script
     */
    <T> T call(Command<T> command) throws StoreUnavailableException {
        RedisDialer.Live current = live.get();
        if (closed || current == null || !current.connection().isOpen()) {
            throw unavailable(closed ? "the grant store is closed" : "Redis cannot be reached: " + why);
        }
        if (!inFlight.tryAcquire()) {
            throw unavailable("too many operations wait for Redis");
        }
        try {
            RedisFuture<T> answer = command.send(current.commands());
            T result = await(answer);
            current.timeouts().set(0);
            return result;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("interrupted while waiting for Redis");
        } catch (TimeoutException e) {
            throw timedOut(current);
        } catch (ExecutionException e) {
            throw failed(current, e.getCause() == null ? e : e.getCause());
        } catch (RedisException e) {
            throw failed(current, e);
        } finally {
            inFlight.release();
        }
    }

    @Override
    public void close() {
        closed = true;
        wake.release();
        boolean interrupted = Thread.interrupted();
        try {
            keeper.join(CLOSE_WITHIN);
            RedisDialer.Live last = live.get();
            if (last != null) {
                last.closeAsync().get(RedisDialer.COMMAND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("the connection to Redis was not closed in time", e);
        }
        dialer.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> T await(RedisFuture<T> answer)
            throws InterruptedException, TimeoutException, ExecutionException {
        try {
            return answer.get(RedisDialer.COMMAND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException | TimeoutException e) {
            answer.cancel(true);
            throw e;
        }
    }

    private StoreUnavailableException timedOut(RedisDialer.Live current) {
        // A peer that is gone without a word shows in no other way for minutes.
        if (current.timeouts().incrementAndGet() >= MAX_TIMEOUTS_IN_A_ROW) {
            drop(current);
        }
        return unavailable("Redis did not answer in time");
    }

    private StoreUnavailableException failed(RedisDialer.Live current, Throwable cause) {
        if (cause instanceof RedisNoScriptException unknown) {
            throw unknown;
        }
        if (cause instanceof RedisCommandTimeoutException) {
            return timedOut(current);
        }
        if (!(cause instanceof RedisCommandExecutionException) || NO_PRIMARY.contains(code(cause))) {
            drop(current);
        }
        return unavailable("Redis did not do it: " + reason(cause));
    }

    private void drop(RedisDialer.@Nullable Live current) {
        if (current != null) {
            if (live.compareAndSet(current, null)) {
                why = "the connection was lost";
            }
            CompletableFuture<Void> _ = current.closeAsync();
            wake.release();
        }
    }

    private void keep() {
        Duration pause = CHECK_EVERY;
        boolean reported = false;
        while (!closed) {
            RedisDialer.Live current = live.get();
            if (current != null && !current.connection().isOpen()) {
                drop(current);
                current = null;
            }
            try {
                if (current == null) {
                    live.set(dialer.dial());
                    LOG.info("connected to Redis, {}", url);
                    reported = false;
                }
                pause = CHECK_EVERY;
            } catch (ExecutionException | TimeoutException | RuntimeException e) {
                why = reason(e);
                if (!reported) {
                    LOG.warn("Redis cannot be reached, {}: {}", url, why);
                    reported = true;
                }
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            } catch (InterruptedException e) {
                // Nobody else knows this thread.
                LOG.debug("interrupted", e);
            } finally {
                tried.countDown();
            }
            rest(pause);
        }
    }

    private void rest(Duration pause) {
        try {
            if (wake.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                wake.drainPermits();
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted", e);
        }
    }

    /** What went wrong, in our words and Redis' error code. */
    private static String reason(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RedisCommandExecutionException) {
                return "it answered " + code(cause);
            } else if (cause instanceof SSLException) {
                return "the TLS handshake failed";
            } else if (cause instanceof UnknownHostException) {
                return "its name cannot be resolved";
            } else if (cause instanceof ConnectException) {
                return "the connection was refused or timed out";
            } else if (cause instanceof TimeoutException || cause instanceof RedisCommandTimeoutException) {
                return "it did not answer in time";
            }
        }
        return "the connection failed";
    }

    /** Redis' error code; nothing else of its message, which may quote what was sent. */
    private static String code(Throwable error) {
        Matcher code = ERROR_CODE.matcher(error.getMessage() == null ? "" : error.getMessage());
        if (!code.find()) {
            return "with an error";
        }
        return code.group(1) == null ? code.group(2) : code.group(1);
    }

    private static StoreUnavailableException unavailable(String message) {
        return new StoreUnavailableException(message, null);
    }
}
