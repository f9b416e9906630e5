package dev.ostiary.gateway.server.credentials;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.ostiary.gateway.server.credentials.WorkloadCredential.Unavailable;
import dev.ostiary.gateway.server.credentials.WorkloadCredential.Withheld;
import dev.ostiary.gateway.server.entra.EntraToken;
import dev.ostiary.gateway.server.entra.Time;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Access tokens that Entra has issued for workloads' APIs, each kept until shortly before its end and asked for by one request
 * at a time, whoever needs it. Refusals are kept too, so that Entra is not asked again what it has just refused. Outlives
 * configurations. Any thread; never blocks: Entra is asked on virtual threads, a bounded number of them.
 */
public final class DelegatedTokens {

    private static final Logger LOG = LoggerFactory.getLogger(DelegatedTokens.class);

    /** Most characters of all tokens together; a token has 1 to 3 kB. */
    private static final long MOST_CHARS = 32L * 1024 * 1024;

    /** What an entry takes beside its token. */
    private static final int ENTRY_CHARS = 256;

    private static final int MOST_ASKING = 256;

    /** So long before its end a token is no longer given out, a tenth of its life at most. */
    private static final Duration AHEAD_OF_ITS_END = Duration.ofMinutes(2);

    /** A workload that refuses every token must not make the gateway ask for new ones all the time. */
    private static final Duration BETWEEN_RENEWALS = Duration.ofMinutes(1);

    private static final Duration BUSY = Duration.ofSeconds(1);

    private final Time time;
    private final AtomicInteger asking = new AtomicInteger();
    private final AsyncCache<TokenKey, TokenAnswer> answers;

    public DelegatedTokens(Time time) {
        this.time = time;
        this.answers = Caffeine.newBuilder()
                .maximumWeight(MOST_CHARS)
                .weigher((TokenKey key, TokenAnswer answer) -> ENTRY_CHARS + answer.chars())
                .expireAfter(Expiry.<TokenKey, TokenAnswer>creating((key, answer) -> answer.keptFor()))
                .ticker(time::nanos)
                .executor(Runnable::run)
                .buildAsync();
    }

    /**
     * Which token.
     *
     * @param source what is asked: the registration's sign-in or the facade's sessions, compared by identity, so that other
     *     settings never see tokens of these
     * @param subject whose: a digest of the token that is exchanged, or tenant and object id
     * @param scopes of one resource
     */
    record TokenKey(Object source, String subject, List<String> scopes) {}

    /** What asking came to. */
    sealed interface TokenAnswer {

        Duration keptFor();

        int chars();

        /**
         * There is one.
         *
         * @param renewed when it replaced one that the workload refused, by {@link Time#nanos}; null when it did not
         */
        record Token(
                String value, Duration keptFor, @Nullable Long renewed) implements TokenAnswer {
            @Override
            public int chars() {
                return value.length();
            }

            /** Never the token. */
            @Override
            public String toString() {
                return "Token";
            }
        }

        /** Why there is none. */
        record None(Withheld why, Duration keptFor) implements TokenAnswer {
            @Override
            public int chars() {
                return 0;
            }
        }
    }

    /** Asks Entra; blocks for a bounded time. */
    @FunctionalInterface
    interface Question {
        TokenAnswer ask();
    }

    /** The answer, at once where it is known. Never completes exceptionally. */
    CompletableFuture<TokenAnswer> get(TokenKey key, Question question) {
        return answers.get(key, (_, _) -> begin(question, null));
    }

    /**
     * Another token in place of one that a workload has refused.
     *
     * @return the answer; null when the refused one is itself such a replacement and not old enough
     */
    @Nullable
    CompletableFuture<TokenAnswer> renew(TokenKey key, String refused, Question question) {
        CompletableFuture<TokenAnswer> held = answers.getIfPresent(key);
        if (held != null && held.getNow(null) instanceof TokenAnswer.Token token && token.value.equals(refused)) {
            if (token.renewed != null && time.nanos() - token.renewed < BETWEEN_RENEWALS.toNanos()) {
                return null;
            }
            answers.asMap().remove(key, held);
        }
        return answers.get(key, (_, _) -> begin(question, time.nanos()));
    }

    /** How many are kept, roughly. */
    public long size() {
        return answers.synchronous().estimatedSize();
    }

    /** How many questions are open: not answered, or answered and not kept yet. */
    int asking() {
        return asking.get();
    }

    /** How long a token is given out. */
    Duration keptFor(EntraToken token) {
        Duration left = Duration.ofMillis(token.expires().toEpochMilli() - time.wallMillis());
        Duration tenth = left.dividedBy(10);
        Duration kept = left.minus(tenth.compareTo(AHEAD_OF_ITS_END) < 0 ? tenth : AHEAD_OF_ITS_END);
        return kept.isNegative() ? Duration.ZERO : kept;
    }

    private CompletableFuture<TokenAnswer> begin(Question question, @Nullable Long renewed) {
        if (asking.incrementAndGet() > MOST_ASKING) {
            asking.decrementAndGet();
            return CompletableFuture.completedFuture(
                    new TokenAnswer.None(new Unavailable("TooManyAsking", BUSY), Duration.ZERO));
        }
        CompletableFuture<TokenAnswer> future = new CompletableFuture<>();
        Thread.ofVirtual().name("delegated-token").start(() -> {
            try {
                future.complete(asked(question, renewed));
            } finally {
                asking.decrementAndGet();
            }
        });
        return future;
    }

    private TokenAnswer asked(Question question, @Nullable Long renewed) {
        try {
            TokenAnswer answer = question.ask();
            return answer instanceof TokenAnswer.Token token && renewed != null
                    ? new TokenAnswer.Token(token.value, token.keptFor, renewed)
                    : answer;
        } catch (RuntimeException unforeseen) {
            LOG.atError().setCause(unforeseen).log("a token for a workload could not be asked for");
            return new TokenAnswer.None(new Unavailable("InternalError", BUSY), Duration.ZERO);
        }
    }
}
