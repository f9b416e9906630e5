package dev.ostiary.gateway.server.entra;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Answers of Entra or Graph: each question is asked once at a time, whoever asks it, and its answer is kept for a while. A
 * refusal is kept for {@link #REFUSALS_KEPT}; not having an answer is not kept. Bounded. Thread-safe; blocks.
 *
 * @param <K> the question; secrets only as digests
 * @param <V> the answer
 */
final class Remembered<K, V> {

    /** So long a question that was refused is not asked again: long enough for a retrying client, short for a fixed setting. */
    static final Duration REFUSALS_KEPT = Duration.ofSeconds(10);

    // Longer than one question may take, its client assertion included.
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final AsyncCache<K, Answer<V>> answers;

    /**
     * @param most answers kept
     * @param keepFor how long an answer is kept; zero: not at all
     */
    Remembered(int most, Time time, Function<V, Duration> keepFor) {
        this(most, answer -> 1, time, keepFor);
    }

    /**
     * @param most answers kept, by weight
     * @param weight of an answer, at least 1
     * @param keepFor how long an answer is kept; zero: not at all
     */
    Remembered(int most, ToIntFunction<V> weight, Time time, Function<V, Duration> keepFor) {
        this.answers = Caffeine.newBuilder()
                .maximumWeight(most)
                .weigher((K key, Answer<V> answer) -> answer.value == null ? 1 : weight.applyAsInt(answer.value))
                .ticker(time::nanos)
                .executor(Runnable::run)
                .expireAfter(Expiry.<K, Answer<V>>creating(
                        (key, answer) -> answer.value == null ? REFUSALS_KEPT : keepFor.apply(answer.value)))
                .buildAsync();
    }

    /** Asks; blocks for a bounded time. */
    @FunctionalInterface
    interface Question<V> {
        V ask() throws EntraRefusedException, EntraUnavailableException;
    }

    private record Answer<V>(@Nullable V value, @Nullable EntraRefusedException refusal) {}

    /** The answer, from memory, from whoever is asking already, or by asking. */
    V get(K key, Question<V> question) throws EntraRefusedException, EntraUnavailableException {
        CompletableFuture<Answer<V>> mine = new CompletableFuture<>();
        CompletableFuture<Answer<V>> earlier = answers.asMap().putIfAbsent(key, mine);
        return earlier == null ? ask(question, mine) : await(earlier);
    }

    private V ask(Question<V> question, CompletableFuture<Answer<V>> mine)
            throws EntraRefusedException, EntraUnavailableException {
        try {
            V value = question.ask();
            mine.complete(new Answer<>(value, null));
            return value;
        } catch (EntraRefusedException refusal) {
            mine.complete(new Answer<>(null, refusal));
            throw refusal;
        } catch (EntraUnavailableException | RuntimeException | Error failure) {
            mine.completeExceptionally(failure);
            throw failure;
        }
    }

    private V await(CompletableFuture<Answer<V>> earlier) throws EntraRefusedException, EntraUnavailableException {
        try {
            Answer<V> answer = earlier.get(LONGEST_WAIT.toNanos(), TimeUnit.NANOSECONDS);
            if (answer.refusal != null) {
                throw answer.refusal;
            }
            if (answer.value == null) {
                throw new IllegalStateException("an answer without a value");
            }
            return answer.value;
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof EntraUnavailableException unavailable) {
                throw unavailable;
            }
            throw Endpoint.unavailable("InternalError", Duration.ZERO, "the question failed", failed.getCause());
        } catch (TimeoutException slow) {
            throw Endpoint.unavailable("TimedOut", Duration.ZERO, "somebody else's question takes too long", slow);
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
            throw Endpoint.unavailable("Interrupted", Duration.ZERO, "nobody waits any more", givenUp);
        }
    }

    /** Forgets an answer that turned out to be of no use. */
    void forget(K key) {
        answers.synchronous().invalidate(key);
    }

    /** How many answers are kept, about. */
    long size() {
        return answers.synchronous().estimatedSize();
    }
}
